"""Who is at work in a session right now: requests and connections, counted so that a crash cannot leave one counted."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from jambot.sessions._core import Core
from jambot.sessions.errors import AtCapacity, SessionNotFound, StoreUnavailable
from jambot.sessions.events import SessionEventName
from jambot.sessions.moments import span_us
from jambot.sessions.presence import Presence
from jambot.sessions.record import Record
from jambot.sessions.session import Session
from jambot.sessions.tickets import parse

log = structlog.get_logger(__name__)


class Tracking(Core):
    """The manager's counters."""

    _running: int
    _waiting: deque[asyncio.Future[None]]
    _quiet: asyncio.Event
    _presence: Presence

    @asynccontextmanager
    async def track_request(self, session_id: str) -> AsyncIterator[Session]:
        """Count a request in the session until it leaves, however it leaves. Does not extend the session.

        An idle session is not swept while a request is at work in it; a request that crashed with its process is
        believed in until its lease ends.

        Raises:
            SessionNotFound: there is no such session.
            AtCapacity: this manager already runs as many requests as it may.
        """
        async with self.admit():
            session = await self._enter(session_id)
            try:
                yield session
            finally:
                await self._store.count(session.handle, requests=-1, now_us=self._now_us())

    @asynccontextmanager
    async def admit(self, *, wait: timedelta = timedelta(0)) -> AsyncIterator[None]:
        """Count a request among all of this manager, whatever its session; `stop` waits until it has left.

        Args:
            wait: how long to wait for room, at most as many callers as there is room for.

        Raises:
            AtCapacity: as many requests as may run do run.
        """
        if self._running >= self.config.max_concurrent_requests:
            await self._given_room(wait)
        else:
            self._running += 1
            self._quiet.clear()
        try:
            yield
        finally:
            self._leave()

    async def _given_room(self, wait: timedelta) -> None:
        """Return when somebody who left gave their room; raises `AtCapacity` when nobody did for `wait`."""
        if not wait or len(self._waiting) >= self.config.max_concurrent_requests:
            raise AtCapacity
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(turn, wait.total_seconds())
        except (TimeoutError, asyncio.CancelledError) as end:
            if turn.done() and not turn.cancelled():
                self._leave()
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if isinstance(end, TimeoutError):
                raise AtCapacity from None
            raise

    def _leave(self) -> None:
        """Give the room to who waits longest, else free it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._running -= 1
        if self._running == 0:
            self._quiet.set()

    async def connect(self, session_id: str) -> Session:
        """Count one more tab or socket that follows the session; `stop` takes back what this process has counted.

        A started manager renews its connections; those of a process that crashed are forgotten by the first sweep
        after `connection_lease`.

        Raises:
            SessionNotFound: there is no such session.
        """
        now_us = self._now_us()
        record = await self._find(session_id, opening=True, now_us=now_us)
        if record is None:
            raise SessionNotFound
        counted = await self._connected(record.handle, now_us)
        if counted is None:
            raise SessionNotFound
        return self._session(counted, session_id, now_us)

    async def disconnect(self, session_id: str) -> bool:
        """Count one less; ends the session if its kind ends with its last connection. Touches no other session.

        Returns:
            Whether the session ended by this.
        """
        ticket = parse(session_id)
        if ticket is None:
            return False
        now_us = self._now_us()
        record = await self._find(session_id, opening=False, now_us=now_us)
        counted = await self._presence.go(ticket.handle, now_us=now_us)
        return record is not None and counted and await self._disconnected(ticket.handle, now_us)

    async def renew_connections(self) -> None:
        """Say that the connections of this process are there still; `start` has it said from time to time."""
        now_us = self._now_us()
        for handle in await self._presence.renew(now_us=now_us):
            await self._connected(handle, now_us)

    async def _forget_crashed(self) -> None:
        """Lower the counts that crashed processes left behind."""
        now_us = self._now_us()
        while (handle := await self._presence.take_lapsed(now_us=now_us)) is not None:
            try:
                await self._disconnected(handle, now_us)
            except BaseException:
                self._presence.give_back(handle)  # to the next sweep: its note is gone, so nobody else knows of it
                raise

    async def _connected(self, handle: str, now_us: int) -> Record | None:
        # Noted before it is counted: a crash between leaves a note that lapses, and no count that stays.
        await self._presence.come(handle, now_us=now_us)
        try:
            counted = await self._store.count(handle, connections=1, now_us=now_us)
        except BaseException:
            # It may be counted all the same, and nobody will disconnect it: it lapses, and is taken back by that.
            self._presence.drop(handle)
            raise
        if counted is None:
            await self._presence.go(handle, now_us=now_us)
        return counted

    async def _disconnected(self, handle: str, now_us: int) -> bool:
        """Lower the count; whether that ended the session."""
        left = await self._store.count(handle, connections=-1, now_us=now_us)
        if left is None or not left.live(now_us) or not self._policy_of(left).ends_on_disconnect:
            return False
        if await self._presence.of(handle, now_us=now_us):
            return False
        removed = await self._store.delete(handle, now_us=now_us)
        if removed is None:
            return False
        self._tell(SessionEventName.DELETED, [removed], now_us=now_us, reason="disconnected")
        return True

    async def _enter(self, session_id: str) -> Session:
        now_us = self._now_us()
        record = await self._find(session_id, opening=True, now_us=now_us)
        if record is None:
            raise SessionNotFound
        lease_us = now_us + span_us(self.config.request_lease)
        counted = await self._store.count(record.handle, requests=1, lease_us=lease_us, now_us=now_us)
        if counted is None:
            raise SessionNotFound
        return self._session(counted, session_id, now_us)

    async def _let_go(self) -> None:
        """Lower the counts of connections that this process leaves behind. None of them ends its session by that."""
        now_us = self._now_us()
        try:
            for handle, count in (await self._presence.leave(now_us=now_us)).items():
                await self._store.count(handle, connections=-count, now_us=now_us)
        except StoreUnavailable:
            log.warning("session.connections_left_behind")  # they lapse

    async def _drained(self, within: timedelta) -> bool:
        """Wait until no request runs; False when some still do after `within`."""
        if self._running == 0:
            return True
        try:
            await asyncio.wait_for(self._quiet.wait(), within.total_seconds())
        except TimeoutError:
            return False
        return True
