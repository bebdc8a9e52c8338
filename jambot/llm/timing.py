"""Which time a request is about: named spans, months of some year, `the last 3 months`. Pure.

What depends on the day is resolved against the clock that is given, or against the end of the file where that is
older, and always said.
"""

from __future__ import annotations

from datetime import date, timedelta

from jambot.llm.asking import NONE, Reading, options_of
from jambot.llm.intent import Filter
from jambot.llm.items import Item
from jambot.llm.matching import is_year
from jambot.llm.spans import Months, Period, Relative, first_of
from jambot.llm.titles import span_words
from jambot.tools.periods import Granularity, spoken
from jambot.tools.profile import ColumnProfile

_MOST_YEARS = 4
_Ends = tuple[str, str]


def period_filters(reading: Reading, x: ColumnProfile | None) -> list[Filter]:
    """The filters on time; none, and a question, while something is open."""
    request = reading.request
    if not request.periods:
        return []
    times = [x] if x is not None and x.is_temporal else reading.times()
    column = reading.told("period") or (times[0] if len(times) == 1 else None)
    if column is None and not times and (years := _whole_years(reading)):
        return years
    if column is None:
        if reading.answers.get("period") != NONE:
            said = ", ".join(item.meaning.label for _, item in request.periods if isinstance(item.meaning, Period))
            key = "q.period_dates" if times else "q.period_no_date"
            options = [*options_of(times), (reading.say("o.whole_file"), NONE)]
            said = said or request.periods[0][1].text
            reading.ask("period", key, options, table=reading.table.name, said=said)
        return []
    spans: list[tuple[str, _Ends]] = []
    for context, item in request.periods:
        ends = _ends(reading, item, column)
        if ends is None:
            return []
        spans += [(context, each) for each in ends]
    return _limits(reading, column, spans)


def _limits(reading: Reading, column: ColumnProfile, spans: list[tuple[str, _Ends]]) -> list[Filter]:
    start: str | None = None
    end: str | None = None
    inside: list[_Ends] = []
    compares = "compare" in reading.request.tasks
    opens: _Ends | None = None
    for context, ends in spans:
        match context:
            case "from" if opens is None and not compares:
                opens = ends
            case "since":
                start = ends[0]
            case "after":
                start = ends[1]
            case "until" if not compares:
                end = ends[1]
            case "before":
                end = ends[0]
            case _:
                inside.append(ends)
    if opens is not None:
        # `from March to May`, `between March and May`; `from March` alone is March.
        if end is None and inside:
            end = inside.pop(0)[1]
        if end is None:
            inside.append(opens)
        else:
            start = opens[0]
    if start is not None and end is not None and start >= end:
        reading.ask("period", "q.no_time", [(reading.say("o.whole_file"), NONE)])
        return []
    found = []
    if start is not None:
        found.append(Filter(column=column.name, op=">=", values=(start,)))
    if end is not None:
        found.append(Filter(column=column.name, op="<", values=(end,)))
    merged = _merged(inside)
    if len(merged) == 1 and not found:
        (first, last) = merged[0]
        return [
            Filter(column=column.name, op=">=", values=(first,)), Filter(column=column.name, op="<", values=(last,))
        ]  # fmt: skip
    if merged:
        found.append(Filter(column=column.name, op="within", values=tuple(day for ends in merged for day in ends)))
    return found


def _merged(spans: list[_Ends]) -> list[_Ends]:
    merged: list[_Ends] = []
    for start, end in sorted(set(spans)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _ends(reading: Reading, item: Item, column: ColumnProfile) -> list[_Ends] | None:
    match item.meaning:
        case Period() as period:
            return [(period.start, period.end)]
        case Months() as months:
            return _months_of_years(reading, months, column)
        case Relative() as relative:
            return [_relative_ends(reading, relative, column)]
        case _:
            return []


def _months_of_years(reading: Reading, months: Months, column: ColumnProfile) -> list[_Ends] | None:
    """Those months of the only year that has them; of all, or of the one that is chosen, where several have."""
    low, high = str(column.min)[:10], str(column.max)[:10]
    wraps = months.first > months.last
    found: dict[str, _Ends] = {}
    for year in range(int(low[:4]) - 1, int(high[:4]) + 1):
        ends = (first_of(year, months.first), first_of(year + wraps, months.last + 1))
        if ends[0] <= high and ends[1] > low:
            found[str(year)] = ends
    if not found:
        year = int(high[:4])
        found = {str(year): (first_of(year, months.first), first_of(year + wraps, months.last + 1))}
    id_ = f"year:{months.label}"
    answer = reading.answers.get(id_)
    if answer == NONE or len(found) == 1:
        if len(found) == 1:
            reading.note(
                "note.only_year", said=months.label, span=span_words(*next(iter(found.values())), reading.language)
            )
        return list(found.values())
    if answer in found:
        return [found[answer]]
    years = list(found)[-_MOST_YEARS:]
    options = [(span_words(*found[year], reading.language), year) for year in years]
    reading.ask(id_, "q.which_year", [*options, (reading.say("o.all_years"), NONE)], said=months.label)
    return None


def _relative_ends(reading: Reading, span: Relative, column: ColumnProfile) -> _Ends:
    """Counted from today; from the end of the file when it has nothing there. Either way a note says it."""
    last = date.fromisoformat(str(column.max)[:10])
    today = reading.today
    ends = _counted(span, today, includes_present=False)
    from_file = last < ends[0]
    if from_file:
        ends = _counted(span, last, includes_present=True)
    start, end = ends[0].isoformat(), ends[1].isoformat()
    reading.note(
        "note.relative_file" if from_file else "note.relative",
        said=span.label,
        span=span_words(start, end, reading.language),
        today=spoken(today.isoformat(), reading.language),
        last=spoken(last.isoformat(), reading.language),
    )
    return start, end


def _counted(span: Relative, day: date, *, includes_present: bool) -> tuple[date, date]:
    """(first day, first day after). `includes_present` when `day` is the last there is, not the running one."""
    match span.which:
        case "today":
            return day, day + timedelta(days=1)
        case "yesterday":
            return (day, day + timedelta(days=1)) if includes_present else (day - timedelta(days=1), day)
        case "to_date":
            return date(day.year, 1, 1), day + timedelta(days=1)
        case "this":
            return start_of(day, span.unit), _moved(start_of(day, span.unit), span.unit, 1)
        case "last":
            end = start_of(day, span.unit)
            if includes_present:
                end = _moved(end, span.unit, 1)
            return _moved(end, span.unit, -span.count), end


def start_of(day: date, unit: Granularity) -> date:
    """The first day of the unit of time `day` is in."""
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        case "year":
            return date(day.year, 1, 1)


def _moved(day: date, unit: Granularity, count: int) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1))
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    return date.fromisoformat(first_of(day.year, day.month + months))


def _whole_years(reading: Reading) -> list[Filter]:
    """`in 2025` on a table that has a column of years and no date."""
    columns = [c for c in reading.profile.columns if is_year(c)]
    periods = [item.meaning for _, item in reading.request.periods]
    contexts = {context for context, _ in reading.request.periods}
    named = [p for p in periods if isinstance(p, Period) and p.unit == "year"]
    if len(columns) != 1 or len(named) != len(periods):
        return []
    first, last = int(named[0].start[:4]), int(named[-1].start[:4])
    name = columns[0].name
    match contexts:
        case _ if contexts & {"since", "after"}:
            return [Filter(column=name, op=">=" if "since" in contexts else ">", values=(str(first),))]
        case _ if contexts == {"before"} or contexts == {"until"}:
            return [Filter(column=name, op="<" if "before" in contexts else "<=", values=(str(first),))]
        case _ if "from" in contexts and len(named) == 2:
            return [Filter(column=name, op="in", values=tuple(str(year) for year in range(first, last + 1)))]
        case _:
            return [Filter(column=name, op="in", values=tuple(p.start[:4] for p in named))]
