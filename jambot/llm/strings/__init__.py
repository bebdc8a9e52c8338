"""What the embedded assistant says and writes into missions: one catalogue per language, no other words."""

from __future__ import annotations

from typing import Any

from jambot.llm.strings.de import GERMAN
from jambot.llm.strings.en import ENGLISH
from jambot.tools.figures import figure
from jambot.tools.strings import Language

TEXTS: dict[Language, dict[str, str]] = {"en": ENGLISH, "de": GERMAN}


def say(language: Language, key: str, **values: Any) -> str:
    """The text of that key; whole numbers among `values` are written in that language's form.

    Raises KeyError: there is no such text, or a value is missing.
    """
    shown = {k: figure(v, language=language) if type(v) is int else v for k, v in values.items()}
    return TEXTS[language][key].format(**shown)
