"""One meaning found in a phrase. Pure facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jambot.llm.marks import Meaning
from jambot.llm.matching import Candidates
from jambot.tools.profile import ColumnProfile

Kind = Literal[
    "column",
    "value",
    "granularity",
    "aggregation",
    "percentile",
    "count",
    "distinct",
    "share",
    "distribution",
    "others",
    "chart",
    "task",
    "number",
    "period",
    "limit",
    "containing",
    "row_number",
    "tabular",
    "list",
    "group",
    "split",
    "versus",
    "join",
    "only",
    "not",
    "high",
    "low",
    "which",
    "entity",
    "transaction",
    "time",
    "relative",
    "pie",
    "no_chart",
    "unserved",
    "from",
    "since",
    "until",
    "after",
    "before",
    "unknown",
]
IGNORE = "#ignore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One meaning found. `start` is the place of its first word, `end` the place after its last.

    Which of the other fields is set follows from `kind`: `candidates` of a column, `values` of a value (column and
    value as the table has it), `meaning` of what was said in several words, or `name` for the rest.
    """

    kind: Kind
    text: str
    start: int
    end: int
    name: str = ""
    candidates: Candidates | None = None
    values: tuple[tuple[ColumnProfile, str], ...] = ()
    meaning: Meaning | None = None
