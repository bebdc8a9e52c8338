"""One key per purpose, all from the master secret."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive(master: bytes, purpose: str) -> bytes:
    """The 32-byte key for `purpose`; keys of different purposes say nothing about each other."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"jambot.{purpose}".encode()).derive(master)
