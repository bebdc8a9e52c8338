"""A workspace's metadata: a small JSON object of the person's own, sealed where it is stored.

The stored text is the envelope of `jambot.sessions` with its binary part in base64; the key id stays readable, so that
keys still in use can be counted. Empty text is an empty object.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from jambot.clean import clean
from jambot.errors import InvalidInput, MetadataTooLarge
from jambot.sessions.ciphers import Cipher
from jambot.sessions.errors import SessionUnreadable

MOST_BYTES = 64 * 1024
MOST_KEYS = 200
MOST_DEPTH = 8
_SEALED = b"v1."
_HEAD = len(b"v1.01234567.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What could be read. Unreadable metadata shows empty, and must not be written over."""

    value: dict[str, Any]
    readable: bool


class MetadataSeal:
    """Seals and opens the metadata of workspaces; moved to another row or owner it no longer opens."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def seal(self, value: dict[str, Any], *, user_id: str, workspace_id: str) -> str:
        """The stored text of checked metadata."""
        if not value:
            return ""
        envelope = self._cipher.seal(_encoded(value), _context(user_id, workspace_id))
        if not envelope.startswith(_SEALED):
            return envelope.decode()
        return envelope[:_HEAD].decode() + base64.urlsafe_b64encode(envelope[_HEAD:]).decode()

    def open(self, stored: str, *, user_id: str, workspace_id: str) -> Opened:
        """What `seal` was given. Damage and wrong keys never raise."""
        if not stored:
            return Opened(value={}, readable=True)
        try:
            value = json.loads(self._cipher.open(_envelope(stored), _context(user_id, workspace_id)))
        except (SessionUnreadable, ValueError):
            return Opened(value={}, readable=False)
        return Opened(value=value, readable=True) if isinstance(value, dict) else Opened(value={}, readable=False)


def checked(value: Any) -> dict[str, Any]:
    """Metadata that may be stored.

    Raises:
        InvalidInput: it is not a JSON object, or holds what JSON cannot carry.
        MetadataTooLarge: over 64 kB, 200 keys (of all objects in it together) or 8 levels.
    """
    if not isinstance(value, dict):
        raise InvalidInput("Metadata must be a JSON object.")
    keys, depth = _measured(value)
    if keys > MOST_KEYS or depth > MOST_DEPTH:
        raise MetadataTooLarge
    try:
        cleaned = clean(value)
    except ValueError as error:
        raise InvalidInput(f"Metadata {error}.") from error
    if len(_encoded(cleaned)) > MOST_BYTES:
        raise MetadataTooLarge
    return cleaned


def _measured(value: dict[str, Any]) -> tuple[int, int]:
    """How many keys and how many levels, without recursion: a deep value must not exhaust the stack."""
    keys = depth = 0
    level: list[Any] = [value]
    while level and depth <= MOST_DEPTH:
        depth += 1
        keys += sum(len(each) for each in level if isinstance(each, dict))
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [item for items in inside for item in items if isinstance(item, dict | list)]
    return keys, depth


def _encoded(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _envelope(stored: str) -> bytes:
    raw = stored.encode()
    return raw[:_HEAD] + base64.urlsafe_b64decode(raw[_HEAD:]) if raw.startswith(_SEALED) else raw


def _context(user_id: str, workspace_id: str) -> bytes:
    return f"user_sessions|{workspace_id}|{user_id}|session_metadata".encode()
