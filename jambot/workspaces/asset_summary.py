"""The short form of a content, for lists, prompts and tool steps. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

SHORT_TEXT_CHARS = 200
FIRST_ITEMS = 3
FIRST_KEYS = 5


def summary_of(value: Any) -> str:
    """A content in short: small values whole, an array by its length and first 3 items, an object by its first 5 keys,
    a long text cut at 200 characters."""
    if isinstance(value, str):
        return value if len(value) <= SHORT_TEXT_CHARS else value[:SHORT_TEXT_CHARS] + "…"
    if isinstance(value, Mapping):
        shown = ", ".join(f"{key}: {_item(each)}" for key, each in islice(value.items(), FIRST_KEYS))
        left = len(value) - FIRST_KEYS
        return f"{{{shown}{f', … {left} more' if left > 0 else ''}}}"
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        shown = ", ".join(_item(each) for each in value[:FIRST_ITEMS])
        return f"Array({len(value)} items): {shown}" if value else "Array(0 items)"
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes"
    return _item(value)


def _item(value: Any) -> str:
    """One value inside a summary: never deeper than one level, never long."""
    if isinstance(value, str):
        return value if len(value) <= SHORT_TEXT_CHARS // FIRST_KEYS else value[: SHORT_TEXT_CHARS // FIRST_KEYS] + "…"
    if isinstance(value, Mapping):
        return f"{{{len(value)} keys}}"
    if isinstance(value, list | tuple):
        return f"[{len(value)} items]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
