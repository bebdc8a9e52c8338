from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, select

from jambot.db import UnitOfWork
from jambot.db.models import Asset, Mission, StatusChange, UserSession
from jambot.db.repositories.missions import status_changes
from jambot.errors import InvalidInput, NotFound, WrongState
from jambot.events import LocalBus, listening
from jambot.events.types import workspace_topic
from jambot.ids import new_id
from jambot.missions.facts import AskMode
from jambot.missions.lifecycle import MissionStatus
from jambot.missions.proposal import UnsoundProposal
from jambot.missions.retry import RetryScope
from jambot.settings import Settings
from tests.missions.conftest import Place, make_place, note

ONE, TWO = note("one", reads="sales"), note("two", reads="one")


async def _count(place: Place, table: type) -> int:
    return len(await place.work.read(lambda s: s.exec(select(table)).all()))


async def _proposed(place: Place):
    return await place.missions.propose(place.me, place.workspace_id, place.draft(ONE, TWO))


async def test_a_proposal_waits_and_nothing_else_exists_until_it_is_accepted(place: Place):
    proposal = await _proposed(place)
    assert (await _count(place, Mission), await _count(place, Asset)) == (0, 1)
    panel, waiting = await place.missions.current(place.me, place.workspace_id)
    assert (panel, waiting) == (None, proposal)
    assert (waiting.name, waiting.status, len(waiting.hops)) == ("Work", "pending", 1)


async def test_an_unsound_draft_is_not_proposed_and_all_its_problems_are_told(place: Place):
    odd = replace(place.draft(replace(ONE, tool_id="nowhere"), TWO), name="")
    with pytest.raises(UnsoundProposal) as refused:
        await place.missions.propose(place.me, place.workspace_id, odd)
    assert len(refused.value.problems) == 2
    assert (await place.missions.current(place.me, place.workspace_id))[1] is None


async def test_a_newer_proposal_takes_the_place_of_one_that_waits(place: Place):
    first, second = await _proposed(place), await _proposed(place)
    assert (await place.missions.proposal(place.me, first.id)).status == "superseded"
    assert (await place.missions.current(place.me, place.workspace_id))[1] == second
    with pytest.raises(WrongState, match="Proposal must be pending, current: superseded"):
        await place.missions.accept(place.me, first.id)


async def test_accepting_makes_mission_hops_steps_and_assets_and_links_the_workspace(place: Place):
    proposal = await _proposed(place)
    panel = await place.missions.accept(place.me, proposal.id)
    assert (panel.mission.status, panel.mission.steps_total, panel.mission.steps_done) == ("in_progress", 2, 0)
    assert {(asset.name, asset.role, asset.status) for asset in panel.assets} == {
        ("sales", "input", "ready"),
        ("one", "intermediate", "pending"),
        ("two", "output", "pending"),
    }
    workspace = await place.work.read(lambda s: s.get(UserSession, place.workspace_id))
    assert workspace is not None
    assert (workspace.mission_id, workspace.mission_status, workspace.mission_total) == (panel.id, "in_progress", 2)
    assert (await place.missions.proposal(place.me, proposal.id)).status == "accepted"


async def test_a_double_click_is_one_mission(place: Place):
    proposal = await _proposed(place)
    both = await asyncio.gather(*(place.missions.accept(place.me, proposal.id) for _ in range(5)))
    assert len({panel.id for panel in both}) == 1
    assert await _count(place, Mission) == 1


async def test_a_mission_that_cannot_be_made_whole_is_not_made_at_all(place: Place):
    proposal = await _proposed(place)

    def lose_the_input(tx: Session) -> None:
        asset = tx.get(Asset, place.table_id)
        assert asset is not None
        asset.status = "expired"

    await place.work.write(lose_the_input)
    with pytest.raises(UnsoundProposal, match='The input "sales" is not there; upload it again'):
        await place.missions.accept(place.me, proposal.id)
    assert (await _count(place, Mission), await _count(place, Asset)) == (0, 1)
    assert (await place.missions.proposal(place.me, proposal.id)).status == "pending"


@pytest.mark.parametrize(("decide", "status"), [("reject", "rejected"), ("ask_for_change", "superseded")])
async def test_a_proposal_that_was_turned_down_cannot_be_accepted(place: Place, decide: str, status: str):
    proposal = await _proposed(place)
    assert (await getattr(place.missions, decide)(place.me, proposal.id)).status == status
    assert (await getattr(place.missions, decide)(place.me, proposal.id)).status == status
    with pytest.raises(WrongState, match=f"Proposal must be pending, current: {status}"):
        await place.missions.accept(place.me, proposal.id)


async def test_an_accepted_proposal_cannot_be_turned_down(place: Place):
    proposal = await _proposed(place)
    await place.missions.accept(place.me, proposal.id)
    with pytest.raises(WrongState, match="Proposal must be pending, current: accepted"):
        await place.missions.reject(place.me, proposal.id)


async def test_a_workspace_has_one_mission_at_work_and_keeps_its_earlier_ones(place: Place):
    first = await place.accepted(ONE, TWO)
    with pytest.raises(WrongState, match='"Work" is still at work in this workspace'):
        await place.accepted(ONE, TWO)
    await place.missions.stop(place.me, first.id)
    _, waiting = await place.missions.current(place.me, place.workspace_id)
    assert waiting is not None
    second = await place.missions.accept(place.me, waiting.id)
    assert [each.id for each in await place.missions.history(place.me, place.workspace_id)] == [second.id, first.id]


async def test_an_earlier_mission_taken_up_again_is_the_present_one_unless_another_is_at_work(place: Place):
    first = await place.accepted(ONE, TWO)
    await place.missions.stop(place.me, first.id)
    second = await place.accepted(ONE, TWO)
    with pytest.raises(WrongState, match='"Work" is still at work in this workspace'):
        await place.missions.retry(place.me, first.id, RetryScope.MISSION)
    assert (await place.missions.view(place.me, first.id)).status is MissionStatus.CANCELLED
    await place.missions.pause(place.me, second.id)
    await place.missions.retry(place.me, first.id, RetryScope.MISSION)
    present, _ = await place.missions.current(place.me, place.workspace_id)
    assert present is not None
    assert present.id == first.id


async def test_every_hop_mode_asks_before_each_hop_but_the_first(place: Place):
    panel = await place.accepted(ONE, second_hop=(TWO,), ask=AskMode.EVERY_HOP)
    assert [hop.status for hop in panel.mission.hops] == ["impl_ready", "impl_proposed"]


async def test_another_persons_ids_are_exactly_like_missing_ones(
    place: Place, work: UnitOfWork, bus: LocalBus, settings: Settings, tmp_path: Path
):
    panel = await place.accepted(ONE, TWO)
    proposal = panel.mission.proposal_id
    step = panel.mission.hops[0].steps[0].id
    bob = (await make_place(work, bus, settings, tmp_path, "bob@example.org")).me
    missions = place.missions
    for me, other in ((bob, panel.id), (bob, "'; --"), (place.me, new_id()), (place.me, "")):
        for call in (
            missions.view(me, other),
            missions.pause(me, other),
            missions.resume(me, other),
            missions.stop(me, other),
            missions.kill(me, other, reason="x"),
            missions.retry(me, other, RetryScope.MISSION),
            missions.price_of_retry(me, other, RetryScope.MISSION),
        ):
            with pytest.raises(NotFound):
                await call
    for me, other in ((bob, proposal), (place.me, new_id())):
        for call in (missions.accept(me, other), missions.reject(me, other), missions.proposal(me, other)):
            with pytest.raises(NotFound):
                await call
    for call in (
        missions.current(bob, place.workspace_id),
        missions.history(bob, place.workspace_id),
        missions.propose(bob, place.workspace_id, place.draft(ONE)),
        missions.mission_of_step(bob, step),
        missions.answer(bob, new_id(), approve=True),
    ):
        with pytest.raises(NotFound):
            await call
    assert await missions.mission_of_step(place.me, step) == panel.id


async def test_an_input_of_another_person_or_workspace_is_refused(
    place: Place, work: UnitOfWork, bus: LocalBus, settings: Settings, tmp_path: Path
):
    bob = await make_place(work, bus, settings, tmp_path, "bob@example.org")
    stolen = replace(place.draft(ONE), inputs=bob.draft(ONE).inputs)
    proposal = await place.missions.propose(place.me, place.workspace_id, stolen)
    with pytest.raises(UnsoundProposal, match='The input "sales" is not there'):
        await place.missions.accept(place.me, proposal.id)


async def test_pause_resume_and_stop_move_the_mission_and_say_why(place: Place):
    panel = await place.accepted(ONE, TWO)
    paused = await place.missions.pause(place.me, panel.id)
    assert (paused.status, paused.reason) == (MissionStatus.PAUSED, "Paused by its owner.")
    assert (await place.missions.resume(place.me, panel.id)).status is MissionStatus.IN_PROGRESS
    stopped = await place.missions.stop(place.me, panel.id)
    assert (stopped.status, stopped.reason) == (MissionStatus.CANCELLED, "Stopped by its owner.")
    assert [hop.status for hop in stopped.mission.hops] == ["cancelled"]
    assert {step.status for step in stopped.mission.hops[0].steps} == {"cancelled"}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("pause", "Mission must be awaiting_approval or in_progress, current: cancelled"),
        ("resume", "Mission must be paused, current: cancelled"),
        ("stop", "Mission must be awaiting_approval or in_progress or paused, current: cancelled"),
    ],
)
async def test_what_is_over_cannot_be_paused_resumed_or_stopped(place: Place, call: str, sentence: str):
    panel = await place.accepted(ONE, TWO)
    await place.missions.stop(place.me, panel.id)
    with pytest.raises(WrongState, match=sentence):
        await getattr(place.missions, call)(place.me, panel.id)
    assert (await place.missions.view(place.me, panel.id)).status is MissionStatus.CANCELLED


async def test_a_kill_needs_a_reason_and_keeps_it(place: Place):
    panel = await place.accepted(ONE, TWO)
    with pytest.raises(InvalidInput, match="Say why"):
        await place.missions.kill(place.me, panel.id, reason="  ")
    killed = await place.missions.kill(place.me, panel.id, reason=" wrong file ")
    assert (killed.status, killed.reason) == (MissionStatus.CANCELLED, "wrong file")
    with pytest.raises(WrongState):
        await place.missions.kill(place.me, panel.id, reason="again")


async def test_every_change_of_status_is_recorded_with_its_actor(place: Place):
    panel = await place.accepted(ONE, TWO)
    await place.missions.pause(place.me, panel.id)
    changes = await place.work.read(lambda s: status_changes(s, [panel.id]))
    assert [(each.from_status, each.to_status, each.actor) for each in changes] == [
        ("", "in_progress", place.me.user_id),
        ("in_progress", "paused", place.me.user_id),
    ]
    recorded = {row.entity for row in await place.work.read(lambda s: s.exec(select(StatusChange)).all())}
    assert {"mission", "hop", "tool_step", "asset", "workspace"} <= recorded


async def test_followers_hear_of_a_change_after_its_commit_and_of_nothing_when_it_failed(place: Place):
    async with listening(place.bus, workspace_topic(place.workspace_id)) as heard:
        panel = await place.accepted(ONE, TWO)
        kinds = {event.kind for event in heard.take_waiting()}
        assert {"proposal.changed", "mission.changed", "workspace.changed"} <= kinds
        with pytest.raises(WrongState):
            await place.missions.resume(place.me, panel.id)
        assert heard.take_waiting() == []


async def test_a_mission_brings_its_workspace_back_among_the_active_ones(place: Place):
    proposal = await _proposed(place)

    def archive(tx: Session) -> None:
        workspace = tx.get(UserSession, place.workspace_id)
        assert workspace is not None
        workspace.status = "archived"

    await place.work.write(archive)
    await place.missions.accept(place.me, proposal.id)
    workspace = await place.work.read(lambda s: s.get(UserSession, place.workspace_id))
    assert workspace is not None
    assert workspace.status == "active"
