"""What tools write, in the language of the person they write for: one catalogue per language, no other words.

Notes on a file are made when it is uploaded, before anybody has asked for anything. They are kept in English, and
`in_language` says them again for whoever reads them: it finds the sentence a note was made from.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from jambot.tools.figures import figure
from jambot.tools.strings.de import GERMAN
from jambot.tools.strings.en import ENGLISH

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")
_TEXTS: dict[Language, dict[str, str]] = {"en": ENGLISH, "de": GERMAN}
_FIELD = re.compile(r"\{(\w+)\}")
_COUNTED = re.compile(r"\d{1,3}(?:,\d{3})+")


def language_of(inputs: Any) -> Language:
    """The language a tool was asked to write in; English unless it is told."""
    asked = inputs.get("language")
    return asked if asked in _TEXTS else "en"


def say(language: Language, key: str, **values: Any) -> str:
    """The text of that key; whole numbers among `values` are written in that language's form.

    Raises KeyError: there is no such text, or a value is missing.
    """
    shown = {k: figure(v, language=language) if type(v) is int else v for k, v in values.items()}
    return _TEXTS[language][key].format(**shown)


def counted(language: Language, key: str, number: int) -> str:
    """`1 row`, `1,204 rows`: `key` is the thing counted."""
    return say(language, f"{key}.{'one' if number == 1 else 'many'}", n=number)


def note(key: str, **values: Any) -> str:
    """A note on a file, in English, which `in_language` can say again in others."""
    return say("en", f"note.{key}", **values)


def in_language(text: str, language: Language) -> str:
    """A note in that language; any other text as it is."""
    if language == "en":
        return text
    for key, pattern in _patterns():
        if match := pattern.fullmatch(text):
            values = {
                k: figure(int(v.replace(",", "")), language=language) if _COUNTED.fullmatch(v) else v
                for k, v in match.groupdict().items()
            }
            return _TEXTS[language][key].format(**values)
    return text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The English notes as patterns, those with the most words of their own first."""
    notes = {key: text for key, text in ENGLISH.items() if key.startswith("note.")}
    ordered = sorted(notes, key=lambda key: -len(_FIELD.sub("", notes[key])))
    return [(key, _pattern(notes[key])) for key in ordered]


def _pattern(text: str) -> re.Pattern[str]:
    parts, seen = [], set[str]()
    for place, part in enumerate(_FIELD.split(text)):
        if place % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+)")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)
