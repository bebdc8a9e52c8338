"""What the model says for one answer: given the conversation before it, or asked to go on where it stopped."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from sqlmodel import Session

from jambot.assistant.answer import AnswerRow
from jambot.assistant.prompt import CONTINUE, MOST_ASSETS, MOST_MESSAGES, context_of, history_of
from jambot.db.repositories import assets as asset_rows
from jambot.db.repositories import chats as rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.llm.providers import LOCAL_NAME
from jambot.llm.replies import AssistantContext, HistoryMessage, ReplyEvent, TextDelta
from jambot.llm.reply import stream_reply
from jambot.settings import Settings
from jambot.workspaces.asset_view import asset_view
from jambot.workspaces.chat import message_view

Speech = AsyncGenerator[ReplyEvent, None]


class Reply(Protocol):
    """The model: takes a conversation whose last message is the person's, gives the answer as a stream."""

    def __call__(self, history: Sequence[HistoryMessage], context: AssistantContext) -> Speech: ...


def model_reply(settings: Settings, *, pause_s: float = 0.008) -> Reply:
    """The configured model. `pause_s` is between two words of the embedded one, so that it can be read as it comes."""

    def reply(history: Sequence[HistoryMessage], context: AssistantContext) -> Speech:
        # The function is an async generator, which its annotation does not say.
        return stream_reply(  # type: ignore[return-value]
            settings.model, history=history, context=context, settings=settings, pause_s=pause_s
        )

    return reply


def repeats_itself(settings: Settings) -> bool:
    """Whether the configured model gives the same answer to the same conversation."""
    return settings.model == LOCAL_NAME


async def speech(work: UnitOfWork, reply: Reply, row: AnswerRow, *, is_repeatable: bool) -> Speech:
    """The events of one answer. To go on, a model whose answers are repeatable is heard again and what was said is
    left out; any other is asked to continue."""
    history, context = await work.read(lambda session: _given(session, row))
    if not row.so_far:
        events = reply(history, context)
    elif is_repeatable:
        events = _without_start(reply(history, context), row.so_far)
    else:
        said = HistoryMessage(role="assistant", content=row.so_far)
        events = reply((*history, said, HistoryMessage(role="user", content=CONTINUE)), context)
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
    """The conversation before the answer, and the workspace's files, those just attached first."""
    chat_id = rows.require_message(session, user_id=row.user_id, message_id=row.message_id).chat_id
    messages = rows.window(session, chat_id, before=row.sequence, limit=MOST_MESSAGES)
    attached = [each["id"] for each in messages[-1].message_metadata.get("assets", [])] if messages else []
    assets = asset_rows.of_workspace(session, row.workspace_id, limit=MOST_ASSETS)
    assets.sort(key=lambda asset: attached.index(asset.id) if asset.id in attached else len(attached))
    return history_of([message_view(each) for each in messages]), context_of([asset_view(each) for each in assets])
