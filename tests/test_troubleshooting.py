"""docs/troubleshooting.md quotes what JamBot really says."""

from __future__ import annotations

import re

import pytest

from tests.servers import REPOSITORY

PAGE = (REPOSITORY / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTED = re.findall(r"^> (.+)$", PAGE, re.M)
SOURCES = [*(REPOSITORY / "jambot").rglob("*.py"), *(REPOSITORY / "assets" / "js").glob("*.js")]
SAID = "\n".join(path.read_text("utf-8") for path in SOURCES)


@pytest.mark.parametrize("message", QUOTED)
def test_a_quoted_message_is_one_that_jambot_says(message: str):
    """`…` stands for what differs; each piece between is looked for by itself."""
    # The name of the embedded model is filled in.
    pieces = [piece.strip() for piece in re.split("…|jambot-local", message)]
    assert all(piece in SAID for piece in pieces)
    assert any(len(piece) > 10 for piece in pieces)
