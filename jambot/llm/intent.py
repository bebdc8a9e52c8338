"""What the user wants, in words this program can carry out. Pure facts; `jambot.llm.understand` finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from jambot.llm.replies import ClarifyQuestion
from jambot.tools.periods import Granularity
from jambot.tools.profile import Profile
from jambot.tools.strings import Language

Aggregation = Literal["count", "count_distinct", "sum", "avg", "median", "min", "max", "percentile"]
ChartKind = Literal["bar", "stacked_bar", "line"]
Step = Granularity | Literal["weekday"]
FilterOp = Literal["in", "not in", ">=", "<", ">", "<=", "=", "!=", "within", "contains", "not contains", "starts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableInfo:
    """A table of the workspace: the asset's id and name, and what is known of it."""

    id: str
    name: str
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A limit on one column.

    `in` and `not in` compare with the text of the column (`true` and `false` where it holds those); the signs take one
    number or ISO date; `within` takes ISO dates in pairs, from and before; `contains` and `starts` one text.
    """

    column: str
    op: FilterOp
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One grouping of one table. Columns are SQL names; `measure` is None when rows are counted.

    `x` None is one figure for the whole table. `top_n` keeps the largest (or, `descending` False, the smallest), and
    with `others` adds the rest up as one more. `percent` is which percentile. `share` shows every group as a part of
    the whole, in %. `second` is another figure beside the first. `bins` counts rows by ranges of `measure` instead of
    grouping by a column.
    """

    measure: str | None
    aggregation: Aggregation
    x: str | None = None
    granularity: Step | None = None
    split: str | None = None
    filters: tuple[Filter, ...] = ()
    top_n: int | None = None
    descending: bool = True
    others: bool = False
    percent: int = 50
    share: bool = False
    second: str | None = None
    bins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTable:
    table: TableInfo
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarise:
    table: TableInfo
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One figure; with groups, a table of them without a chart."""

    table: TableInfo
    query: Query
    notes: tuple[str, ...] = ()
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    table: TableInfo
    query: Query
    kind: ChartKind
    notes: tuple[str, ...] = ()
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """With a chart when there is a query, over the whole table when there is none."""

    table: TableInfo
    query: Query | None = None
    kind: ChartKind = "bar"
    notes: tuple[str, ...] = ()
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Rows as they are: those the filters leave, in the file's order or by a column, `limit` of them after the first
    `skip`."""

    table: TableInfo
    filters: tuple[Filter, ...] = ()
    order: str | None = None
    descending: bool = True
    limit: int = 100
    skip: int = 0
    notes: tuple[str, ...] = ()
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """What is missing, at most four questions. `phrase` and `answers` are what the next answer adds to; `choices`
    gives, per question, the value behind each option in the same order."""

    questions: tuple[ClarifyQuestion, ...]
    choices: Mapping[str, tuple[str, ...]]
    phrase: str
    answers: Mapping[str, str]
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """`reason`: no_request means nothing was recognised; `table` is the name of an empty one."""

    reason: Literal["no_request", "greeting", "help", "no_table", "empty_table"]
    table: str | None = None
    language: Language = "en"


Plannable = ProfileTable | Summarise | Question | Chart | Report | Listing
Intent = Plannable | Clarify | Unsupported
