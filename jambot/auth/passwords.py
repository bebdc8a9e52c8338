"""Passwords, hashed off the event loop. Only importer of passlib, so that it can be replaced in one place."""

from __future__ import annotations

import asyncio
import unicodedata
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from jambot.auth.strength import is_weak
from jambot.clean import clean_text
from jambot.errors import Unavailable, WeakPassword

# passlib is finished software: it asks for `crypt` and for argon2's version in ways that were since deprecated.
warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"passlib\.")
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from passlib.context import CryptContext
    from passlib.exc import PasswordSizeError, PasswordValueError, UnknownHashError

T = TypeVar("T")
SHORTEST = 12
LONGEST = 1024
THREADS = 2
MOST_WAITING = 50
RETRY_AFTER_S = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a password is right, and whether its hash should be made anew with the present cost."""

    is_right: bool
    is_outdated: bool = False


def normalised(password: str) -> str:
    """The one form of `password` that is hashed: NFC, so that two keyboards that compose letters differently agree."""
    return unicodedata.normalize("NFC", clean_text(password))


def check_new(password: str, *, personal: tuple[str, ...] = ()) -> None:
    """Raise `WeakPassword` unless `password` may be chosen. `personal` are words of its owner, such as the e-mail."""
    text = normalised(password)
    if len(text) > LONGEST:
        raise WeakPassword(f"Use at most {LONGEST} characters.")
    if len(text) < SHORTEST or is_weak(text, personal=personal):
        raise WeakPassword


class PasswordHasher:
    """Argon2id at the cost OWASP asks for. At most `THREADS` run and `MOST_WAITING` wait; more are turned away."""

    def __init__(self, *, memory_kib: int = 19_456, rounds: int = 2) -> None:
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=memory_kib,
            argon2__time_cost=rounds,
            argon2__parallelism=1,
        )
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._pending = 0

    async def hash(self, password: str) -> str:
        """The hash to keep.

        Raises:
            Unavailable: too many passwords are waiting.
        """
        return await self._run(lambda: self._context.hash(normalised(password)))

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with a kept hash; with None it takes as long and is wrong, so that time tells nothing.

        Raises:
            Unavailable: too many passwords are waiting.
        """
        return await self._run(lambda: self._verify(normalised(password), stored))

    def close(self) -> None:
        """Let the running ones finish."""
        self._pool.shutdown(wait=True)

    def _verify(self, password: str, stored: str | None) -> Verdict:
        try:
            if stored is None or len(password) > LONGEST:
                self._context.dummy_verify()
                return Verdict(is_right=False)
            is_right = self._context.verify(password, stored)
        except (UnknownHashError, PasswordSizeError, PasswordValueError, ValueError, TypeError):
            # A hash that was damaged lets nobody in, and answers no faster than a good one.
            self._context.dummy_verify()
            return Verdict(is_right=False)
        return Verdict(is_right=is_right, is_outdated=is_right and self._context.needs_update(stored))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= THREADS + MOST_WAITING:
            raise Unavailable(retry_after_s=RETRY_AFTER_S)
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pending -= 1
