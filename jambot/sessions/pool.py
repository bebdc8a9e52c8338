"""Prepared sessions, handed out and replaced. Nothing one borrower wrote is seen by the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from jambot.sessions.manager import SessionManager
from jambot.sessions.session import Session


class SessionPool:
    """Keeps up to `size` sessions of one kind ready; they belong to nobody.

    Args:
        kind: must not be a credential's: a pooled session signs nobody in.
    """

    def __init__(
        self, manager: SessionManager, *, size: int, kind: str = "memory", ttl: timedelta | None = None
    ) -> None:
        self._manager = manager
        self._size = size
        self._kind = kind
        self._ttl = ttl
        self._ready: deque[Session] = deque()

    async def start(self) -> None:
        """Prepare the sessions."""
        while len(self._ready) < self._size:
            self._ready.append(await self._make())

    # A caller that must not wait passes a timeout, as with any other pool.
    async def acquire(self, *, timeout: timedelta = timedelta(seconds=5)) -> Session:  # noqa: ASYNC109
        """A clean session, prepared or extra; `TimeoutError` when the store takes longer than `timeout`."""
        async with asyncio.timeout(timeout.total_seconds()):
            while self._ready:
                session = await self._manager.refresh(self._ready.popleft().id)
                if session is not None:
                    return session
            return await self._make()

    async def release(self, session: Session) -> None:
        """End it, and prepare a fresh one in its place unless the pool is full.

        A session is never reused: whoever still has its id or handle must not meet the next borrower's data.
        """
        await self._manager.delete(session.id, reason="released")
        if len(self._ready) < self._size:
            self._ready.append(await self._make())

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A session for the time of a block."""
        borrowed = await self.acquire()
        try:
            yield borrowed
        finally:
            await self.release(borrowed)

    async def close(self) -> None:
        """End the prepared sessions."""
        while self._ready:
            await self._manager.delete(self._ready.popleft().id, reason="pool_closed")

    async def _make(self) -> Session:
        return await self._manager.create(None, kind=self._kind, ttl=self._ttl)
