"""Names of days, weeks, months, quarters and years: 2026-01-31, 2026-W05, 2026-01, 2026-Q1, 2026. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

Granularity = Literal["day", "week", "month", "quarter", "year"]
GRANULARITIES: tuple[Granularity, ...] = ("day", "week", "month", "quarter", "year")

_FORMATS = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
_MAX_PERIODS = 4_000
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),  # noqa: SIM905
}


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


def spoken(name: str, language: Literal["en", "de"] = "en") -> str:
    """A period as people say it: `May 2026`, `Mai 2026`, `Q3 2026`, `week 5, 2026`; any other text as it is."""
    if found := _MONTH.fullmatch(name):
        return f"{_MONTHS[language][int(found[2]) - 1]} {found[1]}"
    if found := _QUARTER.fullmatch(name):
        return f"Q{found[2]} {found[1]}"
    if found := _WEEK.fullmatch(name):
        return f"KW {int(found[2])}/{found[1]}" if language == "de" else f"week {int(found[2])}, {found[1]}"
    if (found := _DAY.fullmatch(name)) and 1 <= int(found[2]) <= 12:
        if language == "de":
            return f"{int(found[3])}.{int(found[2])}.{found[1]}"
        return f"{int(found[3])} {_MONTHS['en'][int(found[2]) - 1][:3]} {found[1]}"
    return name


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
