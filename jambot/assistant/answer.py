"""One answer while it is being written: model stream -> followers and check-points -> one last commit.

Nothing here belongs to a tab, and no transaction is open while the model speaks. The row's lease says that somebody is
still writing; a writer that finds its lease gone (stopped elsewhere, deleted, lapsed and settled by a reader) ends
without a word, because the row is no longer its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from jambot.assistant.heard import Heard
from jambot.clock import Clock
from jambot.db.models import ChatMessage, MessageStatus
from jambot.db.repositories import chats as rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import JamBotError, Unavailable
from jambot.events import EventBus
from jambot.events.types import MessageDelta
from jambot.failpoint import failpoint
from jambot.llm.draft import MissionDraft
from jambot.llm.replies import ReplyEvent
from jambot.workspaces import conversation

LEASE = timedelta(seconds=6)
CHECKPOINT_S = 0.8
CANCEL_S = 5.0
PAINT_S = 0.05
SETTLE_WAITS_S = (0.1, 0.5, 1.0, 2.0)
BROKEN = "The answer could not be finished. Retry, or continue from here."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """The row an answer is written to. `so_far` is text it already had, which stays."""

    message_id: str
    workspace_id: str
    user_id: str
    owner: str
    sequence: int
    so_far: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    status: MessageStatus
    error_message: str = ""


class Answer:
    """Writes one answer. `propose` keeps a mission the model proposes, in the commit that settles the answer, and
    returns the proposal's id."""

    def __init__(
        self,
        row: AnswerRow,
        *,
        events: AsyncGenerator[ReplyEvent, None],
        work: UnitOfWork,
        bus: EventBus,
        clock: Clock,
        propose: Callable[[Tx, MissionDraft], str],
    ) -> None:
        self.row = row
        self._events = events
        self._work = work
        self._bus = bus
        self._clock = clock
        self._propose = propose
        self._heard = Heard(row.so_far)
        self._published = len(row.so_far)
        self._kept = len(row.so_far)
        self._woken = asyncio.Event()
        self._stopped = False
        self._task: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """Everything said so far."""
        return self._heard.text

    def start(self) -> asyncio.Task[None]:
        self._task = asyncio.create_task(self._run(), name=f"answer {self.row.message_id}")
        return self._task

    async def stop(self, reason: str) -> None:
        """Stop writing, keep what is there, and return when it is settled. `reason` is shown as `ended`."""
        self._stopped = True
        self._heard.metadata["ended"] = reason
        self._woken.set()
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _run(self) -> None:
        model = asyncio.create_task(self._listen())
        model.add_done_callback(lambda _: self._woken.set())
        try:
            is_ours = await self._relay(model)
            model.cancel()
            await asyncio.wait({model}, timeout=CANCEL_S)
            outcome = self._outcome(model) if is_ours else None
        except asyncio.CancelledError:
            # This task itself is being ended: leave a settled row behind all the same.
            model.cancel()
            await self._settle_shielded(_Outcome(status=MessageStatus.INTERRUPTED))
            raise
        if outcome is not None:
            await self._settle_shielded(outcome)

    async def _listen(self) -> None:
        """Take in what the model says."""
        async with aclosing(self._events) as events:
            async for event in events:
                self._heard.take(event)
                self._woken.set()

    async def _relay(self, model: asyncio.Task[None]) -> bool:
        """Hand on what is new until the model is done or somebody stops it; False when the row was taken from us."""
        loop = asyncio.get_running_loop()
        keep_at = loop.time() + CHECKPOINT_S
        while not (model.done() or self._stopped):
            with suppress(TimeoutError):
                async with asyncio.timeout_at(keep_at):
                    await self._woken.wait()
            self._woken.clear()
            await self._publish()
            if loop.time() >= keep_at:
                keep_at = loop.time() + CHECKPOINT_S
                if not await self._keep():
                    return False
            if not (model.done() or self._stopped):
                await asyncio.sleep(PAINT_S)
        await self._publish()
        return True

    async def _publish(self) -> None:
        offset, new = self._published, self.text[self._published :]
        if new:
            self._published += len(new)
            await self._bus.publish(
                MessageDelta(
                    workspace_id=self.row.workspace_id,
                    user_id=self.row.user_id,
                    message_id=self.row.message_id,
                    offset=offset,
                    text=new,
                )
            )

    async def _keep(self) -> bool:
        """Check-point the text and renew the lease. A database that is away is tried again at the next check-point."""
        text, now = self.text, self._clock.now()
        failpoint("answer.before_checkpoint")
        try:
            is_ours = await self._work.write(
                lambda tx: rows.keep(
                    tx,
                    self.row.message_id,
                    owner=self.row.owner,
                    content=text if len(text) > self._kept else None,
                    lease_expires_at=now + LEASE,
                    now=now,
                )
            )
        except Unavailable:
            log.warning("answer.checkpoint_failed", message=self.row.message_id)
            return True
        if is_ours and len(text) > self._kept:
            failpoint("answer.after_checkpoint")
        self._kept = len(text)
        return is_ours

    def _outcome(self, model: asyncio.Task[None]) -> _Outcome:
        if not model.done() or model.cancelled():
            return _Outcome(status=MessageStatus.INTERRUPTED)
        match model.exception():
            case None:
                return _Outcome(status=MessageStatus.COMPLETE)
            case JamBotError(detail=detail):
                return _Outcome(status=MessageStatus.FAILED, error_message=detail)
            case error:
                log.error("answer.failed", message=self.row.message_id, exc_info=error)
                return _Outcome(status=MessageStatus.FAILED, error_message=BROKEN)

    async def _settle_shielded(self, outcome: _Outcome) -> None:
        await asyncio.shield(asyncio.create_task(self._settle(outcome)))

    async def _settle(self, outcome: _Outcome) -> None:
        """The last commit. When the database stays away, whoever reads the row after its lease settles it."""

        failpoint("answer.before_settle")

        def change(tx: Tx) -> None:
            message = tx.get(ChatMessage, self.row.message_id, with_for_update=True)
            if message is None or message.lease_owner != self.row.owner:
                return
            end, metadata = outcome, dict(self._heard.metadata)
            if self._heard.draft is not None and end.status is MessageStatus.COMPLETE:
                try:
                    metadata["proposal_id"] = self._propose(tx, self._heard.draft)
                except JamBotError as refused:
                    end = _Outcome(status=MessageStatus.FAILED, error_message=refused.detail)
            conversation.settle(
                tx,
                message,
                status=end.status,
                content=self.text,
                error_message=end.error_message,
                metadata=metadata,
                now=self._clock.now(),
            )
            failpoint("answer.before_commit")

        for wait_s in (*SETTLE_WAITS_S, None):
            try:
                await self._work.write(change)
            except Unavailable:
                if wait_s is None:
                    log.error("answer.settle_failed", message=self.row.message_id)
                    return
                await asyncio.sleep(wait_s)
            else:
                failpoint("answer.after_settle")
                return
