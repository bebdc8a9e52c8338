"""Which columns a word may mean, and how surely. Pure.

A name given in full beats the same idea in other words, which beats a part of a name. Only the surest kind counts; when
it fits several columns, all of them are reported and the caller asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from jambot.llm.lexicon import NON_ADDITIVE
from jambot.llm.wordforms import CONCEPTS, concepts, stem
from jambot.tools.profile import ColumnProfile
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


_CODES = frozenset({"eur", "usd", "gbp", "chf", "euro", "in", "t"})
_VERBS = frozenset({"sold", "sells", "verkauft", "verkaufte"})


# A column `order` of running numbers names orders.
_THINGS = frozenset({"order", "invoice", "customer", "product", "delivery", "payment", "employee", "supplier"})
_SOME, _MANY = 20, 1_000


class Surety(IntEnum):
    PART_IDEA = 1
    PART = 2
    IDEA = 3
    NAME = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    columns: tuple[ColumnProfile, ...]
    surety: Surety


class ColumnIndex:
    """The columns of one table, ready to be looked up by what they may be called."""

    def __init__(self, columns: Sequence[ColumnProfile]) -> None:
        self._columns = [_Named(column) for column in columns]
        self._by_name: dict[str, set[int]] = {}
        for place, named in enumerate(self._columns):
            for name in named.names:
                self._by_name.setdefault("".join(name), set()).add(place)
        self._related: dict[str, tuple[frozenset[int], frozenset[int]]] = {}

    def find(self, said: Sequence[str]) -> Candidates | None:
        """The columns those words may mean, all equally surely; None when they mean none."""
        if not said:
            return None
        if exact := self._by_name.get("".join(said)):
            return self._candidates(exact, Surety.NAME)
        related = [self._relations(word) for word in said]
        ideas = frozenset.intersection(*(idea for _, idea in related))
        full = {p for p, named in enumerate(self._columns) if named.is_compound_of(said)}
        full |= {p for p in ideas if self._columns[p].is_called(said)}
        if full:
            return self._candidates(full, Surety.IDEA)
        parts = frozenset.intersection(*(part for part, _ in related))
        for places, surety in ((parts, Surety.PART), (ideas, Surety.PART_IDEA)):
            about = {p for p in places if self._columns[p].is_about(said)}
            # `sales` means `Net sales` more than `Sales region`: what a name ends with is what it is.
            about = {p for p in about if self._columns[p].ends_with(said)} or about
            if surety is Surety.PART_IDEA:
                about |= {p for p, named in enumerate(self._columns) if named.numbers(said)}
            if about:
                return self._candidates(about, surety)
        return None

    def is_name(self, said: Sequence[str]) -> bool:
        """Whether a column is called exactly that."""
        return "".join(said) in self._by_name

    def _relations(self, word: str) -> tuple[frozenset[int], frozenset[int]]:
        """The columns a word is a part of, and those it shares an idea with."""
        if word not in self._related:
            stemmed = stem(word)
            part = frozenset(p for p, named in enumerate(self._columns) if stemmed in named.stems)
            idea = frozenset(
                p
                for p, named in enumerate(self._columns)
                if any(_same_idea(word, n) or _inside(word, n) for n in named.full)
            )
            self._related[word] = (part, idea)
        return self._related[word]

    def _candidates(self, places: Collection[int], surety: Surety) -> Candidates:
        return Candidates(columns=tuple(self._columns[p].column for p in sorted(places)), surety=surety)


@lru_cache(maxsize=64)
def column_index(columns: tuple[ColumnProfile, ...]) -> ColumnIndex:
    return ColumnIndex(columns)


class _Named:
    """One column and the words of its names."""

    def __init__(self, column: ColumnProfile) -> None:
        self.column = column
        full = words(column.label)
        # In `Units sold` and `Sold on` the verb says nothing about what is in the column.
        self.full = tuple(word for word in full if word not in _VERBS or len(full) == 1)
        self.name = words(split_unit(_without_position(column.label))[0]) or self.full
        self.names = {n for n in (full, self.name, words(column.original), words(column.name)) if n}
        self.stems = frozenset(stem(word) for word in self.full)
        self._head_ideas = concepts(self.name[-1]) & _HEADS if self.name else frozenset()
        self._numbered = [_ID_END.sub("", word) for word in self.full] if is_identifier(column) else []

    def ends_with(self, said: Sequence[str]) -> bool:
        named = [word for word in self.name if not word.isdigit() and word not in _CODES]
        return bool(named) and (_same_idea(said[-1], named[-1]) or _inside(said[-1], named[-1]))

    def is_called(self, said: Sequence[str]) -> bool:
        return len(said) == len(self.name) and all(_same_idea(s, n) for s, n in zip(said, self.name, strict=True))

    def is_compound_of(self, said: Sequence[str]) -> bool:
        """`order date` is what a column `Bestelldatum` is called in one word."""
        if len(said) != 2 or len(self.name) != 1:
            return False
        word = stem(self.name[0])
        starts = any(word.startswith(stem(m)) for m in _members(said[0]) if len(m) >= _MIN_PART)
        return starts and _inside(said[1], self.name[0])

    def is_about(self, said: Sequence[str]) -> bool:
        """`units` is not what `unit price` measures, `orders` not what `order date` says: the last word tells."""
        return not self._head_ideas or any(_same_idea(s, self.name[-1]) or _inside(s, self.name[-1]) for s in said)

    def numbers(self, said: Sequence[str]) -> bool:
        """`Bestellungen` are what a column `Bestellnummer` numbers."""
        if len(said) != 1:
            return False
        heads = (head for head in self._numbered if len(head) >= _MIN_PART)
        return any(stem(said[0]).startswith(stem(head)) or _same_idea(said[0], head) for head in heads)


def is_identifier(column: ColumnProfile) -> bool:
    """True for numbers that only name something: adding them up means nothing."""
    parts = words(split_unit(column.label)[0])
    if _counts_up(column) and any(concepts(part) & _THINGS for part in parts):
        return True
    return any(p in _ID_WORDS for p in parts) or any(p.endswith(("nummer", "_id")) or p[-2:] == "nr" for p in parts)


def is_year(column: ColumnProfile) -> bool:
    return (
        column.type == "integer"
        and column.min is not None
        and 1900 <= column.min <= column.max <= 2100
        and any("year" in concepts(w) or w.endswith("jahr") for w in words(column.label))
    )


def _counts_up(column: ColumnProfile) -> bool:
    """A running number without a gap, longer or higher than amounts of things are."""
    if column.type != "integer" or not isinstance(column.min, int) or not isinstance(column.max, int):
        return False
    is_far = column.distinct_count >= _MANY or (column.distinct_count >= _SOME and column.min >= _MANY)
    return is_far and column.max - column.min + 1 == column.distinct_count


def is_flag(column: ColumnProfile) -> bool:
    """True for yes and no, also when they are written as 1 and 0."""
    return column.type == "boolean" or (
        column.type == "integer" and column.distinct_count == 2 and (column.min, column.max) == (0, 1)
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


@lru_cache(maxsize=20_000)
def _same_idea(said: str, named: str) -> bool:
    return stem(said) == stem(named) or bool(concepts(said) & concepts(named))


@lru_cache(maxsize=20_000)
def _inside(said: str, named: str) -> bool:
    """`umsatz` in `nettoumsatz`: the end of a German compound is the idea, its start (`stueckpreis`) only limits it."""
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
