"""API keys: what a program shows instead of a person. Named, scoped, ending if wanted, and revoked at once.

A key is looked up in the database with every request: nothing caches it, so a revoked one is dead everywhere.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session as DbSession

from jambot.access import KEY_SCOPES, Principal, Role
from jambot.auth.devices import Device, kept_address
from jambot.clean import clean_text
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import ApiKey, User
from jambot.db.repositories import api_keys as rows
from jambot.db.repositories import audit, users
from jambot.errors import InvalidInput, InvalidToken, NotFound, NotSignedIn
from jambot.events.types import DevicesChanged, LoginEnded
from jambot.ids import LoginId, UserId, is_id

MOST_KEYS = 50
LONGEST_NAME = 100
LONGEST_LIFE = timedelta(days=400)
USED_EVERY = timedelta(minutes=1)
_SHAPE = re.compile(r"jbk_[A-Za-z0-9]{8}_[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key as its owner sees it: never what opens anything. `expires_at` None is for good."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeKey:
    """A new key with its secret: shown here and never again."""

    view: KeyView
    key: str


def is_key(credential: str) -> bool:
    """Whether this has the form of an API key."""
    return credential.startswith("jbk_")


class ApiKeys:
    """Makes keys, revokes them, and says whom one stands for."""

    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def create(
        self,
        me: Principal,
        *,
        name: str,
        scopes: Collection[str],
        lasts: timedelta | None = None,
        version: int,
    ) -> MadeKey:
        """Make a key for the caller.

        Args:
            scopes: of `access.KEY_SCOPES`; `admin` is for admins.
            lasts: at most 400 days; None for good.
            version: the user's `auth_version` when the password was checked.

        Raises:
            InvalidInput: the name, a scope or the time will not do, or there are fifty already.
            NotSignedIn: the password, the role or the standing changed since it was checked.
        """
        name = " ".join(clean_text(name).split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.")
        chosen = tuple(sorted(set(scopes)))
        if not chosen or not set(chosen) <= KEY_SCOPES:
            raise InvalidInput(f"Choose at least one of: {', '.join(sorted(KEY_SCOPES))}.")
        if "admin" in chosen and not me.is_admin:
            raise InvalidInput("Only an admin's key may administer.")
        if lasts is not None and not timedelta(0) < lasts <= LONGEST_LIFE:
            raise InvalidInput(f"A key lasts at most {LONGEST_LIFE.days} days.")
        now = self._clock.now()
        prefix = f"jbk_{secrets.token_hex(4)}"
        key = f"{prefix}_{secrets.token_urlsafe(32)}"
        row = ApiKey(
            user_id=me.user_id,
            name=name,
            prefix=prefix,
            token_hash=_hash(key),
            scopes=list(chosen),
            created_at=now,
            expires_at=None if lasts is None else now + lasts,
        )

        def change(tx: Tx) -> None:
            user = users.by_id(tx, me.user_id)
            if user is None or user.is_disabled or user.auth_version != version:
                raise NotSignedIn
            if len(rows.living(tx, me.user_id, now)) >= MOST_KEYS:
                raise InvalidInput(f"There are {MOST_KEYS} keys already. Revoke one first.")
            tx.add(row)
            self._audit(tx, me, "key.created", row)

        await self._work.write(change)
        return MadeKey(view=_view(row), key=key)

    async def mine(self, me: Principal) -> list[KeyView]:
        """The caller's keys that work, the newest first."""
        now = self._clock.now()
        return [_view(row) for row in await self._work.read(lambda db: rows.living(db, me.user_id, now))]

    async def revoke(self, me: Principal, key_id: str) -> None:
        """End a key of the caller; dead when this returns. Raises `NotFound`."""
        now = self._clock.now()

        def change(tx: Tx) -> None:
            row = tx.get(ApiKey, key_id) if is_id(key_id) else None
            if row is None or row.user_id != me.user_id or row.revoked_at is not None:
                raise NotFound
            row.revoked_at = now
            tx.add(row)
            self._audit(tx, me, "key.revoked", row)
            # Streams that were opened with it listen for the end of what opened them.
            tx.emit(LoginEnded(login_id=row.id, user_id=me.user_id, reason="revoked"))

        await self._work.write(change)

    def end_all(self, tx: Tx, user_id: str) -> None:
        """End every key of a user, in the commit that takes away what the keys stood for."""
        now = self._clock.now()
        for row in rows.living(tx, user_id, now):
            row.revoked_at = now
            tx.add(row)
            tx.emit(LoginEnded(login_id=row.id, user_id=user_id, reason="revoked"))
        tx.emit(DevicesChanged(user_id=user_id))

    async def principal(self, key: str, device: Device) -> Principal:
        """Whom a key stands for, with the key's scopes; its use is noted, at most once a minute.

        Raises:
            InvalidToken: it is none, or not any more, or its owner may not sign in.
        """
        if not _SHAPE.fullmatch(key):
            raise InvalidToken
        now = self._clock.now()

        def query(db: DbSession) -> tuple[ApiKey, User] | None:
            return rows.by_hash(db, _hash(key), now)

        found = await self._work.read(query)
        if found is None:
            raise InvalidToken
        row, user = found
        if row.last_used_at is None or now - row.last_used_at >= USED_EVERY:
            place = kept_address(device.ip_address)
            await self._work.write(lambda tx: rows.note_use(tx, row.id, at=now, place=place))
        return Principal(
            user_id=UserId(user.id),
            login_id=LoginId(row.id),
            role=Role(user.role),
            email=user.email,
            name=user.name,
            device=row.name,
            scopes=frozenset(row.scopes),
        )

    async def ends_in(self, me: Principal) -> timedelta:
        """How long the key behind the caller still works, at most its longest life."""
        row = await self._work.read(lambda db: db.get(ApiKey, me.login_id))
        if row is None or row.revoked_at is not None:
            return timedelta(0)
        return LONGEST_LIFE if row.expires_at is None else row.expires_at - self._clock.now()

    def _audit(self, tx: Tx, me: Principal, action: str, row: ApiKey) -> None:
        audit.record(
            tx,
            at=self._clock.now(),
            action=action,
            actor_id=me.user_id,
            subject=me.user_id,
            key_id=row.id,
            name=row.name,
            prefix=row.prefix,
            scopes=row.scopes,
        )
        tx.emit(DevicesChanged(user_id=me.user_id))


def _view(row: ApiKey) -> KeyView:
    return KeyView(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        last_used_from=row.last_used_from,
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
