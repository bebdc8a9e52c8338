"""Missions as durable workflows: they go on after a crash, a kill or a restart, and a finished step never runs twice.

DBOS remembers which missions were running and how far each workflow came. Our rows remain the truth: every workflow
step first looks at them, and only ids and actions travel through DBOS. It runs on threads of its own, so the event loop
of the app and its thread pool stay the app's; each step hands a coroutine back to that loop and waits for it.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy import func, select
from sqlmodel import Session

from jambot.clock import Clock
from jambot.db import BlobStore, UnitOfWork
from jambot.db.repositories import missions as rows_of
from jambot.ids import MissionId, ToolStepId, new_id
from jambot.missions import claims, holding
from jambot.missions.holding import Hold
from jambot.missions.progress import Action, Verb
from jambot.missions.tool_rights import ToolRights
from jambot.missions.tool_run import ToolRun
from jambot.missions.validation import FindTool
from jambot.settings import Settings
from jambot.tools.registry import find_tool

log = structlog.get_logger(__name__)
if TYPE_CHECKING:
    from jambot.missions.durable import Durable

T = TypeVar("T")

SWEEP_S = 3.0
DRAIN = timedelta(seconds=20)
STEPS_AT_ONCE = 4  # in one process; the rest waits, holding its mission


class MissionRunner:
    """Runs every mission that should be running, from `start` to `stop`.

    May be woken before it is started, and by processes that never start one: whoever runs finds the mission in its row.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        work: UnitOfWork,
        blobs: BlobStore,
        clock: Clock,
        find_tool: FindTool = find_tool,
        rights: ToolRights | None = None,
        at_once: int = STEPS_AT_ONCE,
    ) -> None:
        self._at_once = at_once
        self._settings, self._work, self._clock = settings, work, clock
        self._tools = ToolRun(work=work, blobs=blobs, now=self._now, find_tool=find_tool, rights=rights)
        self._durable: Durable | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._waiting: set[Future[Any]] = set()
        self._free = asyncio.Semaphore(at_once)
        self._here: set[MissionId] = set()
        self._idle = asyncio.Event()
        self._stopping = False
        self._ended = asyncio.Event()

    async def start(self) -> None:
        """Set up DBOS and take up every mission that was running. Heavy: call it after the port answers."""
        if self._durable is not None:
            return
        # Made anew: what waits belongs to the event loop it waits on.
        self._loop, self._stopping = asyncio.get_running_loop(), False
        self._free, self._ended, self._idle = asyncio.Semaphore(self._at_once), asyncio.Event(), asyncio.Event()
        self._idle.set()
        if self._work.is_sqlite:
            await self._work.write(lambda tx: holding.release_all(tx, self._now(tx)))
        from jambot.missions.durable import Durable, system_url

        self._durable = await asyncio.to_thread(Durable, system_url(self._settings), self._follow)
        await self._sweep(leave=self._durable.is_open)
        self._sweeper = asyncio.create_task(self._sweep_for_ever(), name="mission-sweeper")
        log.info("missions.started")

    async def stop(self, *, drain: timedelta = DRAIN) -> None:
        """Begin no further step, let the running ones finish within `drain`, and leave the rest to the next start."""
        durable, self._durable = self._durable, None
        if durable is None:
            return
        self._stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        with suppress(TimeoutError):
            async with asyncio.timeout(drain.total_seconds()):
                await self._idle.wait()
        self._ended.set()
        for waiting in list(self._waiting):
            waiting.cancel()
        await asyncio.to_thread(durable.close)
        log.info("missions.stopped")

    async def wake(self, mission_id: MissionId) -> None:
        """The mission may have something to do now. Does nothing when it has not, or is already being run.

        Never raises: what should run is in the rows, and what could not be started now is taken up by the next sweep.
        """
        durable = self._durable
        if durable is None or self._stopping:
            return
        run_id = new_id()
        try:
            replaced = await self._work.write(lambda tx: holding.reserve(tx, mission_id, run_id, self._now(tx)))
            if replaced is not None:
                await asyncio.to_thread(durable.begin, mission_id, run_id)
                await asyncio.to_thread(durable.abandon, replaced)
        except Exception as error:
            log.warning("missions.wake_failed", mission=mission_id, error=type(error).__name__)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self._sweep()
            except Exception as error:
                log.warning("missions.sweep_failed", error=type(error).__name__)

    async def _sweep(self, *, leave: Callable[[str], bool] = lambda _run_id: False) -> None:
        """Take up what nobody holds, but for the runs `leave` knows: DBOS brings back its own after a restart."""
        if await self._work.read(lambda session: rows_of.abandoned(session, now=self._now(session))):
            await self._work.write(lambda tx: holding.cancel_abandoned(tx, self._now(tx)))
        for mission in await self._work.read(lambda session: rows_of.unattended(session, now=self._now(session))):
            # A lease may lapse under a living runner: when the database was away, nobody could renew it.
            is_here = mission.id in self._here
            if not is_here and not await asyncio.to_thread(leave, mission.mission_metadata.get("run_id", "")):
                await self.wake(MissionId(mission.id))

    def _follow(self, durable: Durable, mission_id: str, run_id: str) -> str:
        """A mission's workflow, on a thread of DBOS. Whatever steers it was recorded by a step."""
        # Not recorded on purpose: each attempt, a recovery too, takes a fence of its own.
        hold = self._await(self._take_over, MissionId(mission_id), run_id)
        if hold is None:
            return "superseded"
        while True:
            action = Action.from_json(durable.step("next_action", lambda: self._await(self._decide, hold)))
            match action.verb:
                case Verb.RUN_STEP | Verb.REUSE_STEP if action.step_id is not None:
                    run = functools.partial(self._await, self._run_step, hold, action.step_id)
                    durable.step("run_step", run)
                case Verb.NOTHING if action.look_again_at is not None:
                    left = action.look_again_at - self._clock.now()
                    durable.sleep(min(max(left.total_seconds(), 0.1), holding.LEASE.total_seconds()))
                case _:
                    return action.verb.value

    async def _take_over(self, mission_id: MissionId, run_id: str) -> Hold | None:
        return await self._work.write(lambda tx: holding.take_over(tx, mission_id, run_id, self._now(tx)))

    async def _decide(self, hold: Hold) -> dict[str, Any]:
        action = await self._work.write(lambda tx: holding.decide(tx, hold, self._now(tx)))
        return action.to_json()

    async def _run_step(self, hold: Hold, step_id: ToolStepId) -> str:
        await self._turn(hold)
        try:
            if self._stopping:
                # It must not begin any more, and nothing about it may be recorded.
                await self._ended.wait()
                raise asyncio.CancelledError
            await self._run_claimed(hold, step_id)
        finally:
            self._free.release()
        return step_id

    async def _turn(self, hold: Hold) -> None:
        """Wait for a free place, and keep the mission meanwhile."""
        while True:
            try:
                async with asyncio.timeout(holding.LEASE.total_seconds() / 2):
                    await self._free.acquire()
                    return
            except TimeoutError:
                await self._work.write(lambda tx: holding.keep(tx, hold, self._now(tx)))

    async def _run_claimed(self, hold: Hold, step_id: ToolStepId) -> None:
        claim = await self._work.write(lambda tx: claims.claim(tx, hold, step_id, self._now(tx)))
        if claim is not None:
            self._here.add(hold.mission_id)
            self._idle.clear()
            try:
                await self._tools.run(claim)
            finally:
                self._here.discard(hold.mission_id)
                if not self._here:
                    self._idle.set()

    def _now(self, session: Session) -> datetime:
        """The time leases are measured by: one clock for all processes, the database's where there can be several."""
        if self._work.is_sqlite:
            return self._clock.now()
        return session.execute(select(func.clock_timestamp())).scalar_one()

    def _await(self, call: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """On a thread of DBOS: run `call` on the app's event loop and wait for it."""
        assert self._loop is not None, "the runner was started"
        if self._ended.is_set():
            raise _Stopped
        waiting = asyncio.run_coroutine_threadsafe(call(*args), self._loop)
        self._waiting.add(waiting)
        try:
            return waiting.result()
        except CancelledError:
            raise _Stopped from None
        finally:
            self._waiting.discard(waiting)


class _Stopped(BaseException):
    """Ends a workflow's thread without an outcome: nothing about it is recorded, so it goes on at the next start."""
