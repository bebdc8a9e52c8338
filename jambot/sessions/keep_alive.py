"""Keeps sessions of programs alive. What a person must keep alive by using it is refused."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import structlog

from jambot.sessions.errors import NotRefreshable, SessionNotFound
from jambot.sessions.manager import SessionManager

log = structlog.get_logger(__name__)


class KeepAlive:
    """Refreshes the registered sessions every `interval`; one that is gone is dropped from the set."""

    def __init__(self, manager: SessionManager, *, interval: timedelta = timedelta(minutes=5)) -> None:
        self._manager = manager
        self._interval = interval
        self._ids: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    @property
    def registered(self) -> frozenset[str]:
        """The ids that are kept alive."""
        return frozenset(self._ids)

    async def register(self, session_id: str) -> None:
        """Keep this session alive; `NotRefreshable` if its kind may not be kept alive by a program."""
        session = await self._manager.find(session_id)
        if session is None:
            raise SessionNotFound
        if not self._manager.policy(session.kind).keep_alive:
            raise NotRefreshable
        self._ids.add(session_id)

    def unregister(self, session_id: str) -> None:
        """Leave it to its end."""
        self._ids.discard(session_id)

    async def refresh_all(self) -> int:
        """Refresh every registered session once; how many are still alive."""
        for session_id in list(self._ids):
            if await self._manager.refresh(session_id) is None:
                self._ids.discard(session_id)
        return len(self._ids)

    async def start(self) -> None:
        """Refresh from time to time until `stop`."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="session-keep-alive")

    async def stop(self) -> None:
        """Stop refreshing; the sessions then end by themselves."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._interval.total_seconds())
            try:
                await self.refresh_all()
            except Exception:
                log.warning("session.keep_alive_failed", exc_info=True)
