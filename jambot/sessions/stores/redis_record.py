"""A session as the one Redis string that scripts read and patch; `redis_lua` tells how it lies there."""

from __future__ import annotations

import struct

import msgspec

from jambot.sessions.record import Record
from jambot.sessions.stores.redis_lua import GRACE_MS
from jambot.sessions.tickets import bytes_of, handle_of

_HEAD = struct.Struct(">BBqBqBqBqBqH32sBB")
_COUNTS = struct.Struct(">BqBiBiBq")
_INT64, _INT32, _BYTES_32, _TEXT_8, _TEXT_16, _BYTES = 0xD3, 0xD2, 0xC420, 0xD9, b"\xda", b"\xc6"
_VALUES, _VALUES_WITH_COUNTS = 0x9B, 0x9F

HANDLE_BYTES = 16


class _Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is kept under a session's handle, in its order."""

    version: int
    accessed_us: int
    extended_us: int
    expires_us: int
    created_us: int
    secret_hash: bytes
    kind: str
    user_id: str
    lookup: str
    facts: bytes
    body: bytes
    lease_us: int = 0
    requests: int = 0
    connections: int = 0
    fence: int = 0


_decode = msgspec.msgpack.Decoder(_Kept).decode


def encode(record: Record) -> bytes:
    """The string of a record."""
    counts = record.lease_us or record.requests or record.connections or record.fence
    kind, user, lookup = record.kind.encode(), (record.user_id or "").encode(), (record.lookup or "").encode()
    head = _HEAD.pack(
        _VALUES_WITH_COUNTS if counts else _VALUES,
        _INT64,
        record.version,
        _INT64,
        record.accessed_us,
        _INT64,
        record.extended_us,
        _INT64,
        record.expires_us,
        _INT64,
        record.created_us,
        _BYTES_32,
        record.secret_hash,
        _TEXT_8,
        len(kind),
    )
    whose = (head, kind, _TEXT_16, len(user).to_bytes(2), user, bytes((_TEXT_8, len(lookup))), lookup)
    return b"".join((*whose, content(record), _counts(record) if counts else b""))


def content(record: Record) -> bytes:
    """The part of the string that a write changes beside times and secret: facts and body."""
    facts, body = record.facts, record.body
    return b"".join((_BYTES, len(facts).to_bytes(4), facts, _BYTES, len(body).to_bytes(4), body))


def decode(stored: bytes, handle: str) -> Record:
    """The record of a string."""
    kept = _decode(stored)
    return Record(
        handle,
        kept.secret_hash,
        kept.kind,
        kept.user_id or None,
        kept.lookup or None,
        kept.created_us,
        kept.accessed_us,
        kept.extended_us,
        kept.expires_us,
        kept.version,
        kept.facts,
        kept.body,
        kept.connections,
        kept.requests,
        kept.lease_us,
        kept.fence,
    )


def decode_all(answer: list[bytes]) -> list[Record]:
    """The records of an answer in which each stands behind its handle."""
    return [decode(stored, handle_of(handle)) for handle, stored in zip(answer[::2], answer[1::2], strict=True)]


def swept(member: bytes, now_us: int) -> Record:
    """What the order of dues knows of a session that it let go: its handle, kind and user."""
    kind, user, *_ = member[HANDLE_BYTES:].decode().split("\0")
    return Record(
        handle=handle_of(member[:HANDLE_BYTES]),
        secret_hash=b"",
        kind=kind,
        user_id=user or None,
        lookup=None,
        created_us=now_us,
        accessed_us=now_us,
        extended_us=now_us,
        expires_us=now_us,
        version=0,
        facts=b"",
        body=b"",
    )


def place(handle: str) -> bytes:
    """A handle as it stands in keys and members."""
    return bytes_of(handle)


def stays_ms(record: Record, now_us: int) -> int:
    """How long Redis keeps a session from now on."""
    return max(1, -((now_us - max(record.expires_us, record.lease_us)) // 1000)) + GRACE_MS


def _counts(record: Record) -> bytes:
    return _COUNTS.pack(
        _INT64, record.lease_us, _INT32, record.requests, _INT32, record.connections, _INT64, record.fence
    )
