"""/api/chats and /api/chat: what is said, and asking the assistant."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from jambot.access import Principal
from jambot.api.deps import Me, Parts
from jambot.api.events import one_stream
from jambot.api.schemas import Body
from jambot.assistant.claims import TurnStarted
from jambot.assistant.following import Piece, follow_answer
from jambot.failpoint import failpoint
from jambot.ids import new_id
from jambot.services import Services
from jambot.workspaces.chat import LARGEST_WINDOW, WINDOW, Window
from jambot.workspaces.view import MessageView

router = APIRouter(tags=["chats"])

# Longer ones are read far enough to be refused with a sentence of their own.
Content = Annotated[str, Field(max_length=2_000_000)]
ClientId = Annotated[str, Field(min_length=1, max_length=64)]


class NewMessage(Body):
    """Only people's messages are stored; the assistant's come from asking."""

    content: Content
    role: Literal["user"] = "user"
    client_id: ClientId | None = None


class Ask(Body):
    chat_id: str
    content: Content
    client_id: ClientId | None = None


class NewTurn(Body):
    """Without `workspace_id` a workspace is made for the message."""

    workspace_id: str | None = None
    content: Content
    client_id: ClientId
    asset_ids: Annotated[list[str], Field(max_length=50)] = []


class Edit(Body):
    content: Content
    rerun: bool = False


class Edited(BaseModel):
    """`turn` is the answer begun by it, if one was asked for."""

    message: MessageView
    turn: TurnStarted | None


@router.get("/chats/{chat_id}/messages")
async def list_messages(
    chat_id: str,
    parts: Parts,
    me: Me,
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_WINDOW)] = WINDOW,
) -> Window:
    """The last messages, oldest first, or the last of those before a sequence."""
    return await parts.chats.window_of_chat(me, chat_id, before=before, limit=limit)


@router.post("/chats/{chat_id}/messages", status_code=201)
async def store_message(chat_id: str, body: NewMessage, parts: Parts, me: Me) -> MessageView:
    """Store a message without asking the assistant. The same `client_id` again is the same message."""
    stored = await parts.chats.store(me, chat_id, body.content, client_id=body.client_id)
    failpoint("msg.before_ack")
    return stored


@router.post("/chat/turns", status_code=202)
async def start_turn(body: NewTurn, parts: Parts, me: Me) -> TurnStarted:
    """Store a message and begin to answer it. The same `client_id` again is the same turn."""
    started = await parts.turns.start(
        me, body.workspace_id, body.content, client_id=body.client_id, asset_ids=body.asset_ids
    )
    failpoint("msg.before_ack")
    return started


@router.post("/chat/stream", response_class=StreamingResponse, dependencies=[one_stream])
async def stream_answer(body: Ask, parts: Parts, me: Me) -> StreamingResponse:
    """Store a message and answer it as server-sent events: `started`, `delta` {offset, text} ..., `settled` {message}.

    The answer goes on when the listener leaves; asking again with the same `client_id` joins it from its beginning.
    """
    workspace_id = await parts.chats.workspace_of(me, body.chat_id)
    started = await parts.turns.start(me, workspace_id, body.content, client_id=body.client_id or new_id())
    return StreamingResponse(
        _events(parts, me, started),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.post("/chat/{workspace_id}/stop", status_code=204)
async def stop_answer(workspace_id: str, parts: Parts, me: Me) -> None:
    """Stop the answer being written and keep its text. Nothing to stop is no error."""
    await parts.turns.stop(me, workspace_id)


@router.get("/chat/messages/{message_id}")
async def read_message(message_id: str, parts: Parts, me: Me) -> MessageView:
    """One message."""
    return await parts.chats.message(me, message_id)


@router.post("/chat/messages/{message_id}/retry", status_code=202)
async def retry_answer(message_id: str, parts: Parts, me: Me) -> TurnStarted:
    """Write the last answer again, in its place."""
    return await parts.turns.retry(me, message_id)


@router.post("/chat/messages/{message_id}/continue", status_code=202)
async def continue_answer(message_id: str, parts: Parts, me: Me) -> TurnStarted:
    """Go on with an answer that was interrupted or failed."""
    return await parts.turns.continue_answer(me, message_id)


@router.post("/chat/messages/{message_id}/keep")
async def keep_answer(message_id: str, parts: Parts, me: Me) -> MessageView:
    """Leave an answer that was interrupted or failed as it is."""
    return await parts.chats.keep(me, message_id)


@router.put("/chat/messages/{message_id}")
async def edit_message(message_id: str, body: Edit, parts: Parts, me: Me) -> Edited:
    """Replace the text of an own message. With `rerun`, what followed is taken away and it is answered anew."""
    if not body.rerun:
        return Edited(message=await parts.chats.edit(me, message_id, body.content), turn=None)
    turn = await parts.turns.edit_and_rerun(me, message_id, body.content)
    return Edited(message=await parts.chats.message(me, message_id), turn=turn)


async def _events(parts: Services, me: Principal, started: TurnStarted) -> AsyncGenerator[str, None]:
    yield _event("started", asdict(started))
    following = follow_answer(
        me, started.workspace_id, started.answer_id, bus=parts.bus, turns=parts.turns, chats=parts.chats
    )
    async with aclosing(following):
        async for each in following:
            match each:
                case Piece(text=""):
                    yield ": still writing\n\n"
                case Piece():
                    yield _event("delta", asdict(each))
                case MessageView():
                    yield _event("settled", {"message": asdict(each)})


def _event(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
