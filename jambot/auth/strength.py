"""Whether a password is one that lists of common passwords hold. Pure.

A list of whole passwords knows only the ones somebody thought of: "summer2024!!" is on one, "summer2025!!" is not yet.
So a password is taken apart into the pieces such lists are made of (known words, years, runs along the keyboard or the
alphabet, repeats), each worth few bits, and everything else, worth more. The cheapest way to spell it is its worth.
"""

from __future__ import annotations

import re

from jambot.auth.common_words import COMMON_WORDS

ENOUGH_BITS = 30.0
_WORD_BITS = 9.0
_PERSONAL_BITS = 4.0
_RUN_BITS = 7.0
_YEAR_BITS = 7.0
_REPEAT_BITS = 3.0
_CHARACTER_BITS = 5.0
_SHORTEST_RUN = 3
_SHORTEST_WORD = 3
_MOST_LOOKED_AT = 64
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])\d")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()",
)
_RUNS = tuple(each for row in _ROWS for each in (row, row[::-1]))


def is_weak(password: str, *, personal: tuple[str, ...] = ()) -> bool:
    """Whether `password` is made of little but common pieces or of `personal` words."""
    return bits(password, personal=personal) < ENOUGH_BITS


def bits(password: str, *, personal: tuple[str, ...] = ()) -> float:
    """A low estimate of how many bits of guessing `password` is worth; only the first 64 characters count."""
    text = password.casefold()[:_MOST_LOOKED_AT]
    plain = text.translate(_LEET)
    whole = [word.casefold() for word in personal if word]
    parts = [part for word in whole for part in re.split(r"[\W_]+", word) if len(part) >= _SHORTEST_WORD]
    worth_of = dict.fromkeys(COMMON_WORDS, _WORD_BITS) | dict.fromkeys([*whole, *parts], _PERSONAL_BITS)
    longest = max(map(len, worth_of))
    best = [0.0] + [float("inf")] * len(text)
    for start in range(len(text)):
        so_far = best[start]
        for end, worth in _pieces(text, plain, start, worth_of, longest):
            best[end] = min(best[end], so_far + worth)
    return best[-1]


def _pieces(text: str, plain: str, start: int, worth_of: dict[str, float], longest: int) -> list[tuple[int, float]]:
    """Where the pieces that begin at `start` end, and what each is worth."""
    found = [(start + 1, _CHARACTER_BITS)]
    for end in range(start + _SHORTEST_WORD, min(len(text), start + longest) + 1):
        worth = worth_of.get(text[start:end]) or worth_of.get(plain[start:end])
        if worth:
            found.append((end, worth))
    if _YEAR.match(text, start):
        found.append((start + 4, _YEAR_BITS))
    if (run := _run_length(text, start)) >= _SHORTEST_RUN:
        found.extend((start + length, _RUN_BITS) for length in range(_SHORTEST_RUN, run + 1))
    # What stands right before, once more, costs next to nothing.
    for size in range(1, min(start, len(text) - start) + 1):
        if text[start - size : start] == text[start : start + size]:
            found.append((start + size, _REPEAT_BITS if size > 1 else 1.0))
    return found


def _run_length(text: str, start: int) -> int:
    """How many characters from `start` follow one of the runs."""
    longest = 0
    for run in _RUNS:
        at = run.find(text[start])
        if at < 0:
            continue
        length = 0
        while start + length < len(text) and at + length < len(run) and text[start + length] == run[at + length]:
            length += 1
        longest = max(longest, length)
    return longest
