"""What is still open, and how it is asked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jambot.llm.intent import Query, TableInfo
from jambot.llm.items import IGNORE, Item
from jambot.llm.matching import is_identifier, is_measure, is_year
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.request import Request
from jambot.llm.strings import say
from jambot.tools.profile import ColumnProfile
from jambot.tools.strings import Language

ROWS = "#rows"
NONE = "#none"
MAX_OPTIONS = 6
_MAX_GROUPS = 60


@dataclass(kw_only=True)
class Resolution:
    """The query when nothing is open. `notes` are assumptions the user will read before accepting."""

    language: Language
    query: Query | None = None
    notes: list[str] = field(default_factory=list)
    questions: list[ClarifyQuestion] = field(default_factory=list)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, id_: str, text: str, options: Sequence[tuple[str, str]]) -> None:
        if id_ not in self.choices and len(self.questions) < 4:
            shown = options[:MAX_OPTIONS]
            more = f" {say(self.language, 'q.more')}" if len(options) > len(shown) else ""
            text = text[:1].upper() + text[1:]
            self.questions.append(ClarifyQuestion(id=id_, text=text + more, options=tuple(label for label, _ in shown)))
            self.choices[id_] = tuple(value for _, value in shown)


class Reading:
    """One request on one table while it is resolved: what was said, what may be meant, and what is still open.

    `answers` are earlier answers by question id, SQL names or the marks of this module; `previous` is what the
    conversation was about, for `the same by week`; `adds` says that it is gone on with (`and by region`) rather than
    changed. `today` is what `last month` is counted from.
    """

    def __init__(
        self,
        request: Request,
        table: TableInfo,
        answers: Mapping[str, str],
        *,
        language: Language,
        today: date,
        wants_groups: bool = False,
        previous: Query | None = None,
        adds: bool = False,
    ) -> None:
        self.request, self.table, self.answers = request, table, answers
        self.profile = table.profile
        self.language: Language = language
        self.today = today
        self.wants_groups, self.previous, self.adds = wants_groups, previous, adds
        self.out = Resolution(language=language)
        self.second: ColumnProfile | None = None
        self.measure: ColumnProfile | None = None
        self.shown_whole: str | None = None

    def say(self, key: str, **values: Any) -> str:
        return say(self.language, key, **values)

    def note(self, key: str, **values: Any) -> None:
        self.out.notes.append(self.say(key, **values))

    def ask(self, id_: str, key: str, options: Sequence[tuple[str, str]], **values: Any) -> None:
        self.out.ask(id_, self.say(key, **values), options)

    def rows_option(self, value: str = ROWS) -> tuple[str, str]:
        return (self.say("rows"), value)

    def leave_out(self) -> tuple[str, str]:
        return (self.say("o.leave_out"), IGNORE)

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
            self.ask(f"column:{item.text}", "q.which", options_of(fitting), word=item.text, labels=labels)
            return None
        if named:
            why = self.say("why.is", label=named[0].label, kind=self._kind_words(named[0]))
        else:
            why = self.say("why.none", word=item.text)
        options = options_of(columns) or [self.leave_out()]
        self.ask(f"column:{item.text}", "q.use", options, why=why, role=self.say(f"role.{role}"))
        return None

    def _kind_words(self, column: ColumnProfile) -> str:
        if not column.distinct_count:
            return self.say("kind.empty")
        return self.say("kind.name" if is_identifier(column) else f"kind.{column.type}")


def options_of(columns: Sequence[ColumnProfile]) -> list[tuple[str, str]]:
    return [(c.label, c.name) for c in columns]
