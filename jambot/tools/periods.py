"""Names of days, weeks, months, quarters and years: 2026-01-31, 2026-W05, 2026-01, 2026-Q1, 2026. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

Granularity = Literal["day", "week", "month", "quarter", "year"]
GRANULARITIES: tuple[Granularity, ...] = ("day", "week", "month", "quarter", "year")

_FORMATS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
_MAX_PERIODS = 4_000


def period_sql(column: str, granularity: Granularity) -> str:
    """The SQL expression that names the period of a quoted date column."""
    if granularity == "quarter":
        return f"strftime({column}, '%Y') || '-Q' || quarter({column})"
    return f"strftime({column}, '{_FORMATS[granularity]}')"


def filled(periods: Sequence[str], granularity: Granularity) -> list[str]:
    """All periods from the first to the last, in order; unchanged when one is no such name or there are too many."""
    try:
        day, last = _start(min(periods), granularity), _start(max(periods), granularity)
        names: list[str] = []
        while day <= last and len(names) <= _MAX_PERIODS:
            names.append(_name(day, granularity))
            day = _next(day, granularity)
    except (ValueError, OverflowError):
        return sorted(periods)
    return names if set(periods) <= set(names) else sorted(periods)


def _start(name: str, granularity: Granularity) -> date:
    match granularity:
        case "day":
            return date.fromisoformat(name)
        case "week":
            year, week = name.split("-W")
            return date.fromisocalendar(int(year), int(week), 1)
        case "month":
            year, month = name.split("-")
            return date(int(year), int(month), 1)
        case "quarter":
            year, quarter = name.split("-Q")
            return date(int(year), int(quarter) * 3 - 2, 1)
        case "year":
            return date(int(name), 1, 1)


def _name(day: date, granularity: Granularity) -> str:
    if granularity == "quarter":
        return f"{day.year:04d}-Q{(day.month + 2) // 3}"
    if granularity == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04d}-W{week:02d}"
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[granularity]]


def _next(day: date, granularity: Granularity) -> date:
    match granularity:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=7)
        case "year":
            return date(day.year + 1, 1, 1)
        case _:
            months = day.month - 1 + (1 if granularity == "month" else 3)
            return date(day.year + months // 12, months % 12 + 1, 1)
