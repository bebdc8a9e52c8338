"""The session engine: everything that lives for a while and then ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Self

import structlog

from jambot.clock import Clock
from jambot.sessions._making import Making
from jambot.sessions._reading import Reading
from jambot.sessions._tracking import Tracking
from jambot.sessions._writing import Writing
from jambot.sessions.config import SessionConfig
from jambot.sessions.events import SessionEventName
from jambot.sessions.joining import Lines
from jambot.sessions.locks import Locking
from jambot.sessions.moments import span_us
from jambot.sessions.presence import Presence
from jambot.sessions.stores.protocol import SessionStore

# A batch holds up others for as long as the store's `bite_s` says: what took longer is halved, much less is doubled.
# Between two of them the sweep rests for as long as it worked: at least half of the store's time is everybody else's.
_LONGEST_REST_S = 0.05
_FEWEST, _MOST = 10, 500
_DRAIN = timedelta(seconds=20)

log = structlog.get_logger(__name__)


class SessionManager(Reading, Making, Writing, Locking, Tracking):
    """Creates, finds, changes and ends sessions on one store. Knows no user, page or workspace.

    Reading is in `_reading`, making in `_making`, changing in `_writing`, locks in `locks`, requests and connections in
    `_tracking`; here is its own life. A store that needs no start works without one; `start` adds the sweep and the
    events of other processes.
    """

    def __init__(self, store: SessionStore, config: SessionConfig | None = None, *, clock: Clock | None = None) -> None:
        super().__init__(store, config, clock=clock)
        self._lines = Lines(self._write)
        self._released = {}
        self._running = 0
        self._presence = Presence(store.aside, lease_us=span_us(self.config.connection_lease))
        self._waiting = deque()
        self._quiet = asyncio.Event()
        self._sweeping: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._deaf: Callable[[], None] | None = None
        self._closed = False
        self._batch = _FEWEST

    async def start(self) -> None:
        """Make the store ready, hear the other processes, sweep from time to time. Calling it again changes nothing."""
        await self._store.start()
        if self._deaf is None:
            self._deaf = self._store.listen(self._listeners.emit, self._listeners.missed)
        if self.config.auto_cleanup and self._sweeping is None:
            self._sweeping = asyncio.create_task(self._sweep_forever(), name="session-sweep")
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew_forever(), name="session-connections")

    async def stop(self, *, within: timedelta = _DRAIN) -> None:
        """Stop sweeping, let running requests finish, hand out the last events. Kept sessions are not deleted."""
        for task in (self._sweeping, self._renewing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        self._sweeping = self._renewing = None
        if not await self._drained(within):
            log.warning("session.requests_left_behind", count=self._running)
        await self._lines.settled()
        await self._let_go()
        await self.events_settled()

    async def close(self) -> None:
        """Stop, and let go of the store. Calling it again changes nothing."""
        if self._closed:
            return
        self._closed = True
        await self.stop()
        if self._deaf is not None:
            self._deaf()
            self._deaf = None
        await self._listeners.close()
        await self._presence.close()
        await self._store.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def cleanup(self, limit: int | None = None) -> int:
        """Remove ended sessions, at most `limit`, in batches that let others work between; how many were removed."""
        removed = 0
        loop = asyncio.get_running_loop()
        while limit is None or removed < limit:
            batch = self._batch if limit is None else min(self._batch, limit - removed)
            now_us = self._now_us()
            began = loop.time()
            gone = await self._store.cleanup(batch, now_us=now_us)
            took_s = loop.time() - began
            self._adapt(batch, len(gone), took_s)
            removed += len(gone)
            self._totals.expired += len(gone)
            self._totals.cleaned += len(gone)
            self._tell(SessionEventName.EXPIRED, gone, now_us=now_us, reason="timeout")
            if len(gone) < batch:
                break
            await asyncio.sleep(min(took_s, _LONGEST_REST_S))
        await self._forget_crashed()
        return removed

    def _adapt(self, batch: int, removed: int, took_s: float) -> None:
        bite_s = self._store.bite_s
        if took_s > bite_s:
            self._batch = max(_FEWEST, batch // 2)
        elif removed == self._batch and took_s < bite_s / 3:
            self._batch = min(_MOST, batch * 2)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(self.config.cleanup_interval.total_seconds())
            try:
                removed = await self.cleanup()
            except Exception:
                log.warning("session.sweep_failed", exc_info=True)
                continue
            if removed:
                log.info("session.swept", removed=removed)

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(self.config.connection_lease.total_seconds() / 4)
            try:
                await self.renew_connections()
            except Exception:
                log.warning("session.connections_not_renewed", exc_info=True)
