"""Spans of time named in a phrase: `March 2026`, `Q2 2026`, `01.03.2026`, `March`, `the last 3 months`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from jambot.tools.cells import MONTH_NAMES, read_date
from jambot.tools.periods import Granularity

_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2})\b")
_QUARTER = re.compile(
    r"\b(?:q|quartal |quarter )([1-4])[ /-]*(\d{4})\b|"
    r"\b([1-4])(?:\.|st|nd|rd|th)? (?:quartal|quarter)(?: of)? (\d{4})\b"
)
_BARE_QUARTER = re.compile(
    r"\b(?:q|quartal |quarter )([1-4])\b(?![ /-]*\d{4})|"
    r"\b([1-4])(?:\.|st|nd|rd|th) (?:quartal|quarter)\b(?!(?: of)? \d{4})"
)
_NAMES = "|".join(sorted((n for n in MONTH_NAMES if len(n) > 2), key=len, reverse=True))
_DAY = re.compile(
    rf"\b(\d{{1,2}})(?:\.|st|nd|rd|th)?(?: of)? ({_NAMES})\.?,? (\d{{4}})\b"
    rf"|\b({_NAMES})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b"
)
_MONTHS = re.compile(
    rf"\b({_NAMES})\.?(?: (\d{{4}}))? ?(?:-|to|and|bis|und|until|through) ?({_NAMES})\.?(?: (\d{{4}}))?\b"
)
_MONTH = re.compile(rf"\b({_NAMES})\.? (\d{{4}})\b")
# `may` is a month only where a month can stand.
_BARE_MONTH = re.compile(
    rf"\b(in|im|for|fuer|since|seit|until|bis|from|von|during|ab|of|before|vor|after|nach|only|nur) ({_NAMES})\b(?! \d)"
)
_NAMED_UNITS: tuple[tuple[Granularity, str], ...] = (
    ("day", "day days tag tage tagen"),
    ("week", "week weeks woche wochen"),
    ("month", "month months monat monate monaten monats"),
    ("quarter", "quarter quarters quartal quartale quartalen quartals"),
    ("year", "year years jahr jahre jahren jahres"),
)
_UNITS: dict[str, Granularity] = {word: unit for unit, text in _NAMED_UNITS for word in text.split()}
_COUNTS = {
    word: count
    for count, text in enumerate(
        ("one ein eine einen einem", "two zwei", "three drei", "four vier", "five fuenf", "six sechs", "seven sieben",
         "eight acht", "nine neun", "ten zehn", "eleven elf", "twelve zwoelf"),
        start=1,
    )
    for word in text.split()
}  # fmt: skip
_RELATIVE = re.compile(
    r"\b(?:(?:over|in|for|within|during|ueber|der|den|dem|die|das|des|im|in den|the) )*"
    r"(?P<which>last|past|previous|letzte[nrsm]?|vergangene[nrsm]?|vorige[nrsm]?|this|current|diese[nrsm]?|"
    r"aktuelle[nrsm]?|laufende[nrsm]?)"
    rf"(?: (?P<count>\d{{1,3}}|{'|'.join(_COUNTS)}))? (?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"
)
_NAMED_DAYS = re.compile(r"\b(?:(yesterday|gestern)|(today|heute)|(year to date|ytd|seit jahresbeginn))\b")
_THIS = ("this", "current", "diese", "aktuelle", "laufende")
_ONE_DAY = timedelta(days=1)
_FIRST_DAY, _LAST_DAY = "1000-01-01", "9999-01-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` to before `end`, ISO dates; `unit` is what it is one of, when it is one."""

    start: str
    end: str
    label: str
    unit: Granularity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Months of a year nobody named, counted from 1; both ends are in it."""

    first: int
    last: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """`count` units before now, or the present one (`which` is `this`)."""

    which: Literal["last", "this", "yesterday", "today", "to_date"]
    unit: Granularity = "day"
    count: int = 1
    label: str = ""


Span = Period | Months | Relative


def find_spans(text: str) -> list[tuple[re.Match[str], Span]]:
    """The spans in a folded phrase, the surest kind first; matches may overlap, the earlier one in the list counts."""
    found: list[tuple[re.Match[str], Span | None]] = []
    found += [(m, _quarter(int(m[1] or m[3]), int(m[2] or m[4]))) for m in _QUARTER.finditer(text)]
    found += [(m, _dated(m[0])) for m in _DATE.finditer(text)]
    found += [(m, _day(int(m[1] or m[5]), MONTH_NAMES[m[2] or m[4]], int(m[3] or m[6]))) for m in _DAY.finditer(text)]
    found += [(m, _months(m)) for m in _MONTHS.finditer(text)]
    found += [(m, _month(int(m[2]), MONTH_NAMES[m[1]])) for m in _MONTH.finditer(text)]
    found += [(m, _quarter_months(int(m[1] or m[2]))) for m in _BARE_QUARTER.finditer(text)]
    found += [(m, _relative(m)) for m in _RELATIVE.finditer(text)]
    found += [(m, _named_day(m)) for m in _NAMED_DAYS.finditer(text)]
    found += [
        (m, Months(first=MONTH_NAMES[m[2]], last=MONTH_NAMES[m[2]], label=m[2])) for m in _BARE_MONTH.finditer(text)
    ]
    return [(match, span) for match, span in found if span is not None and _is_sound(span)]


def start_of_mark(match: re.Match[str]) -> int:
    """Where the span itself begins: the preposition before a bare month keeps its own meaning."""
    return match.start(2) if match.re is _BARE_MONTH else match.start()


def whole_year(year: int) -> Period:
    return Period(start=first_of(year, 1), end=first_of(year + 1, 1), label=str(year), unit="year")


def first_of(year: int, month: int) -> str:
    """The first day of a month, ISO; months before the first and after the twelfth are in the years around."""
    return f"{year + (month - 1) // 12:04d}-{(month - 1) % 12 + 1:02d}-01"


def _is_sound(span: Span) -> bool:
    return not isinstance(span, Period) or _FIRST_DAY <= span.start < span.end <= _LAST_DAY


def _quarter(quarter: int, year: int) -> Period:
    start = quarter * 3 - 2
    return Period(
        start=first_of(year, start), end=first_of(year, start + 3), label=f"{year}-Q{quarter}", unit="quarter"
    )


def _quarter_months(quarter: int) -> Months:
    return Months(first=3 * quarter - 2, last=3 * quarter, label=f"Q{quarter}")


def _month(year: int, month: int) -> Period:
    start, end = first_of(year, month), first_of(year, month + 1)
    return Period(start=start, end=end, label=f"{year:04d}-{month:02d}", unit="month")


def _months(match: re.Match[str]) -> Span | None:
    first, last = MONTH_NAMES[match[1]], MONTH_NAMES[match[3]]
    # `January and March` are two months, not three.
    if re.search(r" (?:and|und) ", match[0]) and abs(last - first) > 1 and not _is_between(match):
        return None
    if re.search(r" (?:and|und) ", match[0]) and match[2] and match[4] and not _is_between(match):
        return None
    if match[4] is None and match[2] is None:
        return Months(first=first, last=last, label=match[0])
    end_year = int(match[4] or match[2])
    start_year = int(match[2]) if match[2] else end_year - (first > last)
    if match[2] and not match[4]:
        end_year += first > last
    return Period(start=first_of(start_year, first), end=first_of(end_year, last + 1), label=match[0])


def _is_between(match: re.Match[str]) -> bool:
    return match.string[: match.start()].rstrip().endswith(("between", "zwischen", "from", "von"))


def _day(day: int, month: int, year: int) -> Period | None:
    try:
        moment = date(year, month, day)
    except ValueError:
        return None
    if year > 9_998:
        return None
    return Period(start=moment.isoformat(), end=(moment + _ONE_DAY).isoformat(), label=moment.isoformat(), unit="day")


def _dated(text: str) -> Period | None:
    if re.fullmatch(r"\d{4}-\d{2}", text):
        month = int(text[5:])
        return _month(int(text[:4]), month) if 1 <= month <= 12 else None
    found = read_date(text)
    moment = None if found is None or found.ambiguous else found.day_first or found.month_first
    return _day(moment.day, moment.month, moment.year) if moment else None


def _relative(match: re.Match[str]) -> Relative:
    this = match["which"].startswith(_THIS)
    said = match["count"]
    count = 1 if said is None else int(said) if said.isdigit() else _COUNTS[said]
    which = "this" if this else "last"
    return Relative(which=which, unit=_UNITS[match["unit"]], count=max(count, 1), label=match[0])


def _named_day(match: re.Match[str]) -> Relative:
    which: Literal["yesterday", "today", "to_date"] = "yesterday" if match[1] else "today" if match[2] else "to_date"
    return Relative(which=which, unit="year" if match[3] else "day", label=match[0])
