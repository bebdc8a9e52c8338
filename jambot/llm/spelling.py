"""Words somebody mistyped: `revnue` is `revenue`, as long as nothing else is as near. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from jambot.llm import lexicon
from jambot.llm.matching import column_index
from jambot.llm.wordforms import CONCEPTS, concepts, stem
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.words import words

_SHORTEST, _LONG = 5, 8  # letters
_MOST_COLUMNS = 400
_COMMON = frozenset(
    word
    for group in (
        lexicon.GRANULARITY, lexicon.AGGREGATIONS, lexicon.SHARE_WORDS, lexicon.DISTRIBUTION_WORDS,
        lexicon.COMPARE_WORDS, lexicon.HIGHEST, lexicon.LOWEST, lexicon.REPORT_WORDS, lexicon.CHART_WORDS,
        lexicon.OVER_TIME,
    )
    for word in group
    if len(word) >= _SHORTEST
)  # fmt: skip


def meant(word: str, profile: Profile) -> str | None:
    """The word that was meant: the nearest one of the table or of requests, if it is near and alone in that."""
    if len(word) < _SHORTEST or not word.isalpha() or concepts(word):
        return None
    reach = 2 if len(word) >= _LONG else 1
    near = [
        (_distance(word, other, reach), other)
        for other in _vocabulary(profile.columns)
        if other[0] == word[0] and _may_be_slip(word, other)
    ]
    best = min((distance for distance, _ in near), default=reach + 1)
    nearest = sorted({other for distance, other in near if distance == best})
    if not 0 < best <= reach or len({_meaning(other) for other in nearest}) != 1:
        return None
    return nearest[0]


def _may_be_slip(word: str, other: str) -> bool:
    """Another ending makes another word (`summer`, `summe`; `expensive`, `expense`), not a slip of the keys."""
    start = word[: min(len(word), len(other)) - 1]
    return abs(len(word) - len(other)) <= 1 and not other.startswith(start)


def _meaning(word: str) -> str:
    return lexicon.GRANULARITY.get(word) or lexicon.AGGREGATIONS.get(word) or stem(word)


@lru_cache(maxsize=32)
def _vocabulary(columns: tuple[ColumnProfile, ...]) -> frozenset[str]:
    known: set[str] = set(_COMMON)
    for column in columns[:_MOST_COLUMNS]:
        known.update(_long(words(column.label)))
        for value in column.values:
            known.update(_long(words(value)))
    index = column_index(columns)
    ideas = {
        concept for column in columns[:_MOST_COLUMNS] for word in words(column.label) for concept in concepts(word)
    }
    for idea in ideas:
        known.update(word for word in _long(CONCEPTS[idea]) if index.find((word,)))
    return frozenset(known)


def _long(said: Iterable[str]) -> Sequence[str]:
    return [word for word in said if len(word) >= _SHORTEST]


def _distance(one: str, other: str, reach: int) -> int:
    """Letters changed, left out, added or swapped with the next one; more than `reach` is as good as any."""
    if abs(len(one) - len(other)) > reach:
        return reach + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > reach:
            return reach + 1
    return row[-1]
