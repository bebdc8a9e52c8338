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
_NONCE_AT = len(_SEALED) + _KEY_ID_BYTES + 1
_TAG_BYTES = 16


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


def pack_sealed(key_id: str, nonce: bytes, ciphertext: bytes) -> bytes:
    """An envelope only the holder of the key `key_id` can read."""
    return b"".join((_SEALED, key_id.encode(), b".", nonce, ciphertext))


def unpack(envelope: bytes) -> Sealed | bytes:
    """The sealed parts, or the plaintext of a clear envelope; anything else is `Malformed`."""
    if envelope.startswith(_CLEAR):
        return envelope[len(_CLEAR) :]
    if not envelope.startswith(_SEALED) or len(envelope) < _NONCE_AT + NONCE_BYTES + _TAG_BYTES:
        raise Malformed
    if envelope[_NONCE_AT - 1 : _NONCE_AT] != b".":
        raise Malformed
    return Sealed(
        key_id=envelope[len(_SEALED) : _NONCE_AT - 1].decode("ascii", "replace"),
        nonce=envelope[_NONCE_AT : _NONCE_AT + NONCE_BYTES],
        ciphertext=envelope[_NONCE_AT + NONCE_BYTES :],
    )
