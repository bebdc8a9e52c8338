"""Who is at work in a session right now: requests and connections, counted so that a crash cannot leave one counted."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from jambot.sessions._core import Core
from jambot.sessions.errors import AtCapacity, SessionNotFound, StoreUnavailable
from jambot.sessions.events import SessionEventName
from jambot.sessions.moments import span_us
from jambot.sessions.session import Session

log = structlog.get_logger(__name__)


class Tracking(Core):
    """The manager's counters."""

    _running: int
    _waiting: deque[asyncio.Future[None]]
    _quiet: asyncio.Event
    _connected: Counter[str]

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
        """Count one more tab or socket that follows the session; `stop` lowers what this process has raised."""
        session = await self._enter(session_id, connections=1)
        self._connected[session.handle] += 1
        return session

    async def disconnect(self, session_id: str) -> bool:
        """Count one less; ends the session if its kind ends with its last connection. Touches no other session.

        Returns:
            Whether the session ended by this.
        """
        now_us = self._now_us()
        record = await self._find(session_id, opening=False, now_us=now_us)
        if record is None:
            return False
        self._connected[record.handle] -= 1
        self._connected += Counter()  # drops those that are at zero
        left = await self._store.count(record.handle, connections=-1, now_us=now_us)
        if left is None or left.connections > 0 or not self._policy_of(left).ends_on_disconnect:
            return False
        removed = await self._store.delete(left.handle, now_us=now_us)
        if removed is None:
            return False
        self._tell(SessionEventName.DELETED, [removed], now_us=now_us, reason="disconnected")
        return True

    async def _enter(self, session_id: str, *, connections: int = 0) -> Session:
        now_us = self._now_us()
        record = await self._find(session_id, opening=True, now_us=now_us)
        if record is None:
            raise SessionNotFound
        counted = await self._store.count(
            record.handle,
            requests=0 if connections else 1,
            connections=connections,
            lease_us=0 if connections else now_us + span_us(self.config.request_lease),
            now_us=now_us,
        )
        if counted is None:
            raise SessionNotFound
        return self._session(counted, session_id, now_us)

    async def _let_go(self) -> None:
        """Lower the counts of connections that this process leaves behind. None of them ends its session by that."""
        left, self._connected = self._connected, Counter()
        for handle, count in left.items():
            try:
                await self._store.count(handle, connections=-count, now_us=self._now_us())
            except StoreUnavailable:
                log.warning("session.connections_left_behind", sessions=len(left))
                return

    async def _drained(self, within: timedelta) -> bool:
        """Wait until no request runs; False when some still do after `within`."""
        if self._running == 0:
            return True
        try:
            await asyncio.wait_for(self._quiet.wait(), within.total_seconds())
        except TimeoutError:
            return False
        return True
