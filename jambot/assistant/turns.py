"""From one message of a person to one saved answer.

A turn begins with one commit (the message and an empty answer under a lease) and then belongs to the server: closing
the tab changes nothing. One workspace has one turn at a time; the database decides who has it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from jambot.access import Principal
from jambot.assistant.answer import LEASE, Answer, AnswerRow
from jambot.assistant.prompt import CONTINUE, MOST_ASSETS, MOST_MESSAGES, context_of, history_of
from jambot.clock import Clock
from jambot.db.models import ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.repositories import assets as asset_rows
from jambot.db.repositories import chats as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import NotFound, TurnInProgress, Unavailable, WrongState
from jambot.events import EventBus
from jambot.failpoint import failpoint
from jambot.llm.draft import MissionDraft
from jambot.llm.replies import AssistantContext, HistoryMessage, ReplyEvent, TextDelta
from jambot.workspaces import conversation
from jambot.workspaces.asset_view import asset_view
from jambot.workspaces.chat import has_lapsed, message_view
from jambot.workspaces.message_text import checked_client_id, checked_content
from jambot.workspaces.story import new_workspace, wake

T = TypeVar("T")


class Reply(Protocol):
    """The model: takes a conversation whose last message is the person's, gives the answer as a stream."""

    def __call__(self, history: Sequence[HistoryMessage], context: AssistantContext) -> AsyncIterator[ReplyEvent]: ...


class Proposals(Protocol):
    """Where a mission that the model proposes is kept."""

    async def propose(
        self, me: Principal, workspace_id: str, draft: MissionDraft, *, message_id: str | None = None
    ) -> str:
        """Save it as waiting for a yes or no; the proposal's id."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """`message_id` and `sequence` are the person's message, `answer_id` the row the answer is written to."""

    workspace_id: str
    chat_id: str
    message_id: str
    sequence: int
    answer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What the first commit made; `answer` is None when the turn was already begun by an earlier request."""

    started: TurnStarted
    answer: AnswerRow | None


class Turns:
    """Starts, stops and repeats the assistant's answers. Made once per process; `aclose` it at the end."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        bus: EventBus,
        clock: Clock,
        reply: Reply,
        proposals: Proposals,
        repeats_itself: bool = False,
    ) -> None:
        """`repeats_itself` says that the model gives the same answer to the same conversation, as the embedded one
        does: then going on means taking what was not said yet, not asking to continue."""
        self._work = work
        self._bus = bus
        self._clock = clock
        self._reply = reply
        self._proposals = proposals
        self._repeats_itself = repeats_itself
        self._live: dict[str, Answer] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._closing = False

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

        def change(tx: Tx) -> _Begun:
            workspace = self._workspace(tx, me, workspace_id, client_id)
            question = rows.sent_as(tx, workspace.chat_id, client_id)
            if question is not None:
                follower = rows.message_at(tx, workspace.chat_id, question.sequence + 1)
                if follower is not None:
                    return _Begun(started=_started(question, follower), answer=None)
            self._claim(tx, workspace)
            if question is None:
                question = conversation.append(
                    tx,
                    workspace,
                    role=MessageRole.USER,
                    content=content,
                    client_id=client_id,
                    metadata=_attached(tx, workspace, asset_ids),
                    now=self._clock.now(),
                )
            return self._append_answer(tx, workspace, question)

        return await self._begin(me, change)

    async def retry(self, me: Principal, message_id: str) -> TurnStarted:
        """Answer again: given the last answer, or the last message of the person. The earlier answer is replaced.

        Raises:
            TurnInProgress, NotFound, WrongState, Unavailable: nothing was changed.
        """

        def change(tx: Tx) -> _Begun:
            workspace, message = self._held(tx, me, message_id)
            is_question = message.role == MessageRole.USER
            question = message if is_question else rows.message_at(tx, message.chat_id, message.sequence - 1)
            answer = rows.message_at(tx, message.chat_id, message.sequence + 1) if is_question else message
            if question is None:
                raise WrongState("There is nothing to answer.")
            if answer is None:
                return self._append_answer(tx, workspace, question)
            self._require_last_answer(tx, answer)
            return self._reopen(tx, question, answer, so_far="")

        return await self._begin(me, change)

    async def continue_answer(self, me: Principal, message_id: str) -> TurnStarted:
        """Go on with the last answer where it was interrupted or failed; what it says stays.

        Raises:
            TurnInProgress, NotFound, WrongState, Unavailable: nothing was changed.
        """

        def change(tx: Tx) -> _Begun:
            _, answer = self._held(tx, me, message_id)
            self._require_last_answer(tx, answer)
            if answer.status not in {MessageStatus.INTERRUPTED, MessageStatus.FAILED}:
                raise WrongState("This answer is already whole.")
            question = rows.message_at(tx, answer.chat_id, answer.sequence - 1)
            return self._reopen(tx, question or answer, answer, so_far=answer.content)

        return await self._begin(me, change)

    async def edit_and_rerun(self, me: Principal, message_id: str, content: str) -> TurnStarted:
        """Replace an own message, take away everything said after it, and answer it anew, in one commit.

        Raises:
            TurnInProgress, NotFound, InvalidInput, TooLarge, WrongState, Unavailable: nothing was changed.
        """
        content = checked_content(content)

        def change(tx: Tx) -> _Begun:
            workspace, question = self._held(tx, me, message_id)
            conversation.edit(tx, question, content=content, now=self._clock.now())
            conversation.cut_after(tx, workspace, question)
            return self._append_answer(tx, workspace, question)

        return await self._begin(me, change)

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

    async def _begin(self, me: Principal, change: Callable[[Tx], _Begun]) -> TurnStarted:
        if self._closing:
            raise Unavailable
        # A task of its own: a caller that goes away after the commit must not leave an answer nobody writes.
        return await asyncio.shield(self._spawn(self._commit_and_answer(me, change)))

    async def _commit_and_answer(self, me: Principal, change: Callable[[Tx], _Begun]) -> TurnStarted:
        def whole(tx: Tx) -> _Begun:
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
            self._answer(me, begun.answer)
        return begun.started

    def _answer(self, me: Principal, row: AnswerRow) -> None:
        answer = Answer(
            row,
            events=self._speak(row),
            work=self._work,
            bus=self._bus,
            clock=self._clock,
            propose=lambda draft: self._proposals.propose(me, row.workspace_id, draft, message_id=row.message_id),
        )
        self._live[row.message_id] = answer
        self._spawn(answer.start()).add_done_callback(lambda _: self._live.pop(row.message_id, None))

    async def _speak(self, row: AnswerRow) -> AsyncIterator[ReplyEvent]:
        history, context = await self._work.read(lambda session: _given(session, row))
        if not row.so_far:
            speech = self._reply(history, context)
        elif self._repeats_itself:
            speech = _without_start(self._reply(history, context), row.so_far)
        else:
            so_far = HistoryMessage(role="assistant", content=row.so_far)
            speech = self._reply((*history, so_far, HistoryMessage(role="user", content=CONTINUE)), context)
        async for event in speech:
            yield event

    def _workspace(self, tx: Tx, me: Principal, workspace_id: str | None, client_id: str) -> UserSession:
        if workspace_id is not None:
            return workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
        # Named by the request that makes it, so that a resend finds it whatever became of the first answer.
        workspace_id = str(uuid5(UUID(me.user_id), f"workspace of {client_id}"))
        with suppress(NotFound):
            return workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
        return new_workspace(tx, user_id=me.user_id, workspace_id=workspace_id, now=self._clock.now())

    def _held(self, tx: Tx, me: Principal, message_id: str) -> tuple[UserSession, ChatMessage]:
        """A message in a workspace that nobody is being answered in, held until the unit ends."""
        workspace_id = rows.require_message(tx, user_id=me.user_id, message_id=message_id).workspace_id
        workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
        wake(tx, workspace, self._clock.now())
        self._claim(tx, workspace)
        # Read again now that it is held: it may have been removed while this unit waited.
        tx.expire_all()
        return workspace, rows.require_message(tx, user_id=me.user_id, message_id=message_id)

    def _claim(self, tx: Tx, workspace: UserSession) -> None:
        streaming = rows.streaming_in(tx, workspace.chat_id)
        if streaming is None:
            return
        if not has_lapsed(streaming, self._clock):
            raise TurnInProgress
        conversation.settle(tx, streaming, status=MessageStatus.INTERRUPTED, now=self._clock.now())
        tx.flush()

    def _require_last_answer(self, tx: Tx, answer: ChatMessage) -> None:
        if answer.role != MessageRole.ASSISTANT or rows.message_at(tx, answer.chat_id, answer.sequence + 1) is not None:
            raise WrongState("Only the last answer can be written again.")

    def _append_answer(self, tx: Tx, workspace: UserSession, question: ChatMessage) -> _Begun:
        now = self._clock.now()
        owner = secrets.token_hex(16)
        answer = conversation.append(
            tx,
            workspace,
            role=MessageRole.ASSISTANT,
            content="",
            status=MessageStatus.STREAMING,
            lease_owner=owner,
            lease_expires_at=now + LEASE,
            now=now,
        )
        return _begun(question, answer, owner, so_far="")

    def _reopen(self, tx: Tx, question: ChatMessage, answer: ChatMessage, *, so_far: str) -> _Begun:
        now = self._clock.now()
        owner = secrets.token_hex(16)
        conversation.reopen(tx, answer, so_far=so_far, lease_owner=owner, lease_expires_at=now + LEASE, now=now)
        return _begun(question, answer, owner, so_far=so_far)

    def _spawn(self, work: Coroutine[object, object, T] | asyncio.Task[T]) -> asyncio.Task[T]:
        task = work if isinstance(work, asyncio.Task) else asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _without_start(speech: AsyncIterator[ReplyEvent], so_far: str) -> AsyncIterator[ReplyEvent]:
    """`speech` without the start that was already said; all of it, on a new paragraph, when it begins otherwise."""
    heard = ""
    is_past = False
    async for event in speech:
        if is_past or not isinstance(event, TextDelta):
            yield event
            continue
        heard += event.text
        if so_far.startswith(heard):
            continue
        is_past = True
        yield TextDelta(text=heard[len(so_far) :] if heard.startswith(so_far) else f"\n\n{heard}")


def _attached(tx: Tx, workspace: UserSession, asset_ids: Sequence[str]) -> dict[str, Any]:
    """The message's mention of files, by id and by the name they had. Raises `NotFound` for one that is not here."""
    wanted = list(dict.fromkeys(asset_ids))
    found = asset_rows.among(tx, workspace.id, wanted) if wanted else {}
    if len(found) != len(wanted):
        raise NotFound
    return {"assets": [{"id": each, "name": found[each].name} for each in wanted]} if wanted else {}


def _given(session: Session, row: AnswerRow) -> tuple[tuple[HistoryMessage, ...], AssistantContext]:
    """What the model is given for an answer: the conversation before it, and the files, those just attached first."""
    chat_id = rows.require_message(session, user_id=row.user_id, message_id=row.message_id).chat_id
    messages = rows.window(session, chat_id, before=row.sequence, limit=MOST_MESSAGES)
    attached = [each["id"] for each in messages[-1].message_metadata.get("assets", [])] if messages else []
    assets = asset_rows.of_workspace(session, row.workspace_id, limit=MOST_ASSETS)
    assets.sort(key=lambda asset: attached.index(asset.id) if asset.id in attached else len(attached))
    return history_of([message_view(each) for each in messages]), context_of([asset_view(each) for each in assets])


def _begun(question: ChatMessage, answer: ChatMessage, owner: str, *, so_far: str) -> _Begun:
    row = AnswerRow(
        message_id=answer.id,
        workspace_id=answer.workspace_id,
        user_id=answer.user_id,
        owner=owner,
        sequence=answer.sequence,
        so_far=so_far,
    )
    return _Begun(started=_started(question, answer), answer=row)


def _started(question: ChatMessage, answer: ChatMessage) -> TurnStarted:
    return TurnStarted(
        workspace_id=question.workspace_id,
        chat_id=question.chat_id,
        message_id=question.id,
        sequence=question.sequence,
        answer_id=answer.id,
    )
