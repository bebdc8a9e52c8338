"""A follower hears an answer whole and once, whenever it joins."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from jambot.assistant.following import Piece, follow_answer
from jambot.assistant.turns import Turns
from jambot.events.types import LoginEnded, MessageDelta
from tests.assistant.conftest import until
from tests.assistant.scripted import Scripted


def following(me, started, bus, turns, chats):
    return follow_answer(me, started.workspace_id, started.answer_id, bus=bus, turns=turns, chats=chats)


async def test_one_that_joins_late_hears_it_from_its_beginning(turns, model, me, bus, chats) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("One, ")

    async def has_begun() -> bool:
        return turns.live_text(started.answer_id) == "One, "

    await until(has_begun)
    heard = []
    async for each in following(me, started, bus, turns, chats):
        if len(heard) == 0:
            model.say("two.")
            model.end()
        heard.append(each)
    assert "".join(each.text for each in heard if isinstance(each, Piece)) == "One, two."
    assert [each.offset for each in heard if isinstance(each, Piece)] == [0, 5]
    assert heard[-1].content == "One, two."


async def test_one_that_joins_after_the_end_hears_it_at_once(turns, model, me, bus, chats, settled) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("All.")
    model.end()
    await settled(started.answer_id)
    heard = [each async for each in following(me, started, bus, turns, chats)]
    assert [heard[0].text, heard[1].status] == ["All.", "complete"]


async def test_a_piece_that_was_missed_is_made_good_and_one_heard_twice_is_not_said_twice(
    turns, model, me, bus, chats
) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    about = {"workspace_id": started.workspace_id, "user_id": me.user_id, "message_id": started.answer_id}
    heard: list[str] = []

    async def listen() -> None:
        async for each in following(me, started, bus, turns, chats):
            if isinstance(each, Piece):
                heard.append(each.text)

    listener = asyncio.create_task(listen())
    model.say("One, ")

    async def heard_one() -> bool:
        return "".join(heard) == "One, "

    await until(heard_one)
    await bus.publish(MessageDelta(offset=0, text="One, ", **about))
    await bus.publish(MessageDelta(offset=50, text="from nowhere", **about))
    model.say("two.")
    model.end()
    async with asyncio.timeout(10):
        await listener
    assert "".join(heard) == "One, two."


async def test_a_follower_whose_login_ends_hears_no_more(turns, model, me, bus, chats) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("One, ")
    async with asyncio.timeout(10):
        async for each in following(me, started, bus, turns, chats):
            assert isinstance(each, Piece)
            if each.text:
                await bus.publish(LoginEnded(login_id=me.login_id, user_id=me.user_id, reason="revoked"))
    model.end()


async def test_an_answer_whose_writer_died_ends_for_its_followers_too(me, work, bus, clock, chats) -> None:
    dead = Turns(work=work, bus=bus, clock=clock, reply=Scripted())
    started = await dead.start(me, None, "Talk", client_id="c-1")
    elsewhere = Turns(work=work, bus=bus, clock=clock, reply=Scripted())
    clock.advance(timedelta(seconds=10))
    heard = [each async for each in following(me, started, bus, elsewhere, chats)]
    assert heard[-1].status == "interrupted"
    await dead.aclose()
