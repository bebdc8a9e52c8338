"""Which rows a request is about; or the question that decides it. Pure."""

from __future__ import annotations

from jambot.llm.asking import NONE, Reading, options_of
from jambot.llm.intent import Filter
from jambot.llm.matching import is_year
from jambot.tools.profile import ColumnProfile


def filters_of(reading: Reading, x: ColumnProfile | None) -> tuple[Filter, ...]:
    filters: dict[tuple[str, bool], list[str]] = {}
    for item, negated in reading.request.values:
        columns = {c.name: c for c, _ in item.values}
        column = reading.told(f"value:{item.text}") or (next(iter(columns.values())) if len(columns) == 1 else None)
        if column is None:
            labels = ", ".join(c.label for c in columns.values())
            text = f"'{item.text}' stands in {labels}. Which column shall I filter by?"
            reading.out.ask(f"value:{item.text}", text, options_of(list(columns.values())))
            continue
        filters.setdefault((column.name, negated), []).extend(v for c, v in item.values if c.name == column.name)
    found = [
        Filter(column=name, op="not in" if negated else "in", values=tuple(dict.fromkeys(values)))
        for (name, negated), values in filters.items()
    ]
    return (*found, *_period_filters(reading, x))


def _period_filters(reading: Reading, x: ColumnProfile | None) -> list[Filter]:
    request = reading.request
    if not request.starts_at and not request.ends_before:
        return []
    times = [x] if x is not None and x.is_temporal else reading.times()
    column = reading.told("period")
    if column is None and len(times) == 1:
        column = times[0]
    if column is None and not times and (years := _whole_years(reading)):
        return years
    if column is None:
        if reading.answers.get("period") != NONE:
            options = [*options_of(times), ("The whole file", NONE)]
            why = "There are several dates" if times else f"{reading.table.name} has no date column"
            reading.out.ask("period", f"{why}: how shall I limit it to {request.period_label}?", options)
        return []
    limits: list[Filter] = []
    if request.starts_at:
        limits.append(Filter(column=column.name, op=">=", values=(request.starts_at,)))
    if request.ends_before:
        limits.append(Filter(column=column.name, op="<", values=(request.ends_before,)))
    return limits


def _whole_years(reading: Reading) -> list[Filter]:
    """`in 2025` on a table that has a column of years and no date."""
    start, end = reading.request.starts_at, reading.request.ends_before
    columns = [c for c in reading.profile.columns if is_year(c)]
    if len(columns) != 1 or not start or not end or start[5:] != "01-01" or end[5:] != "01-01":
        return []
    years = tuple(str(year) for year in range(int(start[:4]), int(end[:4])))
    return [Filter(column=columns[0].name, op="in", values=years)]
