"""Page markers that only their receiver can use: signed for one person, one list and one week. Pure."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from jambot.errors import BadCursor

LIFETIME = timedelta(days=7)
MOST_CHARS = 1_000
_MAC_BYTES = 16


class Cursors:
    """Makes and reads page markers.

    Args:
        key: 32 secret bytes for this purpose alone.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, values: Sequence[Any], *, user_id: str, listing: str, now: datetime) -> str:
        """A marker that carries `values` (JSON) for the list called `listing`."""
        body = json.dumps([int(now.timestamp()), *values], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._mac(body, user_id, listing) + body).decode().rstrip("=")

    def read(self, marker: str, *, user_id: str, listing: str, now: datetime) -> list[Any]:
        """The values of a marker.

        Raises:
            BadCursor: forged, expired, someone else's, or of another list.
        """
        if len(marker) > MOST_CHARS:
            raise BadCursor
        try:
            raw = base64.b64decode(marker + "=" * (-len(marker) % 4), altchars=b"-_", validate=True)
        except ValueError as error:
            raise BadCursor from error
        mac, body = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body, user_id, listing)):
            raise BadCursor
        made, *values = json.loads(body)
        if now.timestamp() - made > LIFETIME.total_seconds():
            raise BadCursor
        return values

    def _mac(self, body: bytes, user_id: str, listing: str) -> bytes:
        return hmac.digest(self._key, b"\0".join((user_id.encode(), listing.encode(), body)), sha256)[:_MAC_BYTES]
