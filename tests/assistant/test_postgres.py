"""The same on PostgreSQL, where units of work run beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from jambot.db import UnitOfWork
from jambot.db.blobs import MemoryBlobs
from jambot.errors import TurnInProgress
from jambot.workspaces.assets import AssetService
from tests.people import workspace_of


@pytest.fixture
async def work(postgres_url: str, bus) -> AsyncIterator[UnitOfWork]:
    unit_of_work = UnitOfWork(postgres_url, bus)
    yield unit_of_work
    unit_of_work.close()


async def test_messages_stored_at_once_get_numbers_without_gaps(chats, me, work, clock) -> None:
    workspace = await workspace_of(work, clock, me)
    await asyncio.gather(*(chats.store(me, workspace.chat_id, f"message {n} \x00 \ud83d") for n in range(30)))
    window = await chats.window(me, workspace.id)
    assert [message.sequence for message in window.messages] == list(range(1, 31))


async def test_one_message_sent_many_times_at_once_is_one_turn_in_one_workspace(
    turns, model, me, chats, settled
) -> None:
    both = await asyncio.gather(*(turns.start(me, None, "Hello", client_id="c-1") for _ in range(8)))
    assert len(set(both)) == 1
    model.say("Good day.")
    model.end()
    assert (await settled(both[0].answer_id)).content == "Good day."
    assert len((await chats.window(me, both[0].workspace_id)).messages) == 2


async def test_of_many_messages_at_once_one_gets_the_turn(turns, me, work, clock, chats) -> None:
    workspace = await workspace_of(work, clock, me)
    tries = [turns.start(me, workspace.id, "Hello", client_id=f"c-{n}") for n in range(6)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, TurnInProgress) for result in results) == 5
    assert len((await chats.window(me, workspace.id)).messages) == 2


async def test_an_edited_message_is_answered_anew(turns, model, me, chats, settled) -> None:
    first = await turns.start(me, None, "One", client_id="c-1")
    model.end()
    await settled(first.answer_id)
    again = await turns.edit_and_rerun(me, first.message_id, "Two")
    model.say("Better")
    model.end()
    await settled(again.answer_id)
    window = await chats.window(me, first.workspace_id)
    assert [(m.sequence, m.content) for m in window.messages] == [(1, "Two"), (2, "Better")]


async def test_a_file_sent_many_times_at_once_is_one_file(me, work, clock, settings) -> None:
    workspace = await workspace_of(work, clock, me)
    assets = AssetService(work=work, clock=clock, blobs=MemoryBlobs(), settings=settings)
    uploads = (assets.upload(me, workspace.id, name="a.csv", content=b"a,b\n1,2\n", key="k") for _ in range(5))
    assert len({asset.id for asset in await asyncio.gather(*uploads)}) == 1
    assert len((await assets.page(me)).assets) == 1
