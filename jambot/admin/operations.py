"""Actions under way. The server owns the work and pages follow it: closing the page stops nothing."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jambot.access import Action, Principal, require
from jambot.admin.actions import SessionActions
from jambot.admin.doing import Doing, Impact, Moving, Progress, Result, Selection
from jambot.clock import Clock
from jambot.errors import Forbidden, InvalidInput, NotFound, WrongState
from jambot.events import EventBus
from jambot.events.types import OperationMoved
from jambot.ids import new_id
from jambot.log import get_log

MOST_KEPT = 50
MOST_RESULTS = 1_000
"""Of one action; what failed is kept before what succeeded."""
log = get_log(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An action under way or over. `state` is running, done, stopped or failed; `total` is what the preview counted."""

    id: str
    doing: Doing
    state: str
    total: int
    progress: Progress
    by: str
    reason: str
    began_at: datetime
    ended_at: datetime | None = None
    moving: Moving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What became of the sessions of an action, what failed first; `left_out` more were not kept."""

    rows: Sequence[Result] = ()
    left_out: int = 0

    def and_more(self, results: Sequence[Result]) -> Results:
        rows = sorted((*self.rows, *results), key=lambda result: result.success)
        return Results(rows=rows[:MOST_RESULTS], left_out=self.left_out + max(0, len(rows) - MOST_RESULTS))


class Operations:
    """Starts actions and remembers the last ones of this process."""

    def __init__(self, *, actions: SessionActions, bus: EventBus, clock: Clock) -> None:
        self._actions = actions
        self._bus = bus
        self._clock = clock
        self._known: OrderedDict[str, Operation] = OrderedDict()
        self._results: dict[str, Results] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def preview(self, me: Principal, doing: Doing, selection: Selection, moving: Moving | None = None) -> Impact:
        """What the action would hit at this moment; changes nothing."""
        return await self._actions.preview(me, doing, selection, moving)

    async def start(
        self,
        me: Principal,
        doing: Doing,
        selection: Selection,
        *,
        reason: str,
        counted_at: datetime | None = None,
        moving: Moving | None = None,
    ) -> Operation:
        """Begin; the answer comes at once, the work goes on. Raises `InvalidInput`, `WrongState`."""
        require(me, Action.ADMINISTER)
        if not reason.strip():
            raise InvalidInput("Give a reason.")
        impact = await self._actions.preview(me, doing, selection, moving)
        if impact.trouble:
            raise WrongState(impact.trouble)
        operation = Operation(
            id=new_id(),
            doing=doing,
            state="running",
            total=impact.sessions,
            progress=Progress(),
            by=me.email,
            reason=reason.strip()[:500],
            began_at=self._clock.now(),
            moving=moving,
        )
        self._keep(operation)
        work = self._run(me, operation, selection, counted_at or impact.counted_at)
        self._tasks[operation.id] = asyncio.create_task(work, name="admin-action")
        return operation

    async def finished(self, me: Principal, operation_id: str) -> Operation:
        """The operation once it is over. Raises `NotFound`."""
        self.find(me, operation_id)
        if task := self._tasks.get(operation_id):
            await asyncio.wait([task])
        return self.find(me, operation_id)

    def find(self, me: Principal, operation_id: str) -> Operation:
        """How far it is. Raises `NotFound` for one that is not remembered here."""
        require(me, Action.ADMINISTER)
        found = self._known.get(operation_id)
        if found is None:
            raise NotFound
        return found

    def results(self, me: Principal, operation_id: str) -> Results:
        """What became of each session so far. Raises `NotFound`."""
        self.find(me, operation_id)
        return self._results.get(operation_id, Results())

    def newest(self, me: Principal) -> list[Operation]:
        """The last ones, newest first."""
        require(me, Action.ADMINISTER)
        return list(reversed(self._known.values()))

    async def stop(self, me: Principal, operation_id: str) -> Operation:
        """Stop it where it is; what is done stays done. Raises `NotFound`."""
        self.find(me, operation_id)
        if task := self._tasks.get(operation_id):
            task.cancel()
            await asyncio.wait([task])
        return self.find(me, operation_id)

    async def aclose(self) -> None:
        """Stop everything under way."""
        for task in list(self._tasks.values()):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def _run(self, me: Principal, operation: Operation, selection: Selection, counted_at: datetime) -> None:
        state = "failed"
        try:
            steps = self._actions.run(
                me,
                operation.doing,
                selection,
                reason=operation.reason,
                counted_at=counted_at,
                moving=operation.moving,
            )
            async for step in steps:
                operation = replace(operation, progress=step.progress)
                self._results[operation.id] = self._results.get(operation.id, Results()).and_more(step.results)
                self._keep(operation)
                await self._bus.publish(OperationMoved(operation_id=operation.id))
            state = "done"
        except asyncio.CancelledError:
            state = "stopped"
            raise
        except Forbidden:
            state = "stopped"
            log.warning("admin_action.no_admin_any_more", doing=operation.doing, by=me.user_id)
        except Exception as failure:
            log.warning("admin_action.failed", doing=operation.doing, error=type(failure).__name__, exc_info=True)
        finally:
            self._keep(replace(operation, state=state, ended_at=self._clock.now()))
            self._tasks.pop(operation.id, None)
            await self._bus.publish(OperationMoved(operation_id=operation.id))

    def _keep(self, operation: Operation) -> None:
        self._known[operation.id] = operation
        while len(self._known) > MOST_KEPT:
            forgotten, _ = self._known.popitem(last=False)
            self._results.pop(forgotten, None)
