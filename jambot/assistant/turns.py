"""From one message of a person to one saved answer.

A turn begins with one commit (the message and an empty answer under a lease) and then belongs to the server: closing
the tab changes nothing. One workspace has one turn at a time; the database decides who has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from jambot.access import Principal, Role
from jambot.assistant import claims
from jambot.assistant.answer import LEASE, Answer, AnswerRow
from jambot.assistant.claims import Begun, TurnStarted
from jambot.assistant.proposing import KeepProposal, keep_proposal
from jambot.assistant.speech import Reply, speech
from jambot.clock import Clock
from jambot.db.models import MessageRole, MessageStatus
from jambot.db.repositories import chats as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import Unavailable, WrongState
from jambot.events import EventBus
from jambot.failpoint import failpoint
from jambot.meter import meter
from jambot.workspaces import conversation
from jambot.workspaces.message_text import checked_client_id, checked_content

T = TypeVar("T")


class Turns:
    """Starts, stops and repeats the assistant's answers. Made once per process; `aclose` it at the end."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        bus: EventBus,
        clock: Clock,
        reply: Reply,
        is_repeatable: bool = False,
        guest_messages: int = 50,
        keep_proposal: KeepProposal = keep_proposal,
    ) -> None:
        """`is_repeatable` says that the model gives the same answer to the same conversation, as the embedded one
        does: then going on means taking what was not said yet, not asking to continue."""
        self._work = work
        self._bus = bus
        self._clock = clock
        self._reply = reply
        self._keep_proposal = keep_proposal
        self._is_repeatable = is_repeatable
        self._guest_messages = guest_messages
        self._live: dict[str, Answer] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._closing = False
        self._made_at = clock.now()

    async def start(
        self,
        me: Principal,
        workspace_id: str | None,
        content: str,
        *,
        client_id: str,
        asset_ids: Sequence[str] = (),
    ) -> TurnStarted:
        """Store what the person says and begin to answer it; returns after the first commit.

        Without `workspace_id` a workspace is made in the same commit. The same `client_id` again is the same turn.

        Raises:
            TurnInProgress: the workspace is still being answered in.
            NotFound, InvalidInput, TooLarge, WrongState, Unavailable: nothing was stored.
        """
        content, client_id = checked_content(content), checked_client_id(client_id)

        def change(tx: Tx) -> Begun:
            now = self._clock.now()
            workspace = claims.workspace_for(tx, me, workspace_id, client_id, now)
            question, begun = claims.already_begun(tx, workspace, client_id)
            if begun is not None:
                return begun
            claims.claim(tx, workspace, now)
            if question is None and me.role is Role.GUEST:
                claims.require_guest_room(tx, me, self._guest_messages)
            question = question or conversation.append(
                tx,
                workspace,
                role=MessageRole.USER,
                content=content,
                client_id=client_id,
                metadata=claims.attached(tx, workspace, asset_ids),
                now=now,
                device=me.device,
            )
            return claims.append_answer(tx, workspace, question, now)

        return await self._begin(change)

    async def retry(self, me: Principal, message_id: str) -> TurnStarted:
        """Answer again: given the last answer, or the last message of the person. The earlier answer is replaced.

        Raises:
            TurnInProgress, NotFound, WrongState, Unavailable: nothing was changed.
        """

        def change(tx: Tx) -> Begun:
            now = self._clock.now()
            workspace, message = claims.claim_at(tx, me, message_id, now)
            is_question = message.role == MessageRole.USER
            question = message if is_question else rows.message_at(tx, message.chat_id, message.sequence - 1)
            answer = rows.message_at(tx, message.chat_id, message.sequence + 1) if is_question else message
            if question is None:
                raise WrongState("There is nothing to answer.")
            if answer is None:
                return claims.append_answer(tx, workspace, question, now)
            claims.require_last_answer(tx, answer)
            return claims.reopen_answer(tx, question, answer, so_far="", now=now)

        return await self._begin(change)

    async def continue_answer(self, me: Principal, message_id: str) -> TurnStarted:
        """Go on with the last answer where it was interrupted or failed; what it says stays.

        Raises:
            TurnInProgress, NotFound, WrongState, Unavailable: nothing was changed.
        """

        def change(tx: Tx) -> Begun:
            now = self._clock.now()
            _, answer = claims.claim_at(tx, me, message_id, now)
            claims.require_last_answer(tx, answer)
            if answer.status not in {MessageStatus.INTERRUPTED, MessageStatus.FAILED}:
                raise WrongState("This answer is already whole.")
            question = rows.message_at(tx, answer.chat_id, answer.sequence - 1)
            return claims.reopen_answer(tx, question or answer, answer, so_far=answer.content, now=now)

        return await self._begin(change)

    async def edit_and_rerun(self, me: Principal, message_id: str, content: str) -> TurnStarted:
        """Replace an own message, take away everything said after it, and answer it anew, in one commit.

        Raises:
            TurnInProgress, NotFound, InvalidInput, TooLarge, WrongState, Unavailable: nothing was changed.
        """
        content = checked_content(content)

        def change(tx: Tx) -> Begun:
            now = self._clock.now()
            workspace, question = claims.claim_at(tx, me, message_id, now)
            conversation.edit(tx, question, content=content, now=now)
            conversation.cut_after(tx, workspace, question)
            return claims.append_answer(tx, workspace, question, now)

        return await self._begin(change)

    async def stop(self, me: Principal, workspace_id: str) -> None:
        """Stop the answer being written, keep its text, and return when it is settled. Nothing to stop is no error.

        Raises:
            NotFound: not there, or not yours.
        """

        def find(session: Session) -> str | None:
            workspace = workspace_rows.require(session, user_id=me.user_id, workspace_id=workspace_id)
            streaming = rows.streaming_in(session, workspace.chat_id)
            return streaming.id if streaming else None

        message_id = await self._work.read(find)
        if message_id is None:
            return
        if message_id in self._live:
            await self._live[message_id].stop("stopped")
            return

        def settle(tx: Tx) -> None:
            message = rows.require_message(tx, user_id=me.user_id, message_id=message_id)
            if message.status == MessageStatus.STREAMING:
                # Written by another process, which finds its lease gone at the next check-point.
                conversation.settle(
                    tx,
                    message,
                    status=MessageStatus.INTERRUPTED,
                    metadata={"ended": "stopped"},
                    now=self._clock.now(),
                )

        await self._work.write(settle)

    async def settle_left_behind(self) -> int:
        """Settle what a process before this one was writing when it died; how many answers there were.

        Only for a process that has its database to itself: elsewhere the lease of a writer that lives says the same.
        """
        before = self._made_at + LEASE
        return await self._work.write(lambda tx: conversation.settle_lapsed(tx, now=self._clock.now(), before=before))

    def live_text(self, message_id: str) -> str | None:
        """Everything an answer says so far when this process writes it, else None."""
        answer = self._live.get(message_id)
        return answer.text if answer else None

    async def aclose(self) -> None:
        """Take no new turns and settle every running one as interrupted, its text kept."""
        self._closing = True
        await asyncio.gather(*(answer.stop("shutdown") for answer in list(self._live.values())))
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _begin(self, change: Callable[[Tx], Begun]) -> TurnStarted:
        if self._closing:
            raise Unavailable
        # A task of its own: a caller that goes away after the commit must not leave an answer nobody writes.
        return await asyncio.shield(self._spawn(self._commit_and_answer(change)))

    async def _commit_and_answer(self, change: Callable[[Tx], Begun]) -> TurnStarted:
        def whole(tx: Tx) -> Begun:
            begun = change(tx)
            failpoint("msg.before_commit")
            return begun

        try:
            begun = await self._work.write(whole)
        except IntegrityError:
            # The same request ran twice at once on PostgreSQL; the other one is committed, so now it is found.
            begun = await self._work.write(whole)
        failpoint("msg.after_commit")
        if begun.answer is not None:
            meter.count("turns")
            self._answer(begun.answer)
        return begun.started

    def _answer(self, row: AnswerRow) -> None:
        answer = Answer(
            row,
            events=speech(self._work, self._reply, row, is_repeatable=self._is_repeatable),
            work=self._work,
            bus=self._bus,
            clock=self._clock,
            propose=lambda tx, draft: self._keep_proposal(tx, row, draft, self._clock.now()),
        )
        self._live[row.message_id] = answer
        self._spawn(answer.start()).add_done_callback(lambda _: self._live.pop(row.message_id, None))

    def _spawn(self, work: Coroutine[object, object, T] | asyncio.Task[T]) -> asyncio.Task[T]:
        task = work if isinstance(work, asyncio.Task) else asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
