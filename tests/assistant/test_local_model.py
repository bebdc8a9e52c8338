"""A turn with the model that ships: nothing between the message and the saved answer is stood in for."""

from __future__ import annotations

import asyncio

import pytest

from jambot.assistant.turns import Turns
from jambot.db.blobs import MemoryBlobs
from jambot.workspaces.assets import AssetService
from tests.assistant.conftest import until
from tests.assistant.scripted import shipped_model
from tests.people import workspace_of

CSV = "Date;Region;Revenue\n" + "".join(
    f"{day:02}.{month:02}.2025;{region};{month * 100 + day},50\n"
    for month in range(1, 13)
    for day in (1, 15)
    for region in ("North", "South")
)


@pytest.fixture
async def turns(work, bus, clock, settings):
    made = Turns(work=work, bus=bus, clock=clock, reply=shipped_model(settings), is_repeatable=True)
    yield made
    await made.aclose()


async def test_it_answers_a_greeting_and_says_what_it_can_do(turns, me, settled) -> None:
    started = await turns.start(me, None, "Hello, what can you do?", client_id="c-1")
    answer = await settled(started.answer_id)
    assert answer.status == "complete", answer.error_message
    assert answer.content
    assert answer.metadata["model"] == "jambot-local"


async def test_it_proposes_a_mission_on_an_uploaded_table(turns, me, work, clock, settings, settled) -> None:
    workspace = await workspace_of(work, clock, me)
    assets = AssetService(work=work, clock=clock, blobs=MemoryBlobs(), settings=settings)
    asset = await assets.upload(me, workspace.id, name="sales.csv", content=CSV.encode())
    started = await turns.start(
        me, workspace.id, "Show revenue by month as a chart", client_id="c-1", asset_ids=[asset.id]
    )
    answer = await settled(started.answer_id)
    assert answer.status == "complete", answer.error_message
    assert answer.metadata["proposal_id"]


async def test_it_goes_on_where_it_was_stopped_without_saying_anything_twice(turns, me, settled, work, clock) -> None:
    whole = await settled((await turns.start(me, None, "Hello, what can you do?", client_id="c-1")).answer_id)
    cut = await turns.start(me, None, "Hello, what can you do?", client_id="c-2")

    async def has_begun() -> bool:
        return len(turns.live_text(cut.answer_id) or "") > 20

    await until(has_begun)
    await turns.stop(me, cut.workspace_id)
    partial = await settled(cut.answer_id)
    assert partial.status == "interrupted"
    assert whole.content.startswith(partial.content)
    await turns.continue_answer(me, cut.answer_id)
    async with asyncio.timeout(20):
        assert (await settled(cut.answer_id)).content == whole.content
