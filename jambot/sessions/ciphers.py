"""Sealing bytes: AES-256-GCM under keys derived by HKDF, and the reading of an older CBC format.

Whoever seals names a purpose (one derived key each) and a context (the additional data: where the bytes belong), so
bytes moved to another row, owner or field no longer open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.padding import PKCS7

from jambot.sessions import envelope
from jambot.sessions.errors import BadConfiguration, SessionUnreadable

KEY_BYTES = 32
# A random 96-bit nonce repeats with odds of 2^-32 after 2^32 messages; the warning leaves time to rotate.
_MANY_MESSAGES = 1 << 30

log = structlog.get_logger(__name__)


class Cipher(Protocol):
    """Turns plaintext into an envelope and back."""

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        """An envelope that opens only with the same context."""
        ...

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The plaintext; `SessionUnreadable` for a wrong key, another context or damage. The bytes are left alone."""
        ...

    def is_current(self, sealed: bytes) -> bool:
        """Whether sealing again would use the same key."""
        ...


class NoCipher:
    """Keeps bytes in clear, and refuses to read sealed ones rather than to guess."""

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        return envelope.pack_clear(plaintext)

    def open(self, sealed: bytes, context: bytes) -> bytes:
        parts = _unpack(sealed)
        if isinstance(parts, envelope.Sealed):
            raise SessionUnreadable("This session is sealed, and no key was given.")
        return parts

    def is_current(self, sealed: bytes) -> bool:
        return not isinstance(_unpack(sealed), envelope.Sealed)


class KeyRing:
    """AES-256-GCM with several keys: the first seals, all of them open.

    Args:
        masters: 32-byte keys, the newest first.
        purpose: separates what is sealed for different uses with the same master.
        opens_clear: clear envelopes open too, and count as old: they are from before there was a key. Else they do
            not: whoever can write where they are kept could make them.
    """

    def __init__(self, masters: Sequence[bytes], *, purpose: str, opens_clear: bool = True) -> None:
        if not masters:
            raise BadConfiguration("encryption_keys", "encryption needs at least one key")
        self._ciphers: dict[bytes, AESGCM] = {}
        ids: list[str] = []
        for master in masters:
            derived = _derive(master, purpose)
            ids.append(key_id(derived))
            self._ciphers[envelope.sealed_prefix(ids[-1])] = AESGCM(derived)
        self.newest_key_id = ids[0]
        self._newest = envelope.sealed_prefix(ids[0])
        self._seal = self._ciphers[self._newest].encrypt
        self._sealed = 0
        self._opens_clear = opens_clear

    def seal(self, plaintext: bytes, context: bytes) -> bytes:
        self._sealed += 1
        if self._sealed == _MANY_MESSAGES:
            log.warning("session.key_worn", key_id=self.newest_key_id, messages=self._sealed)
        nonce = os.urandom(envelope.NONCE_BYTES)
        return b"".join((self._newest, nonce, self._seal(nonce, plaintext, context)))

    def open(self, sealed: bytes, context: bytes) -> bytes:
        cipher = self._ciphers.get(sealed[: envelope.NONCE_AT])
        if cipher is None or len(sealed) < envelope.SHORTEST_SEALED:
            return self._clear(sealed)
        nonce = sealed[envelope.NONCE_AT : envelope.TEXT_AT]
        try:
            return cipher.decrypt(nonce, sealed[envelope.TEXT_AT :], context)
        except InvalidTag as exc:
            raise SessionUnreadable from exc

    def is_current(self, sealed: bytes) -> bool:
        parts = _unpack(sealed)
        return isinstance(parts, envelope.Sealed) and sealed.startswith(self._newest)

    def _clear(self, sealed: bytes) -> bytes:
        """What stands in an envelope that no key of ours has sealed."""
        parts = _unpack(sealed)
        if isinstance(parts, envelope.Sealed):
            raise SessionUnreadable("This session is sealed with a key that was not given.")
        if not self._opens_clear:
            raise SessionUnreadable("This session is kept in clear, where only sealed ones are taken.")
        return parts


def key_id(derived: bytes) -> str:
    """Eight hex digits that tell keys apart and say nothing about them."""
    return hashlib.sha256(b"jambot key id\0" + derived).hexdigest()[:8]


def parse_key(text: str) -> bytes:
    """A 32-byte key from hex or base64 text; a passphrase is refused because it would be guessable."""
    for decode in (bytes.fromhex, _from_base64):
        try:
            key = decode(text.strip())
        except (ValueError, binascii.Error):
            continue
        if len(key) == KEY_BYTES:
            return key
    raise BadConfiguration("encryption_keys", "a key is 32 random bytes, written as hex or base64")


def open_cbc(stored: Mapping[str, Any], passphrase: str) -> Any:
    """Read a record of the older format, for migration only: it is not authenticated.

    Args:
        stored: `{"encrypted": true, "iv": <hex>, "data": <hex>}`, AES-256-CBC with PKCS7 padding.
        passphrase: its SHA-256 is the key.

    Raises:
        SessionUnreadable: wrong passphrase or damaged text.
    """
    try:
        if stored.get("encrypted") is not True:
            raise ValueError("not an encrypted record")
        key = hashlib.sha256(passphrase.encode()).digest()
        reader = BlockCipher(algorithms.AES(key), modes.CBC(bytes.fromhex(stored["iv"]))).decryptor()
        padded = reader.update(bytes.fromhex(stored["data"])) + reader.finalize()
        remover = PKCS7(128).unpadder()
        return msgspec.json.decode(remover.update(padded) + remover.finalize())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise SessionUnreadable from exc


def _derive(master: bytes, purpose: str) -> bytes:
    if len(master) != KEY_BYTES:
        raise BadConfiguration("encryption_keys", "a key is exactly 32 bytes")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"jambot {purpose}".encode()).derive(master)


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def _unpack(sealed: bytes) -> envelope.Sealed | bytes:
    try:
        return envelope.unpack(sealed)
    except envelope.Malformed as exc:
        raise SessionUnreadable from exc
