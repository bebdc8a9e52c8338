"""Both languages are whole: the same texts, the same blanks, none unused, and notes that can be said again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jambot
from jambot.llm.strings import TEXTS, say
from jambot.tools.strings import counted, in_language, note
from jambot.tools.strings.de import GERMAN
from jambot.tools.strings.en import ENGLISH

_BLANK = re.compile(r"\{(\w+)\}")
_SOURCE = "\n".join(
    path.read_text()
    for folder in ("llm", "tools", "missions")
    for path in (Path(jambot.__file__).parent / folder).rglob("*.py")
    if path.parent.name != "strings" or path.name == "__init__.py"
)
CATALOGUES = [pytest.param(TEXTS["en"], TEXTS["de"], id="assistant"), pytest.param(ENGLISH, GERMAN, id="tools")]


@pytest.mark.parametrize(("english", "german"), CATALOGUES)
def test_every_text_is_there_in_both_languages_with_the_same_blanks(english: dict[str, str], german: dict[str, str]):
    assert english.keys() == german.keys()
    different = [k for k in english if set(_BLANK.findall(english[k])) != set(_BLANK.findall(german[k]))]
    # The count is written out where there is only one.
    assert [key for key in different if not key.endswith(".one")] == []


@pytest.mark.parametrize(("english", "german"), CATALOGUES)
def test_every_text_is_said_somewhere(english: dict[str, str], german: dict[str, str]):
    unsaid = [
        key
        for key in english
        if f'"{key}"' not in _SOURCE
        and f'"{key.partition(".")[2]}"' not in _SOURCE
        # `f"role.{role}"`, `counted(language, "row", n)`
        and f'"{key.rpartition(".")[0]}.' not in _SOURCE
        and f'"{key.partition(".")[0]}"' not in _SOURCE
        and f'"{key.partition(".")[0]}.' not in _SOURCE
    ]
    assert unsaid == []


@pytest.mark.parametrize("key", [key for key in ENGLISH if key.startswith("note.")])
def test_a_note_made_in_english_can_be_said_in_german(key: str):
    blanks = {name: 1_234 if name in ("n", "all", "lost") else f"<{name}>" for name in _BLANK.findall(ENGLISH[key])}
    made = note(key.removeprefix("note."), **blanks)
    told = in_language(made, "de")
    shown = {name: "1.234" if value == 1_234 else value for name, value in blanks.items()}
    assert told == GERMAN[key].format(**shown)


def test_a_text_that_is_no_note_stays_as_it_is():
    assert in_language("As before: revenue.", "de") == "As before: revenue."


def test_numbers_are_written_as_the_language_writes_them():
    assert (counted("en", "row", 1_204), counted("de", "row", 1_204)) == ("1,204 rows", "1.204 Zeilen")
    assert say("de", "note.gaps", n=1_234, rows=5_000, label="Umsatz") == "1.234 von 5.000 Zeilen haben kein „Umsatz“."
