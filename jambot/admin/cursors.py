"""Marks between two pages of a table: where to go on, signed, good for one person and one table. Pure."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256

from jambot.clock import iso
from jambot.db.types import parse_iso
from jambot.errors import BadCursor

_MAC_BYTES = 16
_LONGEST = 256


class Cursors:
    """Signs and reads the marks of one table."""

    def __init__(self, key: bytes, table: str) -> None:
        self._key = key
        self._table = table

    def write(self, place: tuple[datetime, str], *, user_id: str) -> str:
        """A mark behind the row at `place`."""
        text = f"{iso(place[0])}|{place[1]}".encode()
        return urlsafe_b64encode(self._mac(text, user_id) + text).decode().rstrip("=")

    def read(self, cursor: str, *, user_id: str) -> tuple[datetime, str]:
        """The place of a mark that was made for this person and this table; raises `BadCursor` for any other."""
        if len(cursor) > _LONGEST or not cursor.isascii():
            raise BadCursor
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError as error:
            raise BadCursor from error
        mac, text = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(text, user_id)):
            raise BadCursor
        at, _, row_id = text.decode().partition("|")
        return parse_iso(at), row_id

    def _mac(self, text: bytes, user_id: str) -> bytes:
        return hmac.digest(self._key, f"{self._table}|{user_id}|".encode() + text, sha256)[:_MAC_BYTES]
