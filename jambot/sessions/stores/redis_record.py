"""A session as the one Redis string that `redis_scripts` reads and patches."""

from __future__ import annotations

import struct

from jambot.sessions.record import Record
from jambot.sessions.tickets import bytes_of, handle_of

_FIXED = struct.Struct(">qqqqqqiiq32s16s")
HEADER_BYTES = _FIXED.size


def encode(record: Record) -> bytes:
    """The string of a record."""
    fixed = _FIXED.pack(
        record.version,
        record.expires_us,
        record.accessed_us,
        record.extended_us,
        record.lease_us,
        record.created_us,
        record.connections,
        record.requests,
        record.fence,
        record.secret_hash,
        bytes_of(record.handle),
    )
    kind, user, lookup = record.kind.encode(), (record.user_id or "").encode(), (record.lookup or "").encode()
    whose = b"".join((bytes((len(kind),)), kind, struct.pack(">H", len(user)), user, bytes((len(lookup),)), lookup))
    return fixed + whose + content(record)


def content(record: Record) -> bytes:
    """The last part of the string: what a write may change beside the header."""
    return struct.pack(">I", len(record.facts)) + record.facts + record.body


def decode(stored: bytes) -> Record:
    """The record of a string."""
    header = _FIXED.unpack_from(stored)
    version, expires, accessed, extended, lease, created, connections, requests, fence, secret, handle = header
    at = _FIXED.size
    kind, at = _text(stored, at + 1, stored[at])
    user, at = _text(stored, at + 2, int.from_bytes(stored[at : at + 2]))
    lookup, at = _text(stored, at + 1, stored[at])
    facts_end = at + 4 + int.from_bytes(stored[at : at + 4])
    return Record(
        handle=handle_of(handle),
        secret_hash=secret,
        kind=kind,
        user_id=user or None,
        lookup=lookup or None,
        created_us=created,
        accessed_us=accessed,
        extended_us=extended,
        expires_us=expires,
        version=version,
        facts=stored[at + 4 : facts_end],
        body=stored[facts_end:],
        connections=connections,
        requests=requests,
        lease_us=lease,
        fence=fence,
    )


def _text(stored: bytes, start: int, length: int) -> tuple[str, int]:
    return stored[start : start + length].decode(), start + length
