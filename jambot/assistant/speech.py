"""What the model says for one answer: given the conversation before it, or asked to go on where it stopped."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Protocol, cast

from sqlmodel import Session

from jambot.assistant.answer import AnswerRow
from jambot.assistant.prompt import CONTINUE, MOST_ASSETS, MOST_MESSAGES, MOST_PINNED, context_of, history_of
from jambot.db.repositories import assets as asset_rows
from jambot.db.repositories import chats as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.llm.replies import AssistantContext, HistoryMessage, ReplyEvent, TextDelta
from jambot.workspaces.asset_view import asset_view
from jambot.workspaces.chat import message_view

Speech = AsyncGenerator[ReplyEvent, None]


class Reply(Protocol):
    """The model: takes a conversation whose last message is the person's, gives the answer as a stream."""

    def __call__(
        self, *, history: Sequence[HistoryMessage], context: AssistantContext
    ) -> AsyncIterator[ReplyEvent]: ...


async def speech(work: UnitOfWork, reply: Reply, row: AnswerRow, *, is_repeatable: bool) -> Speech:
    """The events of one answer. To go on, a model whose answers are repeatable is heard again and what was said is
    left out; any other is asked to continue."""
    history, context = await work.read(lambda session: _given(session, row))
    if row.so_far and not is_repeatable:
        said = HistoryMessage(role="assistant", content=row.so_far)
        history = (*history, said, HistoryMessage(role="user", content=CONTINUE))
    # Every model is an async generator in truth; closing it is what stops it.
    events = cast(Speech, reply(history=history, context=context))
    if row.so_far and is_repeatable:
        events = _without_start(events, row.so_far)
    async with aclosing(events):
        async for event in events:
            yield event


async def _without_start(events: Speech, so_far: str) -> Speech:
    """`events` without the start that was already said; all of it, as a new paragraph, when it begins otherwise."""
    heard = ""
    is_past = False
    async with aclosing(events):
        async for event in events:
            if is_past or not isinstance(event, TextDelta):
                yield event
                continue
            heard += event.text
            if so_far.startswith(heard):
                continue
            is_past = True
            yield TextDelta(text=heard[len(so_far) :] if heard.startswith(so_far) else f"\n\n{heard}")


def _given(session: Session, row: AnswerRow) -> tuple[tuple[HistoryMessage, ...], AssistantContext]:
    """The conversation before the answer, the workspace's files, those just attached first, and what is pinned."""
    chat_id = rows.require_message(session, user_id=row.user_id, message_id=row.message_id).chat_id
    messages = rows.window(session, chat_id, before=row.sequence, limit=MOST_MESSAGES)
    attached = [each["id"] for each in messages[-1].message_metadata.get("assets", [])] if messages else []
    assets = asset_rows.of_workspace(session, row.workspace_id, limit=MOST_ASSETS)
    assets.sort(key=lambda asset: attached.index(asset.id) if asset.id in attached else len(attached))
    pinned = workspace_rows.pinned(session, row.user_id, limit=MOST_PINNED)
    context = context_of([asset_view(each) for each in assets], pinned=pinned)
    return history_of([message_view(each) for each in messages]), context
