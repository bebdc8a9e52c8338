"""What a phrase says in several words at once: spans of time, limits, percentiles, row numbers, fixed turns of phrase.

They are cut out before the rest is read word by word; a mark stands where each of them was. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from jambot.llm.comparing import Comparison, Containing, find_comparisons, find_containing
from jambot.llm.spans import Span, find_spans, start_of_mark
from jambot.tools.words import fold

MARK = re.compile(r"mark(\d+)x")
TABULAR, OTHERS, WEEKDAY, RUNNING = "tabularmark", "othersmark", "weekday", "runningtotal"
_TURNS = (
    (re.compile(r"\bchange (?:it |this |that )?(?:to|into)\b|\bchange (?:it|this|that)\b"), "instead"),
    (re.compile(r"\b(?:the|das|den|die|dem) same\b|\bdasselbe\b|\bdas gleiche\b|\bebenso\b"), "same"),
    (re.compile(r"\bdays? of (?:the )?week\b|\bweekdays?\b|\bwochentag(?:e|en|s)?\b"), WEEKDAY),
    (
        re.compile(
            r"\b(?:as|into|in) an? (?:\w+ )?table\b|\bas table\b|\bals (?:\w+ )?tabelle\b|"
            r"\bin (?:einer|eine|ner) tabelle\b|"
            r"\b(?:make|turn|mach|mache) (?:it|this|that|es|das)(?: into)? (?:a|eine) (?:table|tabelle)(?: daraus)?\b|"
            r"\bmach(?:e)? (?:mir )?(?:daraus )?eine tabelle(?: daraus)?\b|\btabular(?:ly)?\b|\btabellarisch\b|"
            r"\b(?:only|just|nur) (?:the |die )?(?:table|tabelle)\b"
        ),
        TABULAR,
    ),
    (
        re.compile(
            r"\b(?:and|und|plus|with|mit)? ?(?:all |the |alle |der |die |den |dem )*"
            r"(?:others?|rest|remaining|remainder|sonstige[nrs]?|uebrige[nrs]?|restliche[nrs]?)\b(?! of| der| von)"
        ),
        f" {OTHERS} ",
    ),
)
_PERCENTILE = re.compile(
    r"\b(\d{1,2})(?:\.|th|st|nd|rd|er)?[ -]?(?:percentiles?|perzentile?n?s?)\b|\bp(\d{2})\b|"
    r"\b(?:percentile|perzentil) (\d{1,2})\b"
)
_QUARTILE = re.compile(
    r"\b(?P<low>(?:first|lower|1st|1\.|unteres?|erstes?) quartile?s?)\b|"
    r"\b(?P<high>(?:third|upper|3rd|3\.|oberes?|drittes?) quartile?s?)\b"
)
_ROW = re.compile(r"\b(?:rows?|line|zeile|record|datensatz) (?:number |no\.? |nr\.? |nummer )?(\d{1,7})\b(?![.,]\d)")
_SIGNS_BEFORE_DATES = ((">=", " since "), ("<=", " until "), (">", " after "), ("<", " before "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    of: int  # 1 to 99


@dataclass(frozen=True, slots=True, kw_only=True)
class RowNumber:
    number: int  # from 1


Meaning = Span | Comparison | Containing | Percentile | RowNumber


def cut_marks(phrase: str) -> tuple[str, list[Meaning]]:
    """The phrase, folded, with a mark in the place of everything found; mark number n is meaning n."""
    meanings: list[Meaning] = []

    def cut(text: str, found: list[tuple[int, int, Meaning]]) -> str:
        taken: list[tuple[int, int, Meaning]] = []
        for start, end, meaning in found:
            if all(end <= s or start >= e for s, e, _ in taken):
                taken.append((start, end, meaning))
        for start, end, meaning in sorted(taken, key=lambda t: -t[0]):
            meanings.append(meaning)
            text = f"{text[:start]} mark{len(meanings) - 1}x {text[end:]}"
        return text

    # A mark that somebody typed means nothing.
    text = MARK.sub(" ", phrase)
    text = cut(text, [(m.start(), m.end(), found) for m, found in find_containing(text)])
    text = fold(text)
    text = cut(text, [(m.start(), m.end(), found) for m, found in _numbered(text)])
    text = cut(text, [(start_of_mark(m), m.end(), found) for m, found in find_spans(text)])
    for sign, word in _SIGNS_BEFORE_DATES:
        text = re.sub(rf"{sign} ?(?= *mark\d+x)", word, text)
    text = cut(text, [(m.start(), m.end(), found) for m, found in find_comparisons(text)])
    for pattern, mark in _TURNS:
        text = pattern.sub(f" {mark} ", text)
    return text, meanings


def _numbered(text: str) -> list[tuple[re.Match[str], Any]]:
    found: list[tuple[re.Match[str], Any]] = []
    for match in _PERCENTILE.finditer(text):
        of = int(match[1] or match[2] or match[3])
        if 1 <= of <= 99:
            found.append((match, Percentile(of=of)))
    found += [(m, Percentile(of=25 if m["low"] else 75)) for m in _QUARTILE.finditer(text)]
    found += [(m, RowNumber(number=int(m[1]))) for m in _ROW.finditer(text) if int(m[1]) > 0]
    return found
