"""A session as rows of a remote table: all of it sealed, beside what it must be found and ordered by.

The remote sees keyed hashes of namespace, handle, user, kind and lookup, two moments as numbers, and envelopes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from jambot.sessions.ciphers import KEY_BYTES, KeyRing, parse_key
from jambot.sessions.errors import BadConfiguration, SessionUnreadable
from jambot.sessions.record import Record

# Moments stand twice, once as negative numbers, because the remote compares with "at most" only.
COLUMNS = {
    "id": "text",
    "space": "text",
    "key": "text",
    "type": "text",
    "generation": "integer",
    "owner": "text",
    "kind": "text",
    "lookup": "text",
    "created": "integer",
    "created_neg": "integer",
    "ends": "integer",
    "ends_neg": "integer",
    "brief": "text",
    "body": "text",
}
INDEXES = ["space", "key", "type", "owner", "lookup", "created", "created_neg", "ends", "ends_neg"]
SESSION, ENDED, TURN = "session", "ended", "turn"
# For how long after its end it is remembered that a session is gone, should a stray write of it still arrive.
_REMEMBERED_US = 3_600_000_000


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A record and who holds its lock until when."""

    record: Record
    lock_owner: str = ""
    lock_until_us: int = 0


class Rows:
    """Between records and the rows of one namespace.

    Args:
        keys: 32-byte keys, raw or as text; the first seals, all of them open.
        index_key: what users and kinds are hashed with; the last of `keys` when None. It must stay the same.
    """

    def __init__(self, namespace: str, keys: Sequence[bytes | str], index_key: bytes | str | None) -> None:
        masters = [_key(each) for each in keys]
        self._ring = KeyRing(masters, purpose="zerodb rows", opens_clear=False)
        index = masters[-1] if index_key is None else _key(index_key)
        self._index = hmac.digest(index, b"jambot zerodb index\0" + namespace.encode(), hashlib.sha256)
        self.space = self.hashed("space", namespace)

    def hashed(self, what: str, value: str) -> str:
        """What stands for a value on the remote: equal for equal values, and nothing else to see."""
        return hmac.digest(self._index, f"{what}\0{value}".encode(), hashlib.sha256).hex()[:40]

    def key(self, handle: str) -> str:
        """What a session is found by."""
        return self.hashed("session", handle)

    def row(self, kept: Kept, generation: int) -> dict[str, Any]:
        """The row of a session in its generation."""
        record, key = kept.record, self.key(kept.record.handle)
        return self.blank(key, generation) | {
            "type": SESSION,
            "owner": "" if record.user_id is None else self.hashed("user", record.user_id),
            "kind": self.hashed("kind", record.kind),
            "lookup": "" if record.lookup is None else self.hashed("lookup", record.lookup),
            "created": record.created_us,
            "created_neg": -record.created_us,
            "ends": record.expires_us,
            "ends_neg": -record.expires_us,
            "brief": self._sealed(replace(record, facts=b"", body=b""), key, "brief"),
            "body": self._sealed(kept, key, "body"),
        }

    def ended(self, key: str, generation: int, ends_us: int) -> dict[str, Any]:
        """The row that says of a session that it is gone."""
        until_us = ends_us + _REMEMBERED_US
        return self.blank(key, generation) | {"type": ENDED, "ends": until_us, "ends_neg": -until_us}

    def blank(self, key: str, generation: int) -> dict[str, Any]:
        """A row with nothing in it. Each generation of a key has one of its own."""
        empty: dict[str, Any] = {name: "" if type_ == "text" else 0 for name, type_ in COLUMNS.items()}
        return empty | {"id": f"{key}-{generation}", "space": self.space, "key": key, "generation": generation}

    def kept(self, row: dict[str, Any]) -> Kept:
        """What a row holds; `SessionUnreadable` when it does not open."""
        return self._opened(row, "body", Kept)

    def brief(self, row: dict[str, Any]) -> Record:
        """The record without facts and body, for counting."""
        return self._opened(row, "brief", Record)

    def is_current(self, row: dict[str, Any]) -> bool:
        """Whether it is sealed with the newest key."""
        return self._ring.is_current(_bytes(row["body"]))

    def _sealed(self, value: msgspec.Struct, key: str, part: str) -> str:
        sealed = self._ring.seal(msgspec.msgpack.encode(value), f"{self.space}|{key}|{part}".encode())
        return base64.b64encode(sealed).decode()

    def _opened(self, row: dict[str, Any], part: str, type_: type[Any]) -> Any:
        opened = self._ring.open(_bytes(row[part]), f"{self.space}|{row['key']}|{part}".encode())
        try:
            return msgspec.msgpack.decode(opened, type=type_)
        except msgspec.MsgspecError as exc:
            raise SessionUnreadable from exc


def newest(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The row of the last generation of one key, or None."""
    return max((row for row in rows if row["type"] != TURN), key=lambda row: row["generation"], default=None)


def each_newest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest generation of each session among the rows."""
    by_key: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(row["key"], []).append(row)
    return [row for each in by_key.values() if (row := newest(each)) is not None]


def _key(value: bytes | str) -> bytes:
    master = parse_key(value) if isinstance(value, str) else value
    if len(master) != KEY_BYTES:
        raise BadConfiguration("encryption_keys", "a key is exactly 32 bytes")
    return master


def _bytes(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as exc:
        raise SessionUnreadable from exc
