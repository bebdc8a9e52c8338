"""What the user wants, in words this program can carry out. Pure facts; `jambot.llm.understand` finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jambot.llm.replies import ClarifyQuestion
from jambot.tools.periods import Granularity
from jambot.tools.profile import Profile

Aggregation = Literal["count", "count_distinct", "sum", "avg", "median", "min", "max"]
ChartKind = Literal["bar", "stacked_bar", "line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInfo:
    """A table of the workspace: the asset's id and name, and what is known of it."""

    id: str
    name: str
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """`values` compare equal to the text of the column; `>=` and `<` take one ISO date."""

    column: str
    op: Literal["in", "not in", ">=", "<"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One grouping of one table. Columns are SQL names; `measure` is None when rows are counted.

    `x` None is one figure for the whole table. `top_n` keeps the largest (or, `descending` False, the smallest).
    """

    measure: str | None
    aggregation: Aggregation
    x: str | None = None
    granularity: Granularity | None = None
    split: str | None = None
    filters: tuple[Filter, ...] = ()
    top_n: int | None = None
    descending: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTable:
    table: TableInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise:
    table: TableInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    table: TableInfo
    query: Query
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    table: TableInfo
    query: Query
    kind: ChartKind
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """With a chart when there is a query, over the whole table when there is none."""

    table: TableInfo
    query: Query | None = None
    kind: ChartKind = "bar"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """What is missing, at most four questions. `phrase` and `answers` are what the next answer adds to; `choices`
    gives, per question, the value behind each option in the same order."""

    questions: tuple[ClarifyQuestion, ...]
    choices: Mapping[str, tuple[str, ...]]
    phrase: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """`reason`: no_request means nothing was recognised; `table` is the name of an empty one."""

    reason: Literal["no_request", "greeting", "help", "no_table", "empty_table"]
    table: str | None = None


Intent = ProfileTable | Summarise | Question | Chart | Report | Clarify | Unsupported
