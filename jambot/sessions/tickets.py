"""Session ids: `<handle>.<secret>`.

The handle names the session (in lists, events and the admin's table) and opens nothing. The secret proves that the
bearer was given the session; stores keep its SHA-256 only, so a stolen store signs nobody in. Rotation replaces the
secret and keeps the handle.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64encode
from hashlib import sha256

import msgspec

_HANDLE_BYTES, _SECRET_BYTES = 16, 32
_HANDLE_LENGTH = 36
_has_shape = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?:\.[\w-]{43})?", re.ASCII
).fullmatch


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """A session id taken apart. `secret_hash` is None when only the handle was shown."""

    handle: str
    secret_hash: bytes | None


def new() -> tuple[str, str]:
    """A new handle and the id of its session, from one question to the system's source of randomness."""
    noise = os.urandom(_HANDLE_BYTES + _SECRET_BYTES)
    handle = _handle(noise[:_HANDLE_BYTES])
    return handle, _id(handle, noise[_HANDLE_BYTES:])


def new_handle() -> str:
    """A random version 4 UUID: unlike the ids of rows it says nothing about when it was made."""
    return _handle(os.urandom(_HANDLE_BYTES))


def new_id(handle: str) -> str:
    """A fresh 256-bit id for the session `handle`."""
    return _id(handle, os.urandom(_SECRET_BYTES))


def parse(session_id: object) -> Ticket | None:
    """The parts of an id or bare handle; None for anything that cannot be one."""
    if not isinstance(session_id, str) or _has_shape(session_id) is None:
        return None
    if len(session_id) == _HANDLE_LENGTH:
        return Ticket(session_id, None)
    return Ticket(session_id[:_HANDLE_LENGTH], sha256(session_id.encode()).digest())


def secret_hash(session_id: str) -> bytes:
    """What a store keeps in place of the id."""
    return sha256(session_id.encode()).digest()


def handle_of(uuid: bytes | bytearray) -> str:
    """The text of 16 bytes; `uuid.UUID` takes several times as long for it."""
    text = uuid.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def bytes_of(handle: str) -> bytes:
    """The inverse of `handle_of`."""
    return bytes.fromhex(handle.replace("-", ""))


def _handle(noise: bytes) -> str:
    marked = bytearray(noise)
    marked[6] = marked[6] & 0x0F | 0x40  # version 4
    marked[8] = marked[8] & 0x3F | 0x80  # the variant of RFC 9562
    return handle_of(marked)


def _id(handle: str, noise: bytes) -> str:
    return f"{handle}.{urlsafe_b64encode(noise).rstrip(b'=').decode()}"
