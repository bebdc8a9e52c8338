"""What a request groups by: the axis, its step of time, the split; or the questions that decide them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jambot.llm.asking import MAX_OPTIONS, NONE, Reading, options_of
from jambot.llm.matching import is_identifier, is_measure, is_year
from jambot.llm.phrase import Item
from jambot.tools.profile import ColumnProfile


def groups_of(reading: Reading) -> list[ColumnProfile]:
    """What to group by, in the order said; numbers named after `by` are the measure when there is no other."""
    request = reading.request
    asked = [*request.groups]
    if not request.measures and not request.counts and not request.counts_rows:
        for item in list(asked):
            columns = item.candidates.columns if item.candidates else ()
            ranks = request.extreme or len(asked) > 1 or _bare_categories(reading)
            if columns and all(is_measure(c) for c in columns) and ranks:
                asked.remove(item)
                request.measures.append(item)
                break
    asked += _subjects_that_group(reading, asked)
    allowed = [c for c in reading.profile.columns if c.distinct_count]
    return [c for item in asked if (c := reading.one_of(item, allowed, "x")) is not None]


def axes_of(
    reading: Reading, groups: list[ColumnProfile]
) -> tuple[ColumnProfile | None, str | None, ColumnProfile | None]:
    request = reading.request
    splits = [c for item in request.splits if (c := reading.one_of(item, reading.categories(), "split")) is not None]
    granularity = request.granularity
    axes = [c for c in groups if c not in splits]
    axes += [c for c in _compared(reading) if c not in axes and c not in splits]
    times = [c for c in axes if c.is_temporal]
    if (granularity or request.over_time) and not times:
        time = _time_column(reading)
        if time is not None:
            axes, times = [time, *axes], [time] if time.is_temporal else []
    axes.sort(key=lambda c: c not in times)
    if reading.out.questions and not axes:
        return None, None, None
    if not axes and splits and not reading.wants_groups:
        axes, splits = splits[:1], splits[1:]
    if not axes and reading.wants_groups:
        axes = _default_axis(reading, splits)
    if len(axes) + len(splits) > 2:
        options = options_of([*axes, *splits])
        if (kept := reading.told("x")) is None:
            reading.out.ask("x", "A chart shows at most two groupings. Which one along the axis?", options)
            return None, None, None
        axes, splits = [kept], [c for c in [*axes, *splits] if c is not kept][:1]
    x = axes[0] if axes else None
    split = splits[0] if splits else axes[1] if len(axes) > 1 else None
    if x is not None and x.is_temporal and granularity is None:
        granularity = _fitting_granularity(x)
        reading.out.notes.append(f"Shown by {granularity}, which suits the span of '{x.label}'.")
    if x is not None and not x.is_temporal:
        granularity = None
    return x, granularity, split


def _subjects_that_group(reading: Reading, groups: Sequence[Item]) -> list[Item]:
    """Bare names such as `products` in `top 5 products`: groups, or what is counted."""
    request = reading.request
    if not request.subjects:
        return []
    if request.extreme or request.asks_which:
        taken, request.subjects = request.subjects[:1], request.subjects[1:]
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
    answer = reading.answers.get("x")
    if told := reading.told("x"):
        return [told]
    if answer == NONE:
        return []
    if reading.previous is not None and reading.previous.x and (kept := reading.profile.column(reading.previous.x)):
        reading.request.granularity = reading.request.granularity or reading.previous.granularity
        return [kept]
    choices = [c for c in [*reading.times(), *reading.categories()] if c not in splits]
    if len(choices) == 1 and choices[0].is_temporal:
        return choices
    if not choices:
        reading.out.notes.append("No column has few enough different values to group by.")
        return []
    reading.out.ask("x", "What shall stand along the axis?", options_of(choices))
    return []


def _time_column(reading: Reading) -> ColumnProfile | None:
    times = reading.times()
    if told := reading.told("x"):
        return told
    if len(times) == 1:
        return times[0]
    if len(times) > 1:
        labels = ", ".join(c.label for c in times[:MAX_OPTIONS])
        reading.out.ask("x", f"There are several dates: {labels}. Which one counts?", options_of(times))
        return None
    if reading.request.granularity == "year" and len(years := [c for c in reading.profile.columns if is_year(c)]) == 1:
        return years[0]
    if reading.answers.get("x") == NONE:
        return None
    step = reading.request.granularity or "time"
    options = [*options_of(reading.categories())[: MAX_OPTIONS - 1], ("No grouping, one figure", NONE)]
    reading.out.ask(
        "x", f"{reading.table.name} has no date column, so I cannot group by {step}. By what instead?", options
    )
    return None


def _fitting_granularity(column: ColumnProfile) -> str:
    try:
        days = (date.fromisoformat(str(column.max)[:10]) - date.fromisoformat(str(column.min)[:10])).days
    except ValueError:
        return "month"
    return "day" if days <= 45 else "month" if days <= 1_500 else "year"
