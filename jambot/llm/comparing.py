"""Limits on values said in a phrase: `over 100 €`, `between 50 and 80`, `at least 5`, `containing "lamp"`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from jambot.tools.cells import read_number

Op = Literal[">", ">=", "<", "<=", "=", "!="]
_WORDED: dict[Op, str] = {
    ">=": "at least|not less than|no less than|starting at|mindestens|wenigstens|nicht weniger als|nicht unter",
    "<=": "at most|no more than|not more than|up to|hoechstens|maximal|bis zu|nicht mehr als|nicht ueber",
    ">": (
        "more than|greater than|larger than|bigger than|higher than|over|above|exceeding|exceeds|mehr als|groesser als|"
        "hoeher als|groesser|ueber|oberhalb von"
    ),
    "<": (
        "less than|fewer than|smaller than|lower than|under|below|weniger als|kleiner als|geringer als|niedriger als|"
        "kleiner|unter|unterhalb von"
    ),
    "!=": "not equal to|ungleich",
    "=": "equal to|equals|exactly|gleich|genau",
}
_SIGNS: dict[Op, str] = {
    ">=": ">=|=>|≥",
    "<=": "<=|=<|≤",
    "!=": "!=|<>|≠",
    ">": ">",
    "<": "<",
    "=": "==|=",
}
_UNIT = r"€|eur|euros?|\$|usd|dollars?|£|gbp|chf|%|percent|prozent"
_UNITS = {"€": ("€", "eur"), "$": ("$", "usd", "dollar"), "£": ("£", "gbp"), "%": ("%", "perc", "proz")}
_SCALE = {
    "k": 1_000, "tsd": 1_000, "thousand": 1_000, "tausend": 1_000,
    "m": 1_000_000, "mio": 1_000_000, "million": 1_000_000, "millions": 1_000_000, "millionen": 1_000_000,
}  # fmt: skip
_NUMBER = (
    rf"(?P<lead{{0}}>[€$£])? ?(?P<number{{0}}>-?\d(?:[\d.,']*\d)?)(?: ?(?P<scale{{0}}>{'|'.join(_SCALE)})\b\.?)?"
    rf"(?: ?(?P<unit{{0}}>(?:{_UNIT})(?![a-z])))?"
)
# `over 3 months` is a time, not a limit.
_NO_TIME = (
    r"(?! ?(?:days?|weeks?|months?|quarters?|years?|tagen?|wochen?|monaten?|quartalen?|jahren?)\b)"
    r"(?!\d)(?![.,]\d)"
)
_ONE = re.compile(
    "(?:"
    + "|".join(f"(?P<word{i}>\\b(?:{words})\\b)" for i, words in enumerate(_WORDED.values()))
    + "|"
    + "|".join(f"(?P<sign{i}>{signs})" for i, signs in enumerate(_SIGNS.values()))
    + ") ?"
    + _NUMBER.format("")
    + _NO_TIME
)
_TWO = re.compile(
    r"\b(?:between|zwischen|from|von) "
    + _NUMBER.format("1")
    + r" ?(?:and|und|to|bis|-) ?"
    + _NUMBER.format("2")
    + _NO_TIME
)
# `from 100 €` and `up to 100 €` only with a unit: alone they say when.
_FROM = re.compile(r"\b(?:(?P<low>from|ab|von)|(?P<high>to|bis)) " + _NUMBER.format("") + _NO_TIME)
_QUOTED = r"""["'„“”‚‘’«»]([^"'„“”‚‘’«»]{1,80})["'„“”‚‘’«»]"""
_CONTAINS = re.compile(
    rf"(?P<not>\b(?:not|nicht|doesn't|does not) )?\b(?:contain(?:s|ing)?|including|includes|enth(?:ä|ae)lt|enthalten|"
    rf"enthaltend|with the text|mit dem text|like)\b(?: the (?:word|text))? (?:{_QUOTED}|(?P<plain>[^\W_]\S{{0,60}}))",
    re.IGNORECASE,
)
_STARTS = re.compile(
    rf"\b(?:starts? with|starting with|begins? with|beginning with|beginn(?:t|en|end) mit|f(?:ä|ae)ngt mit)\b "
    rf"(?:{_QUOTED}|(?P<plain>[^\W_]\S{{0,60}}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Limits on a number: every (op, value) holds. `unit` is the currency or % said with it; `may_be_years` when the
    numbers could as well be years."""

    limits: tuple[tuple[Op, Decimal], ...]
    unit: str | None
    text: str
    may_be_years: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Containing:
    """A limit on a text, whatever the case of its letters."""

    op: Literal["contains", "not contains", "starts"]
    text: str


def find_comparisons(text: str) -> list[tuple[re.Match[str], Comparison]]:
    """The limits on numbers in a folded phrase."""
    found = []
    for match in _TWO.finditer(text):
        low, high = _value(match, "1"), _value(match, "2")
        if low is not None and high is not None:
            unit = _unit(match, "2") or _unit(match, "1")
            years = unit is None and all(_is_year(v) for v in (low, high))
            if not years:
                found.append((match, _comparison(match, ((">=", low), ("<=", high)), unit, may_be_years=False)))
    for match in _ONE.finditer(text):
        value = _value(match, "")
        if value is not None:
            worded: Op | None = next((op for i, op in enumerate(_WORDED) if match[f"word{i}"]), None)
            signed: list[Op] = [op for i, op in enumerate(_SIGNS) if match[f"sign{i}"]]
            op: Op = worded or signed[0]
            bare = worded is not None and _unit(match, "") is None and not match["scale"]
            years = bare and _is_year(value)
            found.append((match, _comparison(match, ((op, value),), _unit(match, ""), may_be_years=years)))
    for match in _FROM.finditer(text):
        value = _value(match, "")
        if value is not None and _unit(match, "") is not None:
            end: Op = ">=" if match["low"] else "<="
            found.append((match, _comparison(match, ((end, value),), _unit(match, ""), may_be_years=False)))
    return found


def find_containing(phrase: str) -> list[tuple[re.Match[str], Containing]]:
    """The limits on texts, in a phrase as it was written."""
    found = []
    patterns: tuple[tuple[re.Pattern[str], Literal["contains", "starts"]], ...] = (
        (_CONTAINS, "contains"),
        (_STARTS, "starts"),
    )
    for pattern, op in patterns:
        for match in pattern.finditer(phrase):
            said = next((group for group in match.groups()[-2:] if group and group.strip()), None)
            if said:
                negated = pattern is _CONTAINS and match["not"]
                found.append((match, Containing(op="not contains" if negated else op, text=said.strip(" .,;:!?"))))
    return found


def _comparison(
    match: re.Match[str], limits: tuple[tuple[Op, Decimal], ...], unit: str | None, *, may_be_years: bool
) -> Comparison:
    return Comparison(limits=limits, unit=unit, text=match[0].strip(), may_be_years=may_be_years)


def _value(match: re.Match[str], part: str) -> Decimal | None:
    cell = read_number(match[f"number{part}"])
    if cell is None:
        return None
    # `1.000` and `1,000` are a thousand in any sentence.
    value = Decimal(cell.digits.replace(".", "").replace(",", "")) if cell.style == "open" else cell.value(".")
    if cell.style == "open" and cell.negative:
        value = -value
    return value * _SCALE.get(match[f"scale{part}"] or "", 1)


def _unit(match: re.Match[str], part: str) -> str | None:
    said = match[f"lead{part}"] or match[f"unit{part}"]
    if not said:
        return None
    for unit, names in _UNITS.items():
        if said.startswith(names):
            return unit
    return said.upper()


def _is_year(value: Decimal) -> bool:
    return value == value.to_integral_value() and 1950 <= value <= 2050
