"""What the text of a message may be, and the title and preview made of it. Pure."""

from __future__ import annotations

import re

from jambot.clean import clean_text, visible_name
from jambot.errors import InvalidInput, TooLarge

MOST_CHARS = 100_000
MOST_BYTES = 400_000
TITLE_CHARS = 60
PREVIEW_CHARS = 140

_SPACES = re.compile(r"\s+")
_MARKDOWN_START = re.compile(r"^(?:#{1,6}\s+|[>*+-]\s+|`{3}\w*\s*)+")
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)


def checked_content(content: str) -> str:
    """`content` as it will be stored: half characters and NULs shown as U+FFFD, nothing else touched.

    Raises:
        InvalidInput: it is blank.
        TooLarge: it has more than 100,000 characters or 400 kB.
    """
    content = clean_text(content)
    if not content.strip():
        raise InvalidInput("Write something first.")
    if len(content) > MOST_CHARS or len(content.encode()) > MOST_BYTES:
        raise TooLarge(f"A message may have {MOST_CHARS:,} characters. Attach a longer text as a file.")
    return content


def checked_client_id(client_id: str) -> str:
    """The sender's own id of a message: 1 to 64 printable ASCII characters. Raises `InvalidInput`."""
    if not _CLIENT_ID.fullmatch(client_id):
        raise InvalidInput("client_id must have 1 to 64 printable characters.")
    return client_id


def title_of(content: str) -> str:
    """A title from the first line that says something, cut between words at 60 characters."""
    lines = (_one_line(_MARKDOWN_START.sub("", line.strip())) for line in content.splitlines())
    return _cut(visible_name(next((line for line in lines if line), "")), TITLE_CHARS)


def preview_of(content: str) -> str:
    """The start of a message on one line, cut at 140 characters."""
    return _cut(_one_line(content[: PREVIEW_CHARS * 8]), PREVIEW_CHARS)


def _one_line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = text[: most - 1]
    at_word = head.rsplit(" ", 1)[0] if " " in head[most // 2 :] else head
    return at_word.rstrip() + "…"
