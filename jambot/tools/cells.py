"""One cell of a messy table: is it a number, a date, and what does it leave open? Pure.

A cell alone cannot always tell: `1.234` may be a thousand or a little more than one, `03/04/2026` may be in March or
in April. These functions report every reading; `jambot.tools.infer` decides with the whole column in view.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Literal

from jambot.tools.words import fold, unit_name

NULL_MARKERS = frozenset(
    {"-", "--", "–", "—", "n/a", "na", "n.a.", "null", "none", "nan", "k.a.", "k. a.", "#n/a", "#nv", "?", "(leer)"}
)
TRUTH = {
    **dict.fromkeys(("true", "yes", "ja", "wahr", "y", "j"), True),
    **dict.fromkeys(("false", "no", "nein", "falsch", "n"), False),
}

_CURRENCY = r"€|\$|£|¥|EUR|Euro|USD|GBP|CHF"
_NUMBER = re.compile(
    rf"(?P<open>\()?\s*(?:{_CURRENCY})?\s*(?P<sign>[-+\u2212\u2013])?\s*(?P<cur>{_CURRENCY})?\s*"
    r"(?P<digits>\d[\d.,'\u2019\u00a0\u202f ]*|[.,]\d+)(?:[eE](?P<exp>[+-]?\d{1,3}))?"
    r"\s*(?P<unit>%|‰|€|\$|£|¥|[A-Za-zµ°][A-Za-zµ°²³/]{0,7})?(?P<trail>-)?(?P<close>\))?"
)
_LEADING_CURRENCY = re.compile(rf"^\(?\s*[-+\u2212\u2013]?\s*({_CURRENCY})")
_GROUPS = {sep: re.compile(rf"\d{{1,3}}(?:{re.escape(sep)}\d{{3}})+") for sep in ".,"}
_SPACED = re.compile(r"\d{1,3}(?:[ '\u2019\u00a0\u202f]\d{3})+(?=$|[.,]\d*$)")
_NO_CENTS = re.compile(r"[.,]\s*[-\u2013\u2014]{1,2}(?=\s*(?:€|EUR|CHF)?$)")
_SPACES = re.compile(r"[ '\u2019\u00a0\u202f]")

Style = Literal["plain", "dot", "comma", "open"]


@dataclass(frozen=True, slots=True)
class NumberCell:
    """`style` is the decimal mark this cell proves; `open` proves neither. `digits` still holds its separators."""

    style: Style
    digits: str
    negative: bool
    exponent: int
    unit: str | None

    def value(self, decimal_mark: Literal[".", ","]) -> Decimal:
        """The number, with `decimal_mark` where the cell itself leaves it open."""
        mark = {"dot": ".", "comma": ","}.get(self.style, decimal_mark)
        plain = self.digits.replace("," if mark == "." else ".", "").replace(mark, ".")
        number = Decimal(plain or "0").scaleb(self.exponent)
        return -number if self.negative else number


def read_number(text: str) -> NumberCell | None:
    """The number in a cell such as `1.234,56 €`, `(12.5)`, `12,5 %`, `-7`; None when it is not one.

    Leading zeros (`00123`, post codes) and more than 18 digits are names, not numbers.
    """
    match = _NUMBER.fullmatch(_NO_CENTS.sub("", text.strip()))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    digits = match["digits"].strip()
    if _SPACES.search(digits):
        if _SPACED.match(digits) is None:
            return None
        digits = _SPACES.sub("", digits)
    style = _style(digits)
    if style is None or sum(c.isdigit() for c in digits) > 18:
        return None
    whole = re.split(r"[.,]", digits)[0]
    if len(whole) > 1 and whole.startswith("0"):
        return None
    negative = bool(match["open"] or match["trail"]) or (match["sign"] or "+") != "+"
    leading = _LEADING_CURRENCY.match(text.strip())
    unit = match["unit"] or (leading[1] if leading else None)
    exponent = int(match["exp"] or 0)
    if abs(exponent) > 30:
        return None
    return NumberCell(style, digits, negative, exponent, unit_name(unit) if unit else None)


def _style(digits: str) -> Style | None:
    dots, commas = digits.count("."), digits.count(",")
    if not dots and not commas:
        return "plain"
    if dots and commas:
        mark = "," if digits.rfind(",") > digits.rfind(".") else "."
        sep = "." if mark == "," else ","
        if digits.count(mark) > 1 or _GROUPS[sep].fullmatch(digits[: digits.rfind(mark)]) is None:
            return None
        return "comma" if mark == "," else "dot"
    mark = "." if dots else ","
    if dots + commas > 1:
        if _GROUPS[mark].fullmatch(digits) is None:
            return None
        return "comma" if mark == "." else "dot"
    whole, fraction = digits.split(mark)
    if _GROUPS[mark].fullmatch(digits) and whole != "0" and len(fraction) == 3:
        return "open"
    return "dot" if mark == "." else "comma"


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january jaenner jaen",
            "feb februar february feber",
            "mar maerz march mrz maer",
            "apr april",
            "mai may",
            "jun juni june",
            "jul juli july",
            "aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov november",
            "dez dec dezember december",
        ),
        start=1,
    )
    for name in names.split()
}
MONTH_NAMES = dict(_MONTHS)
_WEEKDAY = re.compile(
    r"^(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\.?,?\s+"
)
_TIME = (
    r"(?:[t ,]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?\s*(?P<ap>[ap]m)?\s*(?:uhr)?"
    r"\s*(?P<z>z|utc|[+-]\d{2}:?\d{2})?)?"
)
_FORMS = {
    "iso": re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})" + _TIME),
    "dotted": re.compile(r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})" + _TIME),
    "slashed": re.compile(r"(?P<a>\d{1,2})(?P<sep>[/-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})" + _TIME),
    "day_name": re.compile(
        r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th)?[\s-]*(?P<n>[a-z]{3,9})\.?[\s,-]*(?P<y>\d{4}|\d{2})" + _TIME
    ),
    "name_day": re.compile(r"(?P<n>[a-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME),
    "name_year": re.compile(r"(?P<n>[a-z]{3,9})\.?[\s-]+(?P<y>\d{4})"),
    "year_week": re.compile(r"(?P<y>\d{4})[- /]?(?:w|kw)\s?(?P<w>\d{1,2})"),
    "week_year": re.compile(r"(?:kw|w|week)\s?(?P<w>\d{1,2})[ ,/-]+(?P<y>\d{4})"),
    "year_quarter": re.compile(r"(?P<y>\d{4})[- /]?q(?P<q>[1-4])"),
    "quarter_year": re.compile(r"q(?P<q>[1-4])[ /-]*(?P<y>\d{4})"),
    "year_month": re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})"),
    "month_year": re.compile(r"(?P<m>\d{1,2})/(?P<y>\d{4})"),
}


@dataclass(frozen=True, slots=True)
class DateCell:
    """`day_first` and `month_first` are the readings; they differ only where the cell is ambiguous."""

    form: str
    day_first: datetime | None
    month_first: datetime | None
    has_time: bool

    @property
    def ambiguous(self) -> bool:
        return None not in (self.day_first, self.month_first) and self.day_first != self.month_first


def read_date(text: str) -> DateCell | None:
    """The date in a cell, German, ISO, US or with a month's name; None when it is not one.

    A zone is applied and the result is in UTC without a zone mark. A month alone (`Jan 2026`) is its first day.
    """
    folded = _WEEKDAY.sub("", fold(" ".join(text.split())))
    for form, pattern in _FORMS.items():
        if match := pattern.fullmatch(folded):
            return _dated(form, match.groupdict())
    return None


def _dated(form: str, part: dict[str, str | None]) -> DateCell | None:
    clock = _clock(part)
    if clock is None:
        return None
    year = int(part["y"] or 0)
    if len(part["y"] or "") == 2:
        year += 1900 if year >= 70 else 2000
    if part.get("w"):
        day_first = month_first = _week(year, int(part["w"] or 0))
    elif part.get("q"):
        day_first = month_first = _moment(year, 3 * int(part["q"] or 1) - 2, 1, clock)
    elif form == "slashed":
        first, second = int(part["a"] or 0), int(part["b"] or 0)
        day_first, month_first = _moment(year, second, first, clock), _moment(year, first, second, clock)
    else:
        name = part.get("n")
        month = MONTH_NAMES.get(name, 0) if name else int(part.get("m") or 0)
        day_first = month_first = _moment(year, month, int(part.get("d") or 1), clock)
    if day_first is None and month_first is None:
        return None
    return DateCell(form, day_first, month_first, part.get("h") is not None)


def _clock(part: dict[str, str | None]) -> tuple[time, timedelta] | None:
    if part.get("h") is None:
        return time(), timedelta()
    hour = int(part["h"] or 0)
    if half := part.get("ap"):
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        clock = time(hour, int(part["mi"] or 0), int(part.get("s") or 0))
    except ValueError:
        return None
    zone = part.get("z") or "z"
    if zone in ("z", "utc"):
        return clock, timedelta()
    sign = -1 if zone[0] == "-" else 1
    return clock, sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))


def _moment(year: int, month: int, day: int, clock: tuple[time, timedelta]) -> datetime | None:
    try:
        local = datetime.combine(date(year, month, day), clock[0], timezone(clock[1]))
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _week(year: int, week: int) -> datetime | None:
    try:
        return datetime.fromisocalendar(year, week, 1)
    except ValueError:
        return None
