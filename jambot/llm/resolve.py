"""From the slots of a phrase to one query, or to the questions that are still open. Pure.

The rule above all: where two columns are plausible, or none is, the user is asked and the candidates are named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from jambot.llm.intent import Aggregation, Filter, Query, TableInfo
from jambot.llm.lexicon import COUNT_WORDS
from jambot.llm.matching import is_additive, is_identifier, is_measure, is_year
from jambot.llm.phrase import IGNORE, Item
from jambot.llm.replies import ClarifyQuestion
from jambot.llm.request import Request
from jambot.llm.wordforms import concepts
from jambot.tools.profile import ColumnProfile
from jambot.tools.words import fold

ROWS = "#rows"
NONE = "#none"
_DISTINCT = "#distinct"
_MAX_OPTIONS = 6
_MAX_GROUPS = 60
_ROWS_LABEL = "Number of rows"


@dataclass(kw_only=True)
class Resolution:
    """The query when nothing is open. `notes` are assumptions the user will read before accepting."""

    query: Query | None = None
    notes: list[str] = field(default_factory=list)
    questions: list[ClarifyQuestion] = field(default_factory=list)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, id_: str, text: str, options: Sequence[tuple[str, str]]) -> None:
        if id_ not in self.choices and len(self.questions) < 4:
            shown = options[:_MAX_OPTIONS]
            more = " You can also name another column." if len(options) > len(shown) else ""
            self.questions.append(ClarifyQuestion(id=id_, text=text + more, options=tuple(label for label, _ in shown)))
            self.choices[id_] = tuple(value for _, value in shown)


def resolve(
    request: Request, table: TableInfo, answers: Mapping[str, str], *, wants_groups: bool, previous: Query | None = None
) -> Resolution:
    """The query `request` means on `table`.

    Args:
        answers: earlier answers by question id, the values being SQL names or the marks of this module.
        wants_groups: True for charts, which need something along the axis.
        previous: what the conversation was about, for "the same by week".
    """
    return _Resolver(request, table, answers, wants_groups=wants_groups, previous=previous).run()


class _Resolver:
    """One pass over one request; holds what was found so far."""

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
        self.grouped = False

    def run(self) -> Resolution:
        self._unknown_words()
        groups = self._groups()
        self.grouped = bool(groups)
        measure, aggregation = self._measure()
        x, granularity, split = self._axes(groups, measure)
        filters = self._filters(x)
        if self.out.questions or aggregation is None:
            return self.out
        top_n = self.request.top_n
        if self.request.extreme and x is not None and top_n is None:
            top_n = 1
        self.out.query = Query(
            measure=measure.name if measure else None,
            aggregation=aggregation,
            x=x.name if x else None,
            granularity=granularity,  # pyright: ignore[reportArgumentType]
            split=split.name if split else None,
            filters=filters,
            top_n=top_n,
            descending=self.request.extreme != "low",
        )
        return self.out

    def _unknown_words(self) -> None:
        for item in self.request.relative:
            if self.answers.get(f"word:{item.text}") != IGNORE:
                text = f"'{item.text}' depends on the day. Which period do you mean? Say it again with 2026-03 or 2026."
                self.out.ask(f"word:{item.text}", text, [("The whole file", IGNORE)])
        for item in self.request.unknown:
            if f"word:{item.text}" in self.answers:
                continue
            options = [
                (_ROWS_LABEL if self.request.counts else "Leave it out", IGNORE),
                *_options(self._measures()),
                *_options(self._categories()),
            ]
            text = f"I find no '{item.text}' in {self.table.name}. Which column is it, if any?"
            self.out.ask(f"word:{item.text}", text, options)

    def _one_of(self, item: Item, columns: Sequence[ColumnProfile], role: str) -> ColumnProfile | None:
        """The only column an item may mean in this role; asks when there is not exactly one."""
        named = list(item.candidates.columns) if item.candidates else []
        fitting = [c for c in named if c.name in {o.name for o in columns}]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            labels = ", ".join(c.label for c in fitting[:_MAX_OPTIONS])
            self.out.ask(f"column:{item.text}", f"'{item.text}' may mean {labels}. Which one?", _options(fitting))
            return None
        why = f"'{named[0].label}' is {_kind_word(named[0])}" if named else f"there is no '{item.text}'"
        self.out.ask(f"column:{item.text}", f"{why}. Which column shall I use {_ROLE[role]}?", _options(columns))
        return None

    def _groups(self) -> list[ColumnProfile]:
        """What to group by, in the order said; numbers named after `by` are the measure when there is no other."""
        request = self.request
        asked = [*request.groups]
        if not request.measures and not request.counts and not request.counts_rows:
            for item in list(asked):
                columns = item.candidates.columns if item.candidates else ()
                ranks = request.extreme or len(asked) > 1 or self._bare_categories()
                if columns and all(is_measure(c) for c in columns) and ranks:
                    asked.remove(item)
                    request.measures.append(item)
                    break
        asked += self._subjects_that_group(asked)
        allowed = [c for c in self.profile.columns if c.distinct_count]
        return [c for item in asked if (c := self._one_of(item, allowed, "x")) is not None]

    def _subjects_that_group(self, groups: Sequence[Item]) -> list[Item]:
        """Bare names such as `products` in `top 5 products`: groups, or what is counted."""
        request = self.request
        if not request.subjects:
            return []
        if request.extreme or request.asks_which:
            taken, request.subjects = request.subjects[:1], request.subjects[1:]
            return taken
        if request.counts or (not request.measures and (groups or request.granularity or request.over_time)):
            return []
        taken = self._bare_categories()
        request.subjects = [item for item in request.subjects if item not in taken]
        return taken

    def _bare_categories(self) -> list[Item]:
        """Bare names of columns that can be grouped by."""
        categories = {c.name for c in self._categories()}
        return [
            item
            for item in self.request.subjects
            if item.candidates and all(c.name in categories and not is_identifier(c) for c in item.candidates.columns)
        ]

    def _measure(self) -> tuple[ColumnProfile | None, Aggregation | None]:
        request = self.request
        if len(request.measures) + len(request.subjects) > 1 and request.measures and "measure" not in self.answers:
            found = [self._one_of(item, self._measures(), "measure") for item in request.measures]
            if None in found:
                return None, None
            different = list({c.name: c for c in found if c is not None}.values())
            if len(different) > 1 or (request.subjects and not request.counts):
                rows = [(_ROWS_LABEL, ROWS)] if request.subjects else []
                self.out.ask("measure", "One chart shows one figure. Which one first?", [*_options(different), *rows])
                return None, None
        if told := self._told("measure"):
            return self._reckoned(told)
        if self.answers.get("measure") == ROWS:
            return None, "count"
        if request.measures:
            column = self._one_of(request.measures[0], self._measures(), "measure")
            if column is None:
                return None, None
            item = request.measures[0]
            if item.text in COUNT_WORDS or (request.counts and not _is_quantity(item, column)):
                return self._count_or_sum(column)
            return self._reckoned(column)
        if request.counts or request.subjects or request.counts_rows:
            return self._counted()
        if self.previous is not None:
            return self._from_previous()
        if not self._measures():
            self.out.notes.append("The table holds no column to add up, so rows are counted.")
            return None, "count"
        if self.out.questions:
            # The word nobody knows is probably the figure; its answer comes first.
            return None, None
        options = _options(self._measures())
        if request.aggregation is None:
            options = [*options[: _MAX_OPTIONS - 1], (_ROWS_LABEL, ROWS)]
        self.out.ask("measure", f"Which figure of {self.table.name} shall I use?", options)
        return None, None

    def _from_previous(self) -> tuple[ColumnProfile | None, Aggregation | None]:
        assert self.previous is not None
        column = self.profile.column(self.previous.measure) if self.previous.measure else None
        what = column.label if column else "the number of rows"
        self.out.notes.append(f"As before, this is about {what}.")
        return column, self.previous.aggregation

    def _reckoned(self, column: ColumnProfile) -> tuple[ColumnProfile, Aggregation]:
        request = self.request
        if request.aggregation in ("sum", "avg", "median", "min", "max"):
            return column, request.aggregation  # pyright: ignore[reportReturnType]
        picks = self.grouped or request.granularity or request.asks_which or request.top_n
        if request.extreme and not picks:
            return column, "max" if request.extreme == "high" else "min"
        if is_additive(column):
            return column, "sum"
        self.out.notes.append(f"'{column.label}' is not something to add up, so this shows its average.")
        return column, "avg"

    def _count_or_sum(self, column: ColumnProfile) -> tuple[ColumnProfile | None, Aggregation | None]:
        answer = self.answers.get(f"count:{column.name}")
        if answer == ROWS:
            return None, "count"
        if answer == column.name:
            return self._reckoned(column)
        text = f"Shall I count rows, or add up '{column.label}'?"
        self.out.ask(f"count:{column.name}", text, [(_ROWS_LABEL, ROWS), (f"Total of {column.label}", column.name)])
        return None, None

    def _counted(self) -> tuple[ColumnProfile | None, Aggregation | None]:
        """Rows; or different values of a thing that comes up more than once, which is asked."""
        if not self.request.subjects:
            return None, "count"
        item = self.request.subjects[0]
        columns = list(item.candidates.columns) if item.candidates else []
        things = [c for c in columns if not c.is_temporal] or columns
        ids = [c for c in things if is_identifier(c)]
        things = ids if len(ids) == 1 else things
        if len(things) > 1:
            self.out.ask(f"column:{item.text}", f"'{item.text}' may mean several columns. Which one?", _options(things))
            return None, None
        column = things[0]
        if column.distinct_count == self.profile.row_count or self.request.counts_rows:
            return None, "count"
        answer = self.answers.get(f"count:{column.name}")
        if answer == ROWS:
            return None, "count"
        if answer == _DISTINCT:
            return column, "count_distinct"
        text = (
            f"'{column.label}' holds {column.distinct_count:,} different values in {self.profile.row_count:,} rows. "
            "Shall I count rows or different values?"
        )
        options = [(_ROWS_LABEL, ROWS), (f"Different values of {column.label}", _DISTINCT)]
        self.out.ask(f"count:{column.name}", text, options)
        return None, None

    def _axes(
        self, groups: list[ColumnProfile], measure: ColumnProfile | None
    ) -> tuple[ColumnProfile | None, str | None, ColumnProfile | None]:
        request = self.request
        splits = [c for item in request.splits if (c := self._one_of(item, self._categories(), "split")) is not None]
        granularity = request.granularity
        axes = [c for c in groups if c not in splits]
        axes += [c for c in self._compared() if c not in axes and c not in splits]
        times = [c for c in axes if c.is_temporal]
        if (granularity or request.over_time) and not times:
            time = self._time_column()
            if time is not None:
                axes, times = [time, *axes], [time] if time.is_temporal else []
        axes.sort(key=lambda c: c not in times)
        if self.out.questions and not axes:
            return None, None, None
        if not axes and splits and not self.wants_groups:
            axes, splits = splits[:1], splits[1:]
        if not axes and self.wants_groups:
            axes = self._default_axis(splits)
        if len(axes) + len(splits) > 2:
            options = _options([*axes, *splits])
            if (kept := self._told("x")) is None:
                self.out.ask("x", "A chart shows at most two groupings. Which one along the axis?", options)
                return None, None, None
            axes, splits = [kept], [c for c in [*axes, *splits] if c is not kept][:1]
        x = axes[0] if axes else None
        split = splits[0] if splits else axes[1] if len(axes) > 1 else None
        if x is not None and x.is_temporal and granularity is None:
            granularity = _fitting_granularity(x)
            self.out.notes.append(f"Shown by {granularity}, which suits the span of '{x.label}'.")
        if x is not None and not x.is_temporal:
            granularity = None
        return x, granularity, split

    def _compared(self) -> list[ColumnProfile]:
        """The column of values that are compared with each other: `compare web and phone`."""
        if "compare" not in self.request.tasks:
            return []
        named = [item.values[0][0] for item, negated in self.request.values if len(item.values) == 1 and not negated]
        return list({c.name: c for c in named if named.count(c) > 1}.values())

    def _default_axis(self, splits: Sequence[ColumnProfile]) -> list[ColumnProfile]:
        answer = self.answers.get("x")
        if told := self._told("x"):
            return [told]
        if answer == NONE:
            return []
        if self.previous is not None and self.previous.x and (kept := self.profile.column(self.previous.x)):
            self.request.granularity = self.request.granularity or self.previous.granularity
            return [kept]
        choices = [c for c in [*self._times(), *self._categories()] if c not in splits]
        if len(choices) == 1 and choices[0].is_temporal:
            return choices
        if not choices:
            self.out.notes.append("No column has few enough different values to group by.")
            return []
        self.out.ask("x", "What shall stand along the axis?", _options(choices))
        return []

    def _time_column(self) -> ColumnProfile | None:
        times = self._times()
        if told := self._told("x"):
            return told
        if len(times) == 1:
            return times[0]
        if len(times) > 1:
            labels = ", ".join(c.label for c in times[:_MAX_OPTIONS])
            self.out.ask("x", f"There are several dates: {labels}. Which one counts?", _options(times))
            return None
        if self.request.granularity == "year" and len(years := [c for c in self.profile.columns if is_year(c)]) == 1:
            return years[0]
        if self.answers.get("x") == NONE:
            return None
        step = self.request.granularity or "time"
        options = [*_options(self._categories())[: _MAX_OPTIONS - 1], ("No grouping, one figure", NONE)]
        self.out.ask(
            "x", f"{self.table.name} has no date column, so I cannot group by {step}. By what instead?", options
        )
        return None

    def _filters(self, x: ColumnProfile | None) -> tuple[Filter, ...]:
        filters: dict[tuple[str, bool], list[str]] = {}
        for item, negated in self.request.values:
            columns = {c.name: c for c, _ in item.values}
            column = self._told(f"value:{item.text}") or (next(iter(columns.values())) if len(columns) == 1 else None)
            if column is None:
                labels = ", ".join(c.label for c in columns.values())
                text = f"'{item.text}' stands in {labels}. Which column shall I filter by?"
                self.out.ask(f"value:{item.text}", text, _options(list(columns.values())))
                continue
            filters.setdefault((column.name, negated), []).extend(v for c, v in item.values if c.name == column.name)
        found = [
            Filter(column=name, op="not in" if negated else "in", values=tuple(dict.fromkeys(values)))
            for (name, negated), values in filters.items()
        ]
        return (*found, *self._period_filters(x))

    def _period_filters(self, x: ColumnProfile | None) -> list[Filter]:
        since, until = self.request.since, self.request.until
        if since is None and until is None:
            return []
        times = [x] if x is not None and x.is_temporal else self._times()
        label = since.label if since else until.label if until else ""
        column = self._told("period")
        if column is None and len(times) == 1:
            column = times[0]
        if column is None:
            if self.answers.get("period") != NONE:
                options = [*_options(times), ("The whole file", NONE)]
                why = "There are several dates" if times else f"{self.table.name} has no date column"
                self.out.ask("period", f"{why}: how shall I limit it to {label}?", options)
            return []
        end = (until.end or until.start) if until else since.end if since else None
        start = since.start if since else None
        bounds = [Filter(column=column.name, op=">=", values=(start,))] if start else []
        return [*bounds, Filter(column=column.name, op="<", values=(end,))] if end else bounds

    def _told(self, id_: str) -> ColumnProfile | None:
        return self.profile.column(self.answers.get(id_, ""))

    def _measures(self) -> list[ColumnProfile]:
        return [c for c in self.profile.columns if is_measure(c) and c.distinct_count]

    def _times(self) -> list[ColumnProfile]:
        return [c for c in self.profile.columns if c.is_temporal and c.distinct_count]

    def _categories(self) -> list[ColumnProfile]:
        """Columns few enough to group by, those with few different values first."""
        found = [
            c
            for c in self.profile.columns
            if (c.type in ("text", "boolean") or is_year(c)) and 0 < c.distinct_count <= _MAX_GROUPS
        ]
        return sorted(found, key=lambda c: c.distinct_count == 1)


_ROLE = {"measure": "as the figure", "x": "to group by", "split": "to split by"}


def _options(columns: Sequence[ColumnProfile]) -> list[tuple[str, str]]:
    return [(c.label, c.name) for c in columns]


def _kind_word(column: ColumnProfile) -> str:
    if not column.distinct_count:
        return "empty"
    if is_identifier(column):
        return "only a number that names something"
    return {"text": "text, not a number", "boolean": "yes or no"}.get(column.type, f"a {column.type}")


def _is_quantity(item: Item, column: ColumnProfile) -> bool:
    """`how many pieces` adds up the pieces, `how many sales` may be either."""
    ideas = frozenset().union(*(concepts(word) for word in item.text.split()))
    return column.type == "integer" and (ideas == {"quantity"} or fold(item.text) == fold(column.label))


def _fitting_granularity(column: ColumnProfile) -> str:
    try:
        days = (date.fromisoformat(str(column.max)[:10]) - date.fromisoformat(str(column.min)[:10])).days
    except ValueError:
        return "month"
    return "day" if days <= 45 else "month" if days <= 1_500 else "year"
