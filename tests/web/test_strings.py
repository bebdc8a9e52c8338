"""One catalogue: every sentence the page asks for is there, and none is there that nobody asks for."""

from __future__ import annotations

import re
from pathlib import Path

from jambot.web import strings

WEB = Path(strings.__file__).parent
_ASKED = re.compile(r"""\bt\(\s*f?["']([^"']+)["']""")


def asked() -> set[str]:
    return {found for file in WEB.rglob("*.py") for found in _ASKED.findall(file.read_text("utf-8"))}


def test_every_sentence_that_is_asked_for_exists() -> None:
    assert {key for key in asked() if "{" not in key} <= strings.keys()


def test_no_sentence_is_left_over() -> None:
    text = "".join(file.read_text("utf-8") for file in WEB.rglob("*.py") if not file.name.startswith("strings"))
    families = {key.split("{")[0] for key in asked() if "{" in key}
    unused = {
        key
        for key in sorted(strings.keys())
        if f'"{key}"' not in text and f"'{key}'" not in text and not any(key.startswith(family) for family in families)
    }
    assert unused == set()
