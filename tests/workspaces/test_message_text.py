"""What a message may be, and its title and preview."""

from __future__ import annotations

import pytest

from jambot.errors import InvalidInput, TooLarge
from jambot.workspaces.message_text import checked_client_id, checked_content, preview_of, title_of


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "  "])
def test_a_blank_message_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        checked_content(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("half \ud83d emoji", "half � emoji"),
        ("nul \x00 here", "nul � here"),
        ("e\u0301 stays, so does \u202e and 👩‍👩‍👧", "e\u0301 stays, so does \u202e and 👩‍👩‍👧"),
        ("  spaces and\r\nlines stay ", "  spaces and\r\nlines stay "),
        ("{{7*7}} '; DROP TABLE x; -- <script>", "{{7*7}} '; DROP TABLE x; -- <script>"),
    ],
)
def test_only_what_could_not_be_stored_is_replaced(text: str, kept: str) -> None:
    assert checked_content(text) == kept


@pytest.mark.parametrize("text", ["x" * 100_001, "𝄞" * 99_999 + "\U0001f600" * 2])
def test_a_message_beyond_its_limits_is_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        checked_content(text)


def test_a_message_at_its_limit_is_taken() -> None:
    assert len(checked_content("x" * 100_000)) == 100_000


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "a\nb", "ü", "１２"])
def test_a_client_id_of_another_form_is_refused(client_id: str) -> None:
    with pytest.raises(InvalidInput):
        checked_client_id(client_id)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Show revenue by month", "Show revenue by month"),
        ("\n\n# Plan\nmore", "Plan"),
        ("> - quoted list", "quoted list"),
        ("a   b\tc", "a b c"),
        (
            "one two three four five six seven eight nine ten eleven twelve",
            "one two three four five six seven eight nine ten eleven…",
        ),
        ("x" * 100, "x" * 59 + "…"),
        ("safe\u202egnp.exe", "safe�gnp.exe"),
        ("```", ""),
    ],
)
def test_a_title_is_the_first_line_that_says_something(content: str, title: str) -> None:
    assert title_of(content) == title


def test_a_preview_is_one_short_line() -> None:
    preview = preview_of("first\nsecond " + "word " * 100)
    assert preview.startswith("first second word")
    assert len(preview) <= 140
    assert "\n" not in preview
