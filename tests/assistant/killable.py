"""A process that sends one message and says what it was told, to be killed at a named place.

Prints `ACK <answer id>` when the send was acknowledged and `SETTLED` when the answer was.
"""

from __future__ import annotations

import asyncio

from jambot.access import Principal, Role
from jambot.assistant.turns import Turns
from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus, listening
from jambot.events.types import MessageSettled, workspace_topic
from jambot.failpoint import failpoint
from jambot.ids import LoginId, UserId, new_id
from tests.assistant.scripted import Scripted

TEXT = "Sent just before the end"


def main(url: str, user_id: str, client_id: str) -> None:
    """Send as this person, under this id of the message."""
    asyncio.run(_send(url, user_id, client_id))


async def _send(url: str, user_id: str, client_id: str) -> None:
    bus = LocalBus()
    work = UnitOfWork(url, bus)
    model = Scripted()
    turns = Turns(work=work, bus=bus, clock=SystemClock(), reply=model)
    me = Principal(
        user_id=UserId(user_id), login_id=LoginId(new_id()), role=Role.USER, email="ada@example.org", name="Ada"
    )
    started = await turns.start(me, None, TEXT, client_id=client_id)
    failpoint("msg.before_ack")
    print("ACK", started.answer_id, flush=True)
    async with listening(bus, workspace_topic(started.workspace_id)) as heard:
        model.say("A beginning, ")
        # Long enough for a check-point to come while the model is silent.
        await asyncio.sleep(1.5)
        model.say("an end.")
        model.end()
        while not isinstance(await heard.next(), MessageSettled):
            pass
    print("SETTLED", flush=True)
    await turns.aclose()
    work.close()
