"""Which columns a word may mean, and how surely. Pure.

A name given in full beats the same idea in other words, which beats a part of a name. Only the surest kind counts; when
it fits several columns, all of them are reported and the caller asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from jambot.llm.lexicon import CONCEPTS, NON_ADDITIVE, concepts, stem
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.words import split_unit, words

MAX_WORDS = 6
# A column that ends in one of these is about it, whatever stands before.
_HEADS = frozenset(
    [
        "price",
        "cost",
        "date",
        "quantity",
        "revenue",
        "amount",
        "profit",
        "margin",
        "discount",
        "tax",
        "rating",
        "hours",
        "duration",
        "age",
        "weight",
        "temperature",
        "salary",
    ]
)
_ID_END = re.compile(r"(nummer|nr|id)$")
_MIN_PART = 4
_ID_WORDS = frozenset(
    {"id", "nr", "no", "nummer", "number", "key", "uuid", "plz", "zip", "postcode", "postleitzahl", "iban"}
)


class Surety(IntEnum):
    PART_IDEA = 1
    PART = 2
    IDEA = 3
    NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    columns: tuple[ColumnProfile, ...]
    surety: Surety


def find_columns(said: Sequence[str], profile: Profile) -> Candidates | None:
    """The columns those words may mean, all equally surely; None when they mean none."""
    best: list[ColumnProfile] = []
    surety = 0
    for column in profile.columns:
        found = _surety(said, column)
        if found > surety:
            best, surety = [column], found
        elif found == surety and found:
            best.append(column)
    return Candidates(columns=tuple(best), surety=Surety(surety)) if best else None


def is_identifier(column: ColumnProfile) -> bool:
    """True for numbers that only name something: adding them up means nothing."""
    parts = words(split_unit(column.label)[0])
    return any(p in _ID_WORDS for p in parts) or any(p.endswith(("nummer", "_id")) or p[-2:] == "nr" for p in parts)


def is_year(column: ColumnProfile) -> bool:
    return (
        column.type == "integer"
        and column.min is not None
        and 1900 <= column.min <= column.max <= 2100
        and any("year" in concepts(w) or w.endswith("jahr") for w in words(column.label))
    )


def is_measure(column: ColumnProfile) -> bool:
    return column.is_numeric and not is_identifier(column) and not is_year(column)


def is_additive(column: ColumnProfile) -> bool:
    """False for prices, rates and temperatures, whose total says nothing."""
    if column.unit in ("%", "‰", "°C"):
        return False
    parts = words(split_unit(column.label)[0])
    return not any(p in NON_ADDITIVE or concepts(p) & NON_ADDITIVE or _has_non_additive_end(p) for p in parts)


def _has_non_additive_end(word: str) -> bool:
    return (
        word.endswith(
            ("preis", "temperatur", "quote", "satz", "rate", "anteil", "grad", "alter", "zufriedenheit", "dichte")
        )
        and word
        not in (
            "umsatz",
            "nettoumsatz",
            "bruttoumsatz",
            "absatz",
        )
        and not word.endswith("umsatz")
    )


def _surety(said: Sequence[str], column: ColumnProfile) -> int:
    full = words(column.label)
    name = words(split_unit(_without_position(column.label))[0]) or full
    original = words(column.original)
    named = (full, name, original, words(column.name))
    if tuple(said) in named or "".join(said) in {"".join(n) for n in named}:
        return Surety.NAME
    if len(said) == len(name) and all(_same_idea(s, n) for s, n in zip(said, name, strict=True)):
        return Surety.IDEA
    if _is_about_something_else(said, name):
        return 0
    if all(any(stem(s) == stem(n) for n in full) for s in said):
        return Surety.PART
    if all(any(_same_idea(s, n) or _inside(s, n) for n in full) for s in said) or _names_what_is_numbered(said, column):
        return Surety.PART_IDEA
    return 0


def _is_about_something_else(said: Sequence[str], name: Sequence[str]) -> bool:
    """`units` is not what `unit price` measures, `orders` not what `order date` says: the last word tells."""
    head = name[-1]
    return bool(concepts(head) & _HEADS) and not any(_same_idea(s, head) or _inside(s, head) for s in said)


def _names_what_is_numbered(said: Sequence[str], column: ColumnProfile) -> bool:
    """`Bestellungen` are what a column `Bestellnummer` numbers."""
    if len(said) != 1 or not is_identifier(column):
        return False
    heads = (_ID_END.sub("", word) for word in words(column.label))
    return any(len(h) >= _MIN_PART and (stem(said[0]).startswith(stem(h)) or _same_idea(said[0], h)) for h in heads)


def _same_idea(said: str, named: str) -> bool:
    return stem(said) == stem(named) or bool(concepts(said) & concepts(named))


def _inside(said: str, named: str) -> bool:
    """`umsatz` in `nettoumsatz`: German puts the idea at the end of a compound; the start (`stueckpreis`) only limits it."""
    short = stem(said)
    if len(short) < _MIN_PART or len(named) <= len(said):
        return False
    whole = stem(named)
    if whole.endswith(short):
        return True
    return any(len(stem(m)) >= _MIN_PART and whole.endswith(stem(m)) for m in _members(said))


def _members(said: str) -> frozenset[str]:
    return frozenset().union(*(CONCEPTS[c] for c in concepts(said)))


def _without_position(label: str) -> str:
    head, mark, _ = label.rpartition(" (column ")
    return head if mark else label
