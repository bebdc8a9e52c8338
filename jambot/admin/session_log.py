"""The log of what happens to the engine's sessions: what the inspector's timeline and the live tail read.

The engine tells this process of each event; they are written together a moment later, and whoever follows is told once
they are there. The log is bounded in number and age; under a flood the oldest unwritten entries give way, and the meter
counts them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from jambot.access import Action, Principal, require
from jambot.clock import Clock
from jambot.db.models import SessionLogEntry
from jambot.db.repositories import session_log as rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import JamBotError
from jambot.events.types import SessionsLogged
from jambot.log import get_log
from jambot.meter import Meter
from jambot.sessions import SessionEvent, SessionEventName, SessionManager
from jambot.sessions.moments import from_us, to_us

KEPT_FOR = timedelta(days=7)
MOST_ENTRIES = 500_000
_MOST_WAITING = 10_000
_BATCH = 1_000
_GATHER_S = 0.2
HEARD = tuple(name for name in SessionEventName if name is not SessionEventName.UNLOCKED)
log = get_log(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One thing that happened to a session; `handle` names the session and opens nothing."""

    id: str
    at: datetime
    event: str
    handle: str
    kind: str
    user_id: str | None
    reason: str


class SessionLog:
    """Hears the engine and writes; one per process."""

    def __init__(self, *, work: UnitOfWork, clock: Clock, sessions: SessionManager, meter: Meter) -> None:
        self._work = work
        self._clock = clock
        self._meter = meter
        self._waiting: deque[dict[str, Any]] = deque(maxlen=_MOST_WAITING)
        self._rings = asyncio.Event()
        for name in HEARD:
            sessions.on(name, self._hear)

    async def run(self) -> None:
        """Write what is heard until cancelled, then what is left."""
        try:
            while True:
                await self._rings.wait()
                await asyncio.sleep(_GATHER_S)
                self._rings.clear()
                try:
                    await self.write()
                except JamBotError as failure:
                    log.warning("session_log.not_written", waiting=len(self._waiting), error=failure.code)
        finally:
            await self.write()

    async def write(self) -> int:
        """Write everything heard so far; how much it was. What cannot be written stays and is tried again."""
        written = 0
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]

            def change(tx: Tx, batch: list[dict[str, Any]] = batch) -> None:
                rows.add(tx, batch)
                tx.emit(SessionsLogged(count=len(batch)))

            try:
                await self._work.write(change)
            except BaseException:
                self._waiting.extendleft(reversed(batch))
                raise
            written += len(batch)
        return written

    async def newest(
        self,
        me: Principal,
        *,
        after: str = "",
        before: str = "",
        handle: str = "",
        user_ids: Sequence[str] | None = None,
        event: str = "",
        kind: str = "",
        limit: int = 100,
    ) -> list[LogEntry]:
        """Entries, newest first, for admins; `after` and `before` are ids of entries."""
        require(me, Action.ADMINISTER)
        found = await self._work.read(
            lambda db: rows.newest(
                db, after=after, before=before, handle=handle, user_ids=user_ids, event=event, kind=kind, limit=limit
            )
        )
        return [_entry(row) for row in found]

    async def trim(self) -> int:
        """Forget what is too old or too much, in batches; how many entries."""
        oldest = f"{to_us(self._clock.now() - KEPT_FOR):016x}"
        removed = 0
        while gone := await self._work.write(lambda tx: rows.trim(tx, before=oldest, most=MOST_ENTRIES)):
            removed += gone
        return removed

    async def _hear(self, event: SessionEvent) -> None:
        if len(self._waiting) == _MOST_WAITING:
            self._meter.count("log.left_out")
        if event.name is SessionEventName.DELETED:
            self._meter.count("sessions.deleted")
        self._waiting.append(_row(event))
        self._rings.set()


def _row(event: SessionEvent) -> dict[str, Any]:
    at_us = to_us(event.at)
    mark = blake2b(f"{event.session_id}{event.name}".encode(), digest_size=8).hexdigest()
    return {
        "id": f"{at_us:016x}{mark}",
        "at_us": at_us,
        "handle": event.session_id,
        # Whoever deleted their account leaves no name behind.
        "user_id": None if event.reason == "account_deleted" else event.user_id,
        "kind": event.kind,
        "event": event.name.value,
        "reason": (event.reason or "")[:200],
    }


def _entry(row: SessionLogEntry) -> LogEntry:
    return LogEntry(
        id=row.id,
        at=from_us(row.at_us),
        event=row.event,
        handle=row.handle,
        kind=row.kind,
        user_id=row.user_id,
        reason=row.reason,
    )
