"""Spans of time named in a phrase: `March 2026`, `Q2 2026`, `01.03.2026`, `2026-03`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from jambot.tools.cells import MONTH_NAMES, read_date
from jambot.tools.words import fold

_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2})\b")
_QUARTER = re.compile(r"\b(?:q|quartal |quarter )([1-4])[ /-]*(\d{4})\b|\b([1-4])\. quartal (\d{4})\b")
_MONTHS = "|".join(sorted((n for n in MONTH_NAMES if len(n) > 2), key=len, reverse=True))
_MONTH = re.compile(rf"\b({_MONTHS})\.? (\d{{4}})\b")
_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = "1000-01-01", "9999-01-01"
MARK = re.compile(r"period(\d+)mark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to before `end`, ISO dates."""

    start: str
    end: str
    label: str


def cut_periods(phrase: str) -> tuple[str, list[Period]]:
    """The phrase with a mark in the place of every span, and the spans; mark number n is span n."""
    periods: list[Period] = []

    def mark(period: Period | None, match: re.Match[str]) -> str:
        if period is None or not _FIRST_DAY <= period.start < period.end <= _LAST_DAY:
            return match[0]
        periods.append(period)
        return f" period{len(periods) - 1}mark "

    text = fold(phrase)
    text = _QUARTER.sub(lambda m: mark(_quarter(int(m[1] or m[3]), int(m[2] or m[4])), m), text)
    text = _DATE.sub(lambda m: mark(_dated(m[0]), m), text)
    text = _MONTH.sub(lambda m: mark(_month(int(m[2]), MONTH_NAMES[m[1]]), m), text)
    return text if periods else phrase, periods


def _quarter(quarter: int, year: int) -> Period:
    start, end = quarter * 3 - 2, quarter * 3 + 1
    return Period(start=_first(year, start), end=_first(year, end), label=f"{year}-Q{quarter}")


def _month(year: int, month: int) -> Period:
    return Period(start=_first(year, month), end=_first(year, month + 1), label=f"{year:04d}-{month:02d}")


def whole_year(year: int) -> Period:
    return Period(start=_first(year, 1), end=_first(year + 1, 1), label=str(year))


def _first(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}-01"


def _dated(text: str) -> Period | None:
    if re.fullmatch(r"\d{4}-\d{2}", text):
        month = int(text[5:])
        return _month(int(text[:4]), month) if 1 <= month <= 12 else None
    found = read_date(text)
    if found is None or found.ambiguous:
        return None
    moment = found.day_first or found.month_first
    if moment is None or moment.year > 9_998:
        return None
    return Period(start=moment.date().isoformat(), end=(moment + _DAY).date().isoformat(), label=text)
