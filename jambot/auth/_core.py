"""What every part of the auth service stands on, and the values it hands out."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jambot.access import Principal, Role
from jambot.auth.api_keys import ApiKeys
from jambot.auth.devices import Device, limit_key
from jambot.auth.login import Opened
from jambot.auth.logins import Logins
from jambot.auth.moving import Moving
from jambot.auth.passwords import PasswordHasher
from jambot.auth.principals import Principals
from jambot.auth.remembering import LoginMemory
from jambot.auth.throttle import Throttle
from jambot.auth.tokens import AccessTokens
from jambot.clean import clean_text
from jambot.clock import Clock
from jambot.db import BlobStore, Tx, UnitOfWork
from jambot.db.models import User
from jambot.db.repositories import audit, users
from jambot.errors import InvalidInput, NotFound
from jambot.ids import BlobId, UserId, is_id
from jambot.log import get_log
from jambot.sessions import SessionManager
from jambot.settings import Settings

RECENT = timedelta(minutes=10)
LONGEST_NAME = 200
LONGEST_EMAIL = 320
_EMAIL = re.compile(r"[^\s@<>\"'(),:;\\\[\]]{1,64}@[^\s@<>\"'(),:;\\\[\]]{1,255}")
Reseal = Callable[[Tx, str, str], None]
Export = Callable[[Principal], Awaitable[Any]]
log = get_log(__name__)


class WrongPassword(InvalidInput):
    """The present password is not right."""

    code = "wrong_password"


class EmailTaken(InvalidInput):
    """There is an account with this e-mail already. Sign in, or ask for a reset link."""

    code = "email_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user as others may see it."""

    id: UserId
    email: str
    name: str
    role: Role
    is_disabled: bool
    created_at: datetime
    last_sign_in_at: datetime | None

    @classmethod
    def of(cls, user: User) -> Person:
        """The part of a user row that others may see."""
        return cls(
            id=UserId(user.id),
            email=user.email,
            name=user.name,
            role=Role(user.role),
            is_disabled=user.is_disabled,
            created_at=user.created_at,
            last_sign_in_at=user.last_sign_in_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What a sign-in yields. `opened.cookie` is empty when the browser's cookie stays good."""

    person: Person
    opened: Opened
    access_token: str
    expires_in_s: int


class AuthCore:
    """Shared ground of the service's parts; not used by itself."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        settings: Settings,
        logins: Logins,
        memory: LoginMemory,
        moving: Moving,
        principals: Principals,
        passwords: PasswordHasher,
        tokens: AccessTokens,
        throttle: Throttle,
        blobs: BlobStore,
        exports: Mapping[str, Export] | None = None,
        at_sign_out: Callable[[Principal], Awaitable[None]] | None = None,
        sessions: SessionManager,
        reseal: Reseal | None = None,
    ) -> None:
        self._work = work
        self._clock = clock
        self._settings = settings
        self._logins = logins
        self._memory = memory
        self._moving = moving
        self.keys = ApiKeys(work=work, clock=clock)
        self._principals = principals
        self._passwords = passwords
        self._tokens = tokens
        self._throttle = throttle
        self._blobs = blobs
        self._exports = exports or {}
        self._at_sign_out = at_sign_out
        self._sessions_of_guests = sessions
        self._reseal = reseal

    async def _user(self, user_id: str) -> User:
        """Raises `NotFound` when there is no such user."""
        user = await self._work.read(lambda db: users.by_id(db, user_id)) if is_id(user_id) else None
        if user is None:
            raise NotFound
        return user

    async def _verified(self, me: Principal, password: str, device: Device) -> User:
        """The caller's user row, if `password` is right.

        Raises:
            WrongPassword, RateLimited
        """
        account = users.email_key(me.email)
        async with self._throttle.attempt(account=account, place=limit_key(device.ip_address)) as attempt:
            user = await self._user(me.user_id)
            verdict = await self._passwords.verify(password, user.password_hash)
            if not verdict.is_right:
                attempt.failed()
        if not verdict.is_right:
            await self._note("password.refused", actor_id=me.user_id, subject=me.user_id)
            raise WrongPassword
        return user

    def _signed_in(self, user: User, opened: Opened) -> SignedIn:
        token = self._tokens.issue(
            user_id=UserId(user.id), login_id=opened.login.id, version=user.auth_version, now=self._clock.now()
        )
        return SignedIn(person=Person.of(user), opened=opened, access_token=token, expires_in_s=self._tokens.life_s)

    async def _drop_blobs(self, blob_ids: list[str]) -> None:
        """Remove stored files nobody points to any more."""
        for blob_id in blob_ids:
            await asyncio.to_thread(self._blobs.delete, BlobId(blob_id))

    async def _note(self, action: str, **entry: Any) -> None:
        """Audit something that changed nothing else."""
        await self._work.write(lambda tx: self._audit(tx, action, **entry))

    def _audit(self, tx: Tx, action: str, **entry: Any) -> None:
        log.info(f"auth.{action}", subject=entry.get("subject", ""), actor=entry.get("actor_id"))
        audit.record(tx, at=self._clock.now(), action=action, **entry)


def checked_email(email: str) -> str:
    """`email` trimmed and in one form; raises `InvalidInput` unless it looks like an address."""
    text = unicodedata.normalize("NFC", clean_text(email)).strip()
    if len(text) > LONGEST_EMAIL or not text.isprintable() or not _EMAIL.fullmatch(text):
        raise InvalidInput("This is not an e-mail address.")
    return text


def checked_name(name: str) -> str:
    """`name` trimmed, on one line; raises `InvalidInput` when it is too long."""
    text = " ".join(unicodedata.normalize("NFC", clean_text(name)).split())
    if len(text) > LONGEST_NAME:
        raise InvalidInput(f"Use at most {LONGEST_NAME} characters for the name.")
    return text
