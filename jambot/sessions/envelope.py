"""How stored bytes say what they are: in clear, or sealed by which key.

v0.<plaintext>                        no key was set
v1.<key id, 8 hex digits>.<12-byte nonce><ciphertext and 16-byte tag>
"""

from __future__ import annotations

from dataclasses import dataclass

NONCE_BYTES = 12
_CLEAR = b"v0."
_SEALED = b"v1."
_KEY_ID_BYTES = 8
_TAG_BYTES = 16
NONCE_AT = len(_SEALED) + _KEY_ID_BYTES + 1
TEXT_AT = NONCE_AT + NONCE_BYTES
SHORTEST_SEALED = TEXT_AT + _TAG_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed envelope taken apart."""

    key_id: str
    nonce: bytes
    ciphertext: bytes


class Malformed(ValueError):
    """These bytes are no envelope."""


def pack_clear(plaintext: bytes) -> bytes:
    """An envelope anyone can read."""
    return _CLEAR + plaintext


def sealed_prefix(key_id: str) -> bytes:
    """What an envelope begins with that only the holder of the key `key_id` can read; nonce and text follow."""
    return b"".join((_SEALED, key_id.encode(), b"."))


def unpack(envelope: bytes) -> Sealed | bytes:
    """The sealed parts, or the plaintext of a clear envelope; anything else is `Malformed`."""
    if envelope.startswith(_CLEAR):
        return envelope[len(_CLEAR) :]
    if not envelope.startswith(_SEALED) or len(envelope) < SHORTEST_SEALED:
        raise Malformed
    if envelope[NONCE_AT - 1 : NONCE_AT] != b".":
        raise Malformed
    return Sealed(
        key_id=envelope[len(_SEALED) : NONCE_AT - 1].decode("ascii", "replace"),
        nonce=envelope[NONCE_AT:TEXT_AT],
        ciphertext=envelope[TEXT_AT:],
    )
