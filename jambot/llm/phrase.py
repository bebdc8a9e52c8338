"""A phrase cut into what its words are: columns, values, periods, ways to reckon, and words nobody knows. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from jambot.llm import lexicon
from jambot.llm.fillers import DETERMINERS
from jambot.llm.items import IGNORE, Item
from jambot.llm.marks import MARK, cut_marks
from jambot.llm.matching import MAX_WORDS, Candidates, ColumnIndex, Surety, column_index
from jambot.llm.wordforms import split_compound, stem
from jambot.llm.wordkinds import is_lexical, word_item
from jambot.tools.profile import ColumnProfile, Profile
from jambot.tools.words import words

_STEMMED = "#stem"
_SHORT = 4
# A profile cuts longer values, so they could not be found again by their text.
_CUT_AT = 80
# Nobody asks for a chart in more; what stands behind is not read.
_MAX_CHARS = 1_500


# Words that never name a column, even when a column is called like that.
_SHORTER = {f"sales {word}": (word,) for word in ("channel", "channels")}
_NEVER = DETERMINERS | frozenset(
    {"i", "in", "im", "of", "to", "is", "and", "und", "for", "fuer", "mit", "by", "per", "pro"}
)


def cut(
    phrase: str,
    profile: Profile,
    *,
    row_names: Sequence[str],
    answers: Mapping[str, str],
    spelling: Mapping[str, str] = MappingProxyType({}),
) -> list[Item]:
    """The meanings in `phrase`, in order; fillers are dropped.

    Args:
        spelling: words as they were meant, by the words that were written.
        row_names: words that name what one row is, such as those of the file's name.
        answers: what the user said before about a word: `word:x` or `column:x` -> a column's SQL name or `IGNORE`.
    """
    text, meanings = cut_marks(" ".join(phrase[: 2 * _MAX_CHARS].split()))
    text = text[:_MAX_CHARS]
    tokens = [part for word in words(re.sub(r"[,;&+]\s", " and ", text)) for part in split_compound(word)]
    tokens = [spelling.get(token, token) for token in tokens]
    known_values = _values(profile)
    index = column_index(profile.columns)
    items: list[Item] = []
    place = 0
    ignored = {w for id_, answer in answers.items() if answer == IGNORE for w in id_.partition(":")[2].split()}
    while place < len(tokens):
        if tokens[place] in ignored:
            place += 1
            continue
        item = _named(tokens, place, profile, index, known_values, answers) or word_item(
            tokens, place, meanings, row_names
        )
        if item is None:
            place += 1
            continue
        items.append(item)
        place = item.end
    return _columns_with_their_values(items)


def _values(profile: Profile) -> dict[tuple[str, ...], tuple[tuple[ColumnProfile, str], ...]]:
    known: dict[tuple[str, ...], list[tuple[ColumnProfile, str]]] = {}
    for column in profile.columns:
        if column.type != "text":
            continue
        for value in column.values:
            said = words(value)
            if said and len(said) <= MAX_WORDS and len("".join(said)) > 1 and len(value) < _CUT_AT:
                known.setdefault(said, []).append((column, value))
                if len(said) == 1 and len(said[0]) > _SHORT:
                    # `Retouren` are the rows that say `Retoure`.
                    known.setdefault((_STEMMED, stem(said[0])), []).append((column, value))
    return {said: tuple(found) for said, found in known.items()}


def _named(
    tokens: Sequence[str],
    place: int,
    profile: Profile,
    index: ColumnIndex,
    known_values: Mapping[tuple[str, ...], tuple[tuple[ColumnProfile, str], ...]],
    answers: Mapping[str, str],
) -> Item | None:
    """A column or a value that starts here, the longest first."""
    grouped = _follows_group(tokens, place)
    for end in range(min(len(tokens), place + MAX_WORDS), place, -1):
        said = tuple(tokens[place:end])
        text = " ".join(said)
        if any(MARK.fullmatch(s) for s in said):
            continue
        if (said[0] in _NEVER or said[-1] in _NEVER) and not (
            index.is_name(said) and _is_last_group(tokens, place, end)
        ):
            continue
        if told := profile.column(answers.get(f"column:{text}") or answers.get(f"word:{text}") or ""):
            candidates = Candidates(columns=(told,), surety=Surety.NAME)
            return Item(kind="column", text=text, start=place, end=end, candidates=candidates)
        candidates = index.find(said) or index.find(_SHORTER.get(text, ()))
        sure = candidates is not None and candidates.surety is Surety.NAME
        values = known_values.get(said, ())
        if not values and len(said) == 1:
            values = known_values.get((_STEMMED, stem(said[0])), ())
        if values and not sure and not (candidates and grouped) and not all(is_lexical(s) for s in said):
            return Item(kind="value", text=text, start=place, end=end, values=values)
        whole = sure or (candidates is not None and len(said) > 1 and candidates.surety is Surety.IDEA)
        if candidates is None or (not whole and any(is_lexical(s) for s in said)):
            continue
        return Item(kind="column", text=text, start=place, end=end, candidates=candidates)
    return None


def _is_last_group(tokens: Sequence[str], place: int, end: int) -> bool:
    """`value by a`: a column may have such a name, when nothing else follows the `by`."""
    follows = end == len(tokens) or tokens[end] in lexicon.JOINERS
    return follows and place > 0 and tokens[place - 1] in lexicon.GROUP_WORDS


def _follows_group(tokens: Sequence[str], place: int) -> bool:
    before = next((t for t in reversed(tokens[:place]) if t not in DETERMINERS), "")
    return before in lexicon.GROUP_WORDS or (place > 0 and tokens[place - 1] in lexicon.GROUP_WORDS)


def _columns_with_their_values(items: list[Item]) -> list[Item]:
    """`channel web` and `web channel` are one value, not a column and a value."""
    merged: list[Item] = []
    for item in items:
        before = merged[-1] if merged else None
        if before and {before.kind, item.kind} == {"column", "value"}:
            column, value = (before, item) if before.kind == "column" else (item, before)
            named = {c.name for c in column.candidates.columns} if column.candidates else set()
            shared = tuple(v for v in value.values if v[0].name in named)
            if shared:
                merged[-1] = Item(kind="value", text=value.text, start=before.start, end=item.end, values=shared)
                continue
        merged.append(item)
    return merged
