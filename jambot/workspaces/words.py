"""From what a person types into a search box to words, and from a marked snippet to plain pieces. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jambot.clean import clean_text

MOST_CHARS = 200
MOST_WORDS = 8
MOST_WORD_CHARS = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a snippet; `found` when it is what was looked for."""

    text: str
    found: bool = False


def words_of(query: str) -> tuple[str, ...]:
    """The words looked for, without any operator; none for a query of punctuation. Long queries are cut."""
    found = _WORD.findall(clean_text(query[:MOST_CHARS]))
    return tuple(word[:MOST_WORD_CHARS] for word in found if word.strip("_"))[:MOST_WORDS]


def pieces_of(marked: str, begin: str, end: str) -> tuple[Piece, ...]:
    """A snippet taken apart at its marks; text between a begin and an end was found."""
    pieces: list[Piece] = []
    for number, part in enumerate(marked.split(begin)):
        found, _, rest = part.partition(end) if number else ("", "", part)
        pieces += [Piece(text=found, found=True)] if found else []
        pieces += [Piece(text=text)] if (text := rest.replace(end, "")) else []
    return tuple(pieces)
