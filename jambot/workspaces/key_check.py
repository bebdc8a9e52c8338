"""Whether the key of this process opens what was sealed before: a wrong one must be noticed, and may break nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from jambot.clock import Clock
from jambot.db.models import UserSession
from jambot.db.unit_of_work import UnitOfWork
from jambot.sessions.ciphers import KeyRing
from jambot.sessions.moments import to_us
from jambot.workspaces.metadata import MetadataSeal
from jambot.workspaces.sealing import UnderOlder, under_older_keys

LOOKED_AT = 5
"""Newest sealed rows that are tried; one that opens is enough, since a single one may be damaged by itself."""
AGAIN_AFTER = timedelta(seconds=60)


class KeyCheck:
    """
    Args:
        metadata, sessions: the keys of each, the newest first.
        has_older: whether keys of before were given.
    """

    def __init__(
        self, *, work: UnitOfWork, clock: Clock, metadata: KeyRing, sessions: KeyRing, has_older: bool = False
    ) -> None:
        self._work = work
        self._clock = clock
        self._seal = MetadataSeal(metadata)
        self._metadata, self._sessions, self._has_older = metadata, sessions, has_older
        self._older: UnderOlder | None = None
        self._counted_at: datetime | None = None
        self._is_right = False
        self._looked_at: datetime | None = None

    async def is_right(self) -> bool:
        """True once something sealed was opened, or nothing is sealed; a wrong key is looked at again every minute.

        Raises:
            Unavailable: the database does not answer.
        """
        now = self._clock.now()
        if not self._is_right and (self._looked_at is None or now - self._looked_at >= AGAIN_AFTER):
            self._is_right = await self._work.read(self._opens_one)
            self._looked_at = now
        return self._is_right

    async def under_older(self) -> UnderOlder | None:
        """What is still sealed with a key of before, counted at most once a minute; None when no such key was given.

        Raises:
            Unavailable: the database does not answer.
        """
        if not self._has_older:
            return None
        now = self._clock.now()
        if self._older is None or self._counted_at is None or now - self._counted_at >= AGAIN_AFTER:
            self._older, self._counted_at = await self.count(), now
        return self._older

    async def count(self) -> UnderOlder:
        """What is not sealed with the newest key, counted now."""
        now_us = to_us(self._clock.now())
        return await self._work.read(
            lambda db: under_older_keys(db, metadata=self._metadata, sessions=self._sessions, now_us=now_us)
        )

    def _opens_one(self, session: Session) -> bool:
        sealed = session.exec(
            select(UserSession.id, UserSession.user_id, UserSession.session_metadata)
            .where(UserSession.session_metadata != "")
            .order_by(col(UserSession.id).desc())
            .limit(LOOKED_AT)
        ).all()
        return not sealed or any(
            self._seal.open(stored, user_id=user_id, workspace_id=workspace_id).readable
            for workspace_id, user_id, stored in sealed
        )
