"""What is done from time to time by one process at a time, when it was last done, and how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jambot.access import Action, Principal, require
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.repositories import audit
from jambot.db.repositories import schedule as rows
from jambot.errors import InProgress, JamBotError, NotFound
from jambot.ids import new_id
from jambot.log import get_log

LOOK_EVERY_S = 5.0
LEASE = timedelta(minutes=10)
log = get_log(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do every so often. `run` answers with numbers that say what it did."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as an admin sees it. `outcome` is done, failed, or empty before the first run."""

    name: str
    every_s: float
    next_at: datetime
    is_running: bool
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str
    result: dict[str, Any] = field(default_factory=dict)
    runs: int
    failures: int


class Schedule:
    """Runs the jobs that are due; in several processes each job runs in one of them."""

    def __init__(self, *, work: UnitOfWork, clock: Clock, jobs: Sequence[Job]) -> None:
        self._work = work
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        self._holder = new_id()

    async def run(self) -> None:
        """Do what is due until cancelled."""
        await self._ensure()
        while True:
            for job in self._jobs.values():
                try:
                    await self._do(job)
                except JamBotError as failure:
                    log.warning("schedule.not_reached", job=job.name, error=failure.code)
            await asyncio.sleep(LOOK_EVERY_S)

    async def rows(self, me: Principal) -> list[JobRow]:
        """Every job, with its last run."""
        require(me, Action.ADMINISTER)
        await self._ensure()
        now = self._clock.now()
        found = {row.name: row for row in await self._work.read(rows.all_jobs)}
        return [
            JobRow(
                name=job.name,
                every_s=job.every.total_seconds(),
                next_at=row.next_at,
                is_running=row.lease_until is not None and row.lease_until > now,
                started_at=row.started_at,
                ended_at=row.ended_at,
                outcome=row.outcome,
                result=row.result,
                runs=row.runs,
                failures=row.failures,
            )
            for job in self._jobs.values()
            if (row := found.get(job.name)) is not None
        ]

    async def run_now(self, me: Principal, name: str) -> JobRow:
        """Do a job at once, due or not, and answer when it is done.

        Raises:
            NotFound: there is no such job. InProgress: it is running.
        """
        require(me, Action.ADMINISTER)
        job = self._jobs.get(name)
        if job is None:
            raise NotFound
        await self._ensure()
        if not await self._do(job, early=True):
            raise InProgress("This is running already.")
        at = self._clock.now()
        await self._work.write(
            lambda tx: audit.record(tx, at=at, action="job.run", actor_id=me.user_id, subject=job.name)
        )
        return next(row for row in await self.rows(me) if row.name == name)

    async def _do(self, job: Job, *, early: bool = False) -> bool:
        """Whether it was this process's turn."""
        now, holder = self._clock.now(), new_id()
        if not await self._work.write(
            lambda tx: rows.claim(tx, job.name, holder=holder, now=now, until=now + LEASE, early=early)
        ):
            return False
        outcome, result = "done", dict[str, Any]()
        try:
            result = dict(await job.run())
        except Exception as failure:
            outcome = "failed"
            result = {"error": failure.code if isinstance(failure, JamBotError) else type(failure).__name__}
            log.warning("job.failed", job=job.name, exc_info=not isinstance(failure, JamBotError))
        ended = self._clock.now()
        await self._work.write(
            lambda tx: rows.finish(
                tx,
                job.name,
                holder=holder,
                now=ended,
                next_at=ended + job.every,
                outcome=outcome,
                result=result,
            )
        )
        return True

    async def _ensure(self) -> None:
        await self._work.write(lambda tx: rows.ensure(tx, list(self._jobs), now=self._clock.now()))
