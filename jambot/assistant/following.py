"""An answer as its follower sees it: what is there already, then what comes, then how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from jambot.access import Principal
from jambot.assistant.turns import Turns
from jambot.events import EventBus, listening
from jambot.events.bus import Subscription
from jambot.events.types import LoginEnded, MessageDelta, MessageSettled, login_topic, workspace_topic
from jambot.workspaces.chat import ChatService
from jambot.workspaces.view import MessageView

LOOK_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A further piece of an answer; `offset` is the length of the text before it. An empty one is a sign of life."""

    offset: int
    text: str


async def follow_answer(
    me: Principal, workspace_id: str, message_id: str, *, bus: EventBus, turns: Turns, chats: ChatService
) -> AsyncGenerator[Piece | MessageView, None]:
    """The pieces of an answer from its beginning, without gaps or doubles, and last the settled message.

    Ends without it when the follower's login ends. Raises `NotFound`.
    """
    sent = 0
    async with listening(bus, workspace_topic(workspace_id), login_topic(me.login_id)) as heard:
        while True:
            # The row is the truth; what this process writes is ahead of it. Looked at again after every gap or silence.
            message = await chats.message(me, message_id)
            text = message.content if message.status != "streaming" else turns.live_text(message_id) or message.content
            if len(text) > sent:
                yield Piece(offset=sent, text=text[sent:])
                sent = len(text)
            if message.status != "streaming":
                yield message
                return
            async for piece in _pieces(heard, message_id, sent):
                if piece is None:
                    return
                yield piece
                sent = piece.offset + len(piece.text)


async def _pieces(heard: Subscription, message_id: str, sent: int) -> AsyncGenerator[Piece | None, None]:
    """Pieces that fit behind `sent`; ends when the row has to be looked at again, None when the login ended."""
    while True:
        try:
            async with asyncio.timeout(LOOK_AGAIN_S):
                event = await heard.next()
        except TimeoutError:
            yield Piece(offset=sent, text="")
            return
        match event:
            case LoginEnded():
                yield None
                return
            case MessageSettled(message_id=settled) if settled == message_id:
                return
            case MessageDelta(message_id=said) if said == message_id:
                if event.offset > sent or heard.missed:
                    heard.missed = False
                    return
                if event.offset + len(event.text) > sent:
                    new = event.text[sent - event.offset :]
                    yield Piece(offset=sent, text=new)
                    sent += len(new)
