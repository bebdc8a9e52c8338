"""What is still open, and how it is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jambot.llm.intent import Query, TableInfo
from jambot.llm.matching import is_identifier, is_measure, is_year
from jambot.llm.phrase import IGNORE, Item
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.request import Request
from jambot.tools.profile import ColumnProfile

ROWS = "#rows"
NONE = "#none"
MAX_OPTIONS = 6
_MAX_GROUPS = 60
ROWS_LABEL = "Number of rows"


@dataclass(kw_only=True)
class Resolution:
    """The query when nothing is open. `notes` are assumptions the user will read before accepting."""

    query: Query | None = None
    notes: list[str] = field(default_factory=list)
    questions: list[ClarifyQuestion] = field(default_factory=list)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, id_: str, text: str, options: Sequence[tuple[str, str]]) -> None:
        if id_ not in self.choices and len(self.questions) < 4:
            shown = options[:MAX_OPTIONS]
            more = " You can also name another column." if len(options) > len(shown) else ""
            self.questions.append(ClarifyQuestion(id=id_, text=text + more, options=tuple(label for label, _ in shown)))
            self.choices[id_] = tuple(value for _, value in shown)


class Reading:
    """One request on one table while it is resolved: what was said, what may be meant, and what is still open.

    `answers` are earlier answers by question id, SQL names or the marks of this module; `previous` is what the
    conversation was about, for `the same by week`.
    """

    def __init__(
        self,
        request: Request,
        table: TableInfo,
        answers: Mapping[str, str],
        *,
        wants_groups: bool,
        previous: Query | None,
    ) -> None:
        self.request, self.table, self.answers = request, table, answers
        self.profile = table.profile
        self.wants_groups, self.previous = wants_groups, previous
        self.out = Resolution()

    def told(self, id_: str) -> ColumnProfile | None:
        return self.profile.column(self.answers.get(id_, ""))

    def measures(self) -> list[ColumnProfile]:
        return [c for c in self.profile.columns if is_measure(c) and c.distinct_count]

    def times(self) -> list[ColumnProfile]:
        return [c for c in self.profile.columns if c.is_temporal and c.distinct_count]

    def categories(self) -> list[ColumnProfile]:
        """Columns few enough to group by, those with few different values first."""
        found = [
            c
            for c in self.profile.columns
            if (c.type in ("text", "boolean") or is_year(c)) and 0 < c.distinct_count <= _MAX_GROUPS
        ]
        return sorted(found, key=lambda c: c.distinct_count == 1)

    def one_of(self, item: Item, columns: Sequence[ColumnProfile], role: str) -> ColumnProfile | None:
        """The only column an item may mean in this role; asks when there is not exactly one."""
        named = list(item.candidates.columns) if item.candidates else []
        fitting = [c for c in named if c.name in {o.name for o in columns}]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            labels = ", ".join(c.label for c in fitting[:MAX_OPTIONS])
            self.out.ask(f"column:{item.text}", f"'{item.text}' may mean {labels}. Which one?", options_of(fitting))
            return None
        why = f"'{named[0].label}' is {_kind_word(named[0])}" if named else f"there is no '{item.text}'"
        options = options_of(columns) or [("Leave it out", IGNORE)]
        self.out.ask(f"column:{item.text}", f"{why}. Which column shall I use {_ROLE[role]}?", options)
        return None


def options_of(columns: Sequence[ColumnProfile]) -> list[tuple[str, str]]:
    return [(c.label, c.name) for c in columns]


_ROLE = {"measure": "as the figure", "x": "to group by", "split": "to split by"}


def _kind_word(column: ColumnProfile) -> str:
    if not column.distinct_count:
        return "empty"
    if is_identifier(column):
        return "only a number that names something"
    return {"text": "text, not a number", "boolean": "yes or no"}.get(column.type, f"a {column.type}")
