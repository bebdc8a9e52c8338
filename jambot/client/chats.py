"""The client's calls about what is said, and its outbox for when the server is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

from jambot.client.errors import Offline, TurnInProgress
from jambot.client.outbox import Outbox, Waiting
from jambot.client.shapes import Delta, Message, MessagePage, Settled, Started
from jambot.client.transport import Transport

StreamEvent = Started | Delta | Settled


class Chats:
    _transport: Transport
    outbox: Outbox
    _flushing: asyncio.Lock

    async def get_messages(self, chat_id: str, *, before: int | None = None, limit: int = 50) -> MessagePage:
        """The last messages of a chat, or the last of those before a sequence."""
        params = {"limit": limit} | ({} if before is None else {"before": before})
        return MessagePage.model_validate(
            await self._transport.call("GET", f"/chats/{chat_id}/messages", params=params)
        )

    async def get_message(self, message_id: str) -> Message:
        return Message.model_validate(await self._transport.call("GET", f"/chat/messages/{message_id}"))

    async def store_message(self, chat_id: str, content: str, *, client_id: str | None = None) -> Message:
        """Store a message without asking the assistant."""
        body = {"content": content, "client_id": client_id or str(uuid4())}
        return Message.model_validate(
            await self._transport.call("POST", f"/chats/{chat_id}/messages", keyed=False, json=body)
        )

    async def send(
        self, session_id: str | None, content: str, *, asset_ids: Sequence[str] = (), client_id: str | None = None
    ) -> Started | Waiting:
        """Send a message to be answered. Without a session one is made for it.

        While the server is away, or older messages wait, it waits in the outbox: call `flush` later.

        Raises:
            TurnInProgress: the assistant is still answering there.
            ApiError: it was refused, and does not wait.
        """
        message = Waiting(
            client_id=client_id or str(uuid4()), session_id=session_id, content=content, asset_ids=tuple(asset_ids)
        )
        if self.outbox.waiting:
            self.outbox.add(message)
            return message
        try:
            return await self._deliver(message)
        except Offline:
            self.outbox.add(message)
            return message

    async def flush(self) -> list[Started]:
        """Send what waits, in order; ends early while the server is away or the assistant still answers."""
        delivered: list[Started] = []
        async with self._flushing:
            while self.outbox.waiting:
                message = self.outbox.waiting[0]
                try:
                    delivered.append(await self._deliver(message))
                except (Offline, TurnInProgress):
                    break
                self.outbox.remove(message.client_id)
        return delivered

    async def stream(self, chat_id: str, content: str, *, client_id: str | None = None) -> AsyncIterator[StreamEvent]:
        """Send a message and hear its answer: `Started`, `Delta` ..., `Settled`.

        A connection that breaks is joined again, and nothing is said twice.
        """
        body = {"chat_id": chat_id, "content": content, "client_id": client_id or str(uuid4())}
        heard = 0
        tries_left = 5
        has_started = False
        while True:
            try:
                async for event in self._events(body):
                    if isinstance(event, Delta):
                        event = _behind(event, heard)
                        heard = max(heard, event.offset + len(event.text))
                    if (isinstance(event, Started) and has_started) or (isinstance(event, Delta) and not event.text):
                        continue
                    has_started = True
                    yield event
                    if isinstance(event, Settled):
                        return
            except Offline:
                if tries_left == 0:
                    raise
            else:
                if tries_left == 0:
                    raise Offline("The answer was not heard to its end.")
            tries_left -= 1

    async def stop(self, session_id: str) -> None:
        """Stop the answer being written; its text stays."""
        await self._transport.call("POST", f"/chat/{session_id}/stop")

    async def retry(self, message_id: str) -> Started:
        """Have the last answer written again."""
        return Started.model_validate(await self._transport.call("POST", f"/chat/messages/{message_id}/retry"))

    async def continue_answer(self, message_id: str) -> Started:
        """Have an interrupted answer gone on with."""
        return Started.model_validate(await self._transport.call("POST", f"/chat/messages/{message_id}/continue"))

    async def keep_answer(self, message_id: str) -> Message:
        """Leave an answer that was interrupted or failed as it is."""
        return Message.model_validate(await self._transport.call("POST", f"/chat/messages/{message_id}/keep"))

    async def edit_message(self, message_id: str, content: str) -> Message:
        """Replace the text of an own message."""
        answer = await self._transport.call("PUT", f"/chat/messages/{message_id}", json={"content": content})
        return Message.model_validate(answer["message"])

    async def _deliver(self, message: Waiting) -> Started:
        body = {
            "workspace_id": message.session_id,
            "content": message.content,
            "client_id": message.client_id,
            "asset_ids": list(message.asset_ids),
        }
        return Started.model_validate(await self._transport.call("POST", "/chat/turns", keyed=False, json=body))

    async def _events(self, body: dict[str, str]) -> AsyncIterator[StreamEvent]:
        async with self._transport.stream("POST", "/chat/stream", json=body) as answer:
            name = ""
            async for line in answer.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name in _EVENTS:
                    yield _EVENTS[name].model_validate(json.loads(value))


_EVENTS: dict[str, type[StreamEvent]] = {"started": Started, "delta": Delta, "settled": Settled}


def _behind(delta: Delta, heard: int) -> Delta:
    """What of a piece is not known yet."""
    known = max(0, heard - delta.offset)
    return Delta(offset=delta.offset + known, text=delta.text[known:])
