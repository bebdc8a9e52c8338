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
# A key that is put together: `f"role.{role}"`, `f"{key}.{'one' if n == 1 else 'many'}"`.
_BUILT = re.compile(r"""f(["'])((?:[\w.]|\{[^{}"]*\})*\{[^{}"]*\}(?:[\w.]|\{[^{}"]*\})*)\1""")
_PART = re.compile(r"\{([^{}]*)\}")
_CHOICE = re.compile(r"'(\w+)'")
# Where the texts of a catalogue, or the parts that their keys are put together of, are named.
_SAID_IN = {"assistant": ("llm", "tools"), "tools": ("llm", "tools", "missions")}


def _source(*folders: str) -> str:
    return "\n".join(
        path.read_text()
        for folder in folders
        for path in sorted((Path(jambot.__file__).parent / folder).rglob("*.py"))
        if path.parent.name != "strings" or path.name == "__init__.py"
    )


def _built_keys(source: str) -> list[re.Pattern[str]]:
    """What the keys that `source` puts together look like; a group for each part that it has from elsewhere."""
    patterns = []
    for _, template in sorted(set(_BUILT.findall(source))):
        fixed = _PART.sub("", template) + "".join(_CHOICE.findall(template))
        if not re.search(r"[^\W_]", fixed):
            continue  # all of it is from elsewhere: that would allow anything
        pieces = _PART.split(template)
        for place, piece in enumerate(pieces):
            choices = _CHOICE.findall(piece)
            from_elsewhere = f"(?:{'|'.join(choices)})" if choices else "(.+)"
            pieces[place] = from_elsewhere if place % 2 else re.escape(piece)
        patterns.append(re.compile("".join(pieces)))
    return patterns


def _is_said(key: str, source: str, built: list[re.Pattern[str]]) -> bool:
    """Whether `source` has the key whole, or puts it together of parts each of which it has."""
    if f'"{key}"' in source or f"'{key}'" in source:
        return True
    found = [match for pattern in built if (match := pattern.fullmatch(key))]
    return any(all(_is_said(part, source, built) for part in match.groups()) for match in found)


CATALOGUES = [pytest.param(TEXTS["en"], TEXTS["de"], id="assistant"), pytest.param(ENGLISH, GERMAN, id="tools")]


@pytest.mark.parametrize(("english", "german"), CATALOGUES)
def test_every_text_is_there_in_both_languages_with_the_same_blanks(english: dict[str, str], german: dict[str, str]):
    assert english.keys() == german.keys()
    different = [k for k in english if set(_BLANK.findall(english[k])) != set(_BLANK.findall(german[k]))]
    # The count is written out where there is only one.
    assert [key for key in different if not key.endswith(".one")] == []


@pytest.mark.parametrize(
    ("texts", "folders"), [(TEXTS["en"], _SAID_IN["assistant"]), (ENGLISH, _SAID_IN["tools"])], ids=list(_SAID_IN)
)
def test_every_text_is_said_somewhere(texts: dict[str, str], folders: tuple[str, ...]):
    source = _source(*folders)
    built = _built_keys(source)
    assert [key for key in texts if not _is_said(key, source, built)] == []
    assert not _is_said("role.nobody_asks_for_this", source, built)


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
