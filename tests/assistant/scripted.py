"""A model whose part of the dialogue a test writes: it says what it is told to, when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial

from jambot.assistant.answer import AnswerRow
from jambot.assistant.speech import Reply
from jambot.clock import ManualClock
from jambot.db import Tx
from jambot.errors import InvalidInput
from jambot.ids import new_id
from jambot.llm.draft import MissionDraft
from jambot.llm.providers import LOCAL_NAME
from jambot.llm.replies import AssistantContext, Done, HistoryMessage, ReplyEvent, TextDelta
from jambot.llm.reply import stream_reply
from jambot.settings import Settings


class Scripted:
    """Says what `say` puts on the line until `end` or `fail`; every reply after that needs its own script."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[HistoryMessage, ...], AssistantContext]] = []
        self.closed = 0
        self._line: asyncio.Queue[ReplyEvent | Exception | None] = asyncio.Queue()

    def say(self, *events: str | ReplyEvent) -> None:
        for event in events:
            self._line.put_nowait(TextDelta(text=event) if isinstance(event, str) else event)

    def end(self) -> None:
        self.say(Done(model="scripted", input_tokens=3, output_tokens=5))
        self._line.put_nowait(None)

    def fail(self, error: Exception) -> None:
        self._line.put_nowait(error)

    async def __call__(
        self, *, history: Sequence[HistoryMessage], context: AssistantContext
    ) -> AsyncIterator[ReplyEvent]:
        self.asked.append((tuple(history), context))
        try:
            while (event := await self._line.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self.closed += 1


class KeptProposals:
    """Keeps what is proposed in a list."""

    def __init__(self) -> None:
        self.drafts: list[tuple[str, MissionDraft, str]] = []
        self.refuses = False

    def __call__(self, tx: Tx, row: AnswerRow, draft: MissionDraft, now: datetime) -> str:
        if self.refuses:
            raise InvalidInput("This mission cannot be carried out.")
        self.drafts.append((row.workspace_id, draft, row.message_id))
        return new_id()


def shipped_model(settings: Settings) -> Reply:
    """The model that ships, without its pauses for readers but for the shortest."""
    return partial(stream_reply, LOCAL_NAME, settings=settings, clock=ManualClock(), pause_s=0.005)
