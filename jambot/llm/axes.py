"""What a request groups by: the axis, its step of time, the split; or the questions that decide them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jambot.llm.asking import MAX_OPTIONS, NONE, Reading, options_of
from jambot.llm.items import IGNORE, Item
from jambot.llm.lexicon import GRANULARITY
from jambot.llm.matching import is_flag, is_identifier, is_measure, is_year
from jambot.llm.spans import Months, Period
from jambot.tools.profile import ColumnProfile

Axes = tuple[ColumnProfile | None, str | None, ColumnProfile | None]
_OPEN: Axes = (None, None, None)


def groups_of(reading: Reading) -> list[ColumnProfile]:
    """What to group by, in the order said; numbers named after `by` are the measure when there is no other."""
    request = reading.request
    asked = [*request.groups]
    if not request.measures and not request.counts and not request.counts_rows and not request.transactions:
        for item in list(asked):
            ranks = request.extreme or len(asked) > 1 or request.share or _bare_categories(reading) or request.values
            ranks = ranks or "compare" in request.tasks
            if _is_figure(item) and ranks:
                asked.remove(item)
                request.measures.append(item)
                break
    asked += _subjects_that_group(reading, asked)
    allowed = [c for c in reading.profile.columns if c.distinct_count]
    found = []
    for item in asked:
        if _is_figure(item) and request.names_figure and not _is_rate_settled(reading, item):
            continue
        column = reading.one_of(item, allowed, "x")
        if column is not None and column.is_temporal and item.text in GRANULARITY and request.granularity is None:
            # A column called `Week` is asked for by week.
            request.granularity = GRANULARITY[item.text]
        if column is not None and reading.answers.get(f"rate:{item.text}") != IGNORE:
            found.append(column)
    return found


def _is_figure(item: Item) -> bool:
    columns = item.candidates.columns if item.candidates else ()
    return bool(columns) and all(is_measure(c) and not is_flag(c) for c in columns)


def _is_rate_settled(reading: Reading, item: Item) -> bool:
    """`revenue per piece` may be a rate, which is not reckoned, or groups of pieces: so it is asked."""
    id_ = f"rate:{item.text}"
    if id_ in reading.answers:
        return True
    columns = item.candidates.columns if item.candidates else ()
    options = [(reading.say("o.group_by", label=c.label), c.name) for c in columns[: MAX_OPTIONS - 1]]
    reading.ask(id_, "q.rate", [*options, reading.leave_out()], word=item.text)
    return False


def axes_of(reading: Reading, groups: list[ColumnProfile]) -> Axes:
    request = reading.request
    splits = [c for item in request.splits if (c := reading.one_of(item, reading.categories(), "split")) is not None]
    axes = [c for c in groups if c not in splits]
    axes += [c for c in _compared(reading) if c not in axes and c not in splits]
    granularity = request.granularity or _compared_periods(reading)
    times = [c for c in axes if c.is_temporal]
    if (granularity or request.over_time) and not times:
        time = _previous_time(reading) or _time_column(reading)
        if time is not None:
            axes, times = [time, *axes], [time] if time.is_temporal else []
    if reading.previous is not None:
        axes, splits, granularity = _with_previous(reading, axes, splits, granularity)
        times = [c for c in axes if c.is_temporal]
    axes.sort(key=lambda c: c not in times)
    if reading.out.questions and not axes:
        return _OPEN
    if not axes and request.share:
        axes = _whole_of_values(reading)
    if not axes and splits and not reading.wants_groups:
        axes, splits = splits[:1], splits[1:]
    if not axes and reading.wants_groups:
        axes = _default_axis(reading, splits)
    if len(axes) + len(splits) > 2:
        if (kept := reading.told("x")) is None:
            reading.ask("x", "q.two_groups", options_of([*axes, *splits]))
            return _OPEN
        axes, splits = [kept], [c for c in [*axes, *splits] if c is not kept][:1]
    x = axes[0] if axes else None
    split = splits[0] if splits else axes[1] if len(axes) > 1 else None
    if split is not None and reading.second is not None:
        reading.ask("x", "q.two_figures", options_of([c for c in (x, split) if c is not None]))
        if (kept := reading.told("x")) is None:
            return _OPEN
        reading.out.questions.pop()
        x, split = kept, None
    if x is not None and x.is_temporal and granularity is None:
        granularity = fitting_granularity(x)
        reading.note("note.fitting", step=reading.say(f"step.{granularity}"), label=x.label)
    if x is not None and not x.is_temporal:
        granularity = None
    return x, granularity, split


def _with_previous(
    reading: Reading, axes: list[ColumnProfile], splits: list[ColumnProfile], granularity: str | None
) -> tuple[list[ColumnProfile], list[ColumnProfile], str | None]:
    """The groups of before, where this request only adds to them or changes their step of time."""
    before = reading.previous
    assert before is not None
    x = reading.profile.column(before.x) if before.x else None
    split = reading.profile.column(before.split) if before.split else None
    if before.top_n == 1 and reading.request.extreme is None:
        x = None
    if x is None:
        return axes, splits, granularity
    if not axes and not splits:
        kept = [split] if split is not None else []
        return [x], kept, granularity or before.granularity
    if splits and not axes:
        return [x], splits, granularity or before.granularity
    only_time = bool(axes) and all(c.is_temporal for c in axes)
    if only_time and x.is_temporal:
        return axes, splits or ([split] if split is not None else []), granularity
    if reading.adds and x not in axes and split is None:
        return [x, *axes], splits, granularity or before.granularity
    return axes, splits, granularity


def _previous_time(reading: Reading) -> ColumnProfile | None:
    before = reading.previous
    x = reading.profile.column(before.x) if before and before.x else None
    return x if x is not None and x.is_temporal else None


def _compared_periods(reading: Reading) -> str | None:
    """`compare 2024 and 2025` shows the years side by side."""
    periods = [item.meaning for _, item in reading.request.periods]
    units = {period.unit for period in periods if isinstance(period, Period)}
    spans = [period for period in periods if isinstance(period, Months) and period.first != period.last]
    if "compare" in reading.request.tasks and spans:
        return "month"
    if "compare" in reading.request.tasks and len(periods) > 1 and len(units) == 1:
        return next(iter(units))
    return None


def _whole_of_values(reading: Reading) -> list[ColumnProfile]:
    """`what share does Germany have` is answered by the shares of all countries."""
    columns = {c.name: c for item, negated in reading.request.values if not negated for c, _ in item.values}
    if len(columns) != 1:
        return []
    reading.shown_whole = next(iter(columns))
    return [columns[reading.shown_whole]]


def _subjects_that_group(reading: Reading, groups: Sequence[Item]) -> list[Item]:
    """Bare names such as `products` in `top 5 products`: groups, or what is counted."""
    request = reading.request
    if not request.subjects:
        return []
    if request.extreme or request.asks_which or request.share or (request.spread and not request.measures):
        taken, request.subjects = request.subjects[:1], request.subjects[1:]
        if request.spread:
            request.spread, request.counts_rows = False, True
        return taken
    if request.counts or (not request.measures and (groups or request.granularity or request.over_time)):
        return []
    taken = _bare_categories(reading)
    request.subjects = [item for item in request.subjects if item not in taken]
    return taken


def _bare_categories(reading: Reading) -> list[Item]:
    """Bare names of columns that can be grouped by."""
    categories = {c.name for c in reading.categories()}
    return [
        item
        for item in reading.request.subjects
        if item.candidates and all(c.name in categories and not is_identifier(c) for c in item.candidates.columns)
    ]


def _compared(reading: Reading) -> list[ColumnProfile]:
    """The column of values that are compared with each other: `compare web and phone`."""
    if "compare" not in reading.request.tasks:
        return []
    named = [item.values[0][0] for item, negated in reading.request.values if len(item.values) == 1 and not negated]
    return list({c.name: c for c in named if named.count(c) > 1}.values())


def _default_axis(reading: Reading, splits: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    if told := reading.told("x"):
        return [told]
    if reading.answers.get("x") == NONE:
        return []
    if reading.second is not None:
        return []
    choices = [c for c in [*reading.times(), *reading.categories()] if c not in splits]
    if len(choices) == 1 and choices[0].is_temporal:
        return choices
    if not choices:
        reading.note("note.no_groups")
        return []
    reading.ask("x", "q.axis", options_of(choices))
    return []


def _time_column(reading: Reading) -> ColumnProfile | None:
    times = reading.times()
    if told := reading.told("x"):
        return told
    if len(times) == 1:
        return times[0]
    if len(times) > 1:
        labels = ", ".join(c.label for c in times[:MAX_OPTIONS])
        reading.ask("x", "q.which_date", options_of(times), labels=labels)
        return None
    if reading.request.granularity == "year" and len(years := [c for c in reading.profile.columns if is_year(c)]) == 1:
        return years[0]
    if reading.answers.get("x") == NONE:
        return None
    step = reading.say(f"step.{reading.request.granularity}" if reading.request.granularity else "step.time")
    options = [*options_of(reading.categories())[: MAX_OPTIONS - 1], (reading.say("o.one_figure"), NONE)]
    reading.ask("x", "q.no_date", options, table=reading.table.name, step=step)
    return None


def fitting_granularity(column: ColumnProfile) -> str:
    """The step of time that suits the span of a date column."""
    try:
        days = (date.fromisoformat(str(column.max)[:10]) - date.fromisoformat(str(column.min)[:10])).days
    except ValueError:
        return "month"
    return "day" if days <= 45 else "month" if days <= 1_500 else "year"
