"""`jambot run` with a model that talks for as long as a benchmark needs. Everything else is the app as it is."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from jambot.assistant.turns import Turns
from jambot.cli import main
from jambot.llm import AssistantContext, Done, HistoryMessage, ReplyEvent, TextDelta
from jambot.services import build, set_services
from jambot.settings import Settings
from tests.benchmarks.seed import message_text

WORD_EVERY_S = 0.012
WORDS_IN_AN_ANSWER = 3_000


async def talk(*, history: Sequence[HistoryMessage], context: AssistantContext) -> AsyncIterator[ReplyEvent]:
    """About 20 kB of text, a word at a time, at the pace of the embedded model."""
    said = 0
    while said < WORDS_IN_AN_ANSWER:
        for word in message_text(said).split():
            await asyncio.sleep(WORD_EVERY_S)
            yield TextDelta(text=f"{word} ")
            said += 1
        yield TextDelta(text="\n\n")
    yield Done(model="talking")


if __name__ == "__main__":
    parts = build(Settings())
    set_services(replace(parts, turns=Turns(work=parts.work, bus=parts.bus, clock=parts.clock, reply=talk)))
    sys.exit(main(["run"]))
