"""What is kept of what a model says."""

from __future__ import annotations

import pytest

from jambot.assistant.heard import MOST_CHARS, Heard
from jambot.errors import Unavailable
from jambot.llm.replies import Done, TextDelta


def test_pieces_are_put_together_behind_what_was_said() -> None:
    heard = Heard("One, ")
    heard.take(TextDelta(text="two"))
    heard.take(TextDelta(text=" \ud83d\x00"))
    heard.take(Done(model="m", input_tokens=1, output_tokens=2))
    assert heard.text == "One, two \ufffd\ufffd"
    assert heard.metadata == {"model": "m", "input_tokens": 1, "output_tokens": 2}


def test_an_answer_without_end_is_cut() -> None:
    heard = Heard("")
    with pytest.raises(Unavailable):
        for _ in range(MOST_CHARS):
            heard.take(TextDelta(text="x" * 1_000))
    assert len(heard.text) == MOST_CHARS
