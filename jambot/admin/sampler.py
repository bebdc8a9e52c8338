"""Writes what the dashboard draws: every process what it counted, one of them also what all of them share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from jambot.admin.figures import KEPT_FOR, LENGTHS, RAW_EVERY, Figures, from_json, merged, start_of
from jambot.clock import Clock, iso
from jambot.db.repositories import administration, samples, schedule
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import JamBotError
from jambot.events.types import FiguresSampled
from jambot.ids import new_id
from jambot.log import get_log
from jambot.meter import Meter, Reading, since
from jambot.sessions import SessionManager, SessionStats, StoreUnavailable

JOB = "samples"
_LEASE = 3 * RAW_EVERY
Online = Callable[[], Awaitable[int]]
log = get_log(__name__)


class Sampler:
    """One per process; `run` it beside the server.

    Args:
        online: how many people use the app now.
    """

    def __init__(
        self, *, work: UnitOfWork, clock: Clock, sessions: SessionManager, meter: Meter, online: Online
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._meter = meter
        self._online = online
        self._holder = new_id()
        self._seen = Reading()
        self._totals = (0, 0, 0, 0)

    async def run(self, *, every: timedelta = RAW_EVERY) -> None:
        """Sample until cancelled. What could not be written goes into the next sample."""
        while True:
            try:
                await self.run_once()
            except JamBotError as failure:
                log.warning("samples.not_written", error=failure.code)
            except Exception:
                log.exception("samples.fault")  # and the next one is tried all the same
            await asyncio.sleep(every.total_seconds())

    async def run_once(self) -> None:
        """Add what was counted since the last time to the sample of this moment, at every resolution."""
        now = self._clock.now()

        def lead(tx: Tx) -> bool:
            schedule.ensure(tx, [JOB], now=now)
            return schedule.claim(tx, JOB, holder=self._holder, now=now, until=now + _LEASE, early=True)

        leads = await self._work.write(lead)
        read = self._meter.read()
        stats = await self._stats()
        totals = (stats.created, stats.expired, stats.evicted, stats.cleaned) if stats else self._totals
        counted = since(read, self._seen)
        names = ("sessions.created", "sessions.expired", "sessions.evicted", "sessions.cleaned")
        ended = {
            name: later - earlier
            for name, later, earlier in zip(names, totals, self._totals, strict=True)
            if later != earlier
        }
        gauges: dict[str, float] = {}
        if leads and stats is not None:
            gauges = {state: getattr(stats.now, state) for state in ("active", "idle", "expiring", "expired")}
            gauges |= {f"kind.{kind}": n for kind, n in stats.now.by_kind.items()}
            gauges["online"] = await self._online()
            gauges["missions"] = await self._work.read(administration.missions_running)
        part = Figures(n=1 if gauges else 0, gauges=gauges, counts=counted.counts | ended, spans=counted.spans)

        def change(tx: Tx) -> None:
            for resolution, length in LENGTHS.items():
                at = start_of(now, length)
                samples.add(
                    tx, resolution=resolution, at=at, add_to=lambda so_far: merged(from_json(so_far), part).to_json()
                )
                if leads:
                    samples.remove_before(tx, resolution=resolution, before=now - KEPT_FOR[resolution])
            tx.emit(FiguresSampled(at=iso(start_of(now, RAW_EVERY))))

        await self._work.write(change)
        self._seen, self._totals = read, totals

    async def _stats(self) -> SessionStats | None:
        try:
            return await self._sessions.stats()
        except StoreUnavailable:
            self._meter.count("errors")
            return None
