"""One holder at a time on a session, for sections too long for a compare-and-set."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.sessions._core import Core
from jambot.sessions.errors import BadConfiguration, InvalidSession, SessionLocked, SessionNotFound
from jambot.sessions.events import SessionEventName
from jambot.sessions.moments import span_us, to_us
from jambot.sessions.record import Record

# Within a process waiters are woken; this is how often one looks for a release in another process.
_LOOK_AGAIN_S = 0.05
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A held lock. Pass it to `update`: a write under a lock that has passed on is refused by its fence."""

    session_id: str
    fence: int
    until: datetime


class Locking(Core):
    """The manager's locks. A lock ends by itself with its lease, so a crashed holder blocks nobody for long."""

    _released: dict[str, asyncio.Event]

    @asynccontextmanager
    async def lock(
        self, session_id: str, *, wait: timedelta | None = None, lease: timedelta | None = None
    ) -> AsyncIterator[Lock]:
        """Hold the session alone, across processes too where the store reaches them.

        Args:
            wait: how long to wait for it (zero: not at all); the configured timeout when None.
            lease: when it ends by itself; the configured lease when None.

        Raises:
            SessionNotFound: there is no such session. SessionLocked: it was held for the whole wait.
        """
        if not self.config.locking:
            raise BadConfiguration("locking", "is off for this manager")
        for field, span in (("wait", wait), ("lease", lease)):
            if span is not None and (not isinstance(span, timedelta) or (field == "lease" and span <= _NOTHING)):
                raise InvalidSession(field, "must be a timedelta, and a lease longer than nothing")
        record = await self._find(session_id, opening=False, now_us=self._now_us())
        if record is None:
            raise SessionNotFound
        owner = secrets.token_hex(8)
        held = await self._acquire(record, owner, self.config.lock_timeout if wait is None else wait, lease)
        try:
            yield held
        finally:
            await self._release(record, owner)

    async def _acquire(self, record: Record, owner: str, wait: timedelta, lease: timedelta | None) -> Lock:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait.total_seconds()
        span = self.config.lock_lease if lease is None else lease
        while True:
            released = self._released.setdefault(record.handle, asyncio.Event())
            now = self.now()
            fence = await self._store.acquire_lock(
                record.handle, owner, lease_us=to_us(now) + span_us(span), now_us=to_us(now)
            )
            if fence is not None:
                self._tell(SessionEventName.LOCKED, [record], now_us=to_us(now))
                return Lock(session_id=record.handle, fence=fence, until=now + span)
            remaining = deadline - loop.time()
            if remaining <= 0:
                raise SessionLocked
            await _woken(released, min(remaining, _LOOK_AGAIN_S))

    async def _release(self, record: Record, owner: str) -> None:
        now_us = self._now_us()
        ours = await self._store.release_lock(record.handle, owner, now_us=now_us)
        released = self._released.pop(record.handle, None)
        if released is not None:
            released.set()
        if ours:
            self._tell(SessionEventName.UNLOCKED, [record], now_us=now_us)


async def _woken(event: asyncio.Event, timeout_s: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), timeout_s)
    except TimeoutError:
        return
