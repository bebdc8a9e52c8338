"""What a runner may write, looked at without a workflow: two runners meet on one mission, step by step."""

from __future__ import annotations

from datetime import datetime

import pytest

from jambot.clock import SystemClock
from jambot.db.models import Mission, UserSession
from jambot.db.unit_of_work import Tx
from jambot.ids import MissionId, ToolStepId
from jambot.missions import claims, holding
from jambot.missions.facts import AskMode
from jambot.missions.holding import LEASE, Hold
from jambot.missions.lifecycle import MissionStatus
from jambot.missions.progress import Verb
from jambot.missions.view import MissionPanel
from tests.missions.conftest import Place, note

NOW = SystemClock().now()


async def _held(place: Place, panel: MissionPanel, run_id: str = "run-1", now: datetime = NOW) -> Hold:
    await place.work.write(lambda tx: holding.reserve(tx, panel.id, run_id, now))
    hold = await place.work.write(lambda tx: holding.take_over(tx, panel.id, run_id, now))
    assert hold is not None
    return hold


def _step(panel: MissionPanel) -> ToolStepId:
    return ToolStepId(panel.mission.hops[0].steps[0].id)


async def test_a_mission_that_is_held_is_not_taken_by_another(place: Place):
    panel = await place.accepted(note("one"))
    assert await place.work.write(lambda tx: holding.reserve(tx, panel.id, "run-1", NOW)) == ""
    assert await place.work.write(lambda tx: holding.reserve(tx, panel.id, "run-2", NOW)) is None
    assert await place.work.write(lambda tx: holding.reserve(tx, panel.id, "run-2", NOW + LEASE)) == "run-1"


async def test_a_mission_that_does_not_go_on_is_not_taken(place: Place):
    panel = await place.accepted(note("one"))
    await place.missions.pause(place.me, panel.id)
    assert await place.work.write(lambda tx: holding.reserve(tx, panel.id, "run-1", NOW)) is None


async def test_a_runner_that_lost_its_fence_writes_nothing(place: Place):
    panel = await place.accepted(note("one"))
    work, stale = place.work, await _held(place, panel)
    claim = await work.write(lambda tx: claims.claim(tx, stale, _step(panel), NOW))
    assert claim is not None
    later = NOW + LEASE
    held = await _held(place, panel, "run-2", later)
    assert await work.write(lambda tx: holding.take_over(tx, panel.id, "run-1", later)) is None
    assert await work.write(lambda tx: holding.decide(tx, stale, later)) == holding.NOT_MINE
    assert await work.write(lambda tx: claims.claim(tx, stale, _step(panel), later)) is None
    assert not await work.write(lambda tx: claims.beat(tx, claim, later))
    late = await work.write(lambda tx: claims.record_result(tx, claim, {}, summary="late", log=(), took_s=1, now=later))
    assert late is None
    assert not await work.write(lambda tx: claims.record_failure(tx, claim, "late", took_s=1, now=later))
    present = await place.missions.view(place.me, panel.id)
    assert present.mission.hops[0].steps[0].status == "executing"
    assert await work.write(lambda tx: claims.claim(tx, held, _step(panel), later)) is not None


async def test_a_step_is_claimed_once_while_its_lease_lives(place: Place):
    panel = await place.accepted(note("one"))
    hold = await _held(place, panel)
    assert await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW)) is not None
    assert await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW)) is None
    action = await place.work.write(lambda tx: holding.decide(tx, hold, NOW))
    assert (action.verb, action.look_again_at) == (Verb.NOTHING, NOW + LEASE)


async def test_a_sign_of_life_makes_the_lease_longer(place: Place):
    panel = await place.accepted(note("one"))
    hold = await _held(place, panel)
    claim = await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW))
    assert claim is not None
    assert await place.work.write(lambda tx: claims.beat(tx, claim, NOW + LEASE / 2))
    action = await place.work.write(lambda tx: holding.decide(tx, hold, NOW + LEASE))
    assert action.look_again_at == NOW + LEASE * 1.5


async def test_a_lapsed_unsafe_step_is_marked_interrupted_and_asked_about_once(place: Place):
    panel = await place.accepted(note("send it", tool="send"), ask=AskMode.RUN_ALL)
    hold = await _held(place, panel)
    await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW))
    action = await place.work.write(lambda tx: holding.decide(tx, hold, NOW + LEASE))
    assert action.verb is Verb.ASK
    waiting = await place.missions.view(place.me, panel.id)
    assert (waiting.status, waiting.mission.hops[0].steps[0].status) == (
        MissionStatus.AWAITING_APPROVAL,
        "interrupted",
    )
    assert len(waiting.approvals) == 1
    assert (await place.work.write(lambda tx: holding.decide(tx, hold, NOW + LEASE))).verb is Verb.NOTHING
    assert len((await place.missions.view(place.me, panel.id)).approvals) == 1


async def test_a_step_that_was_being_stopped_when_its_runner_died_is_cancelled_by_the_next(place: Place):
    panel = await place.accepted(note("one"), note("two"))
    hold = await _held(place, panel)
    await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW))
    stopped = await place.missions.stop(place.me, panel.id)
    assert stopped.is_settling
    await place.work.write(lambda tx: holding.cancel_abandoned(tx, NOW))
    assert (await place.missions.view(place.me, panel.id)).is_settling
    await place.work.write(lambda tx: holding.cancel_abandoned(tx, NOW + LEASE))
    settled = await place.missions.view(place.me, panel.id)
    assert ([step.status for step in settled.mission.hops[0].steps], settled.mission.hops[0].status) == (
        ["cancelled", "cancelled"],
        "cancelled",
    )


async def test_a_step_that_fails_while_its_mission_is_stopped_is_cancelled(place: Place):
    panel = await place.accepted(note("one"))
    hold = await _held(place, panel)
    claim = await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW))
    assert claim is not None
    await place.missions.stop(place.me, panel.id)
    assert await place.work.write(lambda tx: claims.record_failure(tx, claim, "broken", took_s=1, now=NOW))
    settled = await place.missions.view(place.me, panel.id)
    assert settled.mission.hops[0].steps[0].status == "cancelled"
    assert settled.status is MissionStatus.CANCELLED


@pytest.mark.parametrize("mission_id", ["01a1f9a2-fd08-747f-a201-fbd973bc0144", "nonsense"])
async def test_a_mission_that_is_gone_is_no_error_for_its_runner(place: Place, mission_id: str):
    gone = Hold(mission_id=MissionId(mission_id), fence=1)
    assert await place.work.write(lambda tx: holding.reserve(tx, gone.mission_id, "run-1", NOW)) is None
    assert await place.work.write(lambda tx: holding.take_over(tx, gone.mission_id, "run-1", NOW)) is None
    assert await place.work.write(lambda tx: holding.decide(tx, gone, NOW)) == holding.NOT_MINE


async def test_a_mission_deleted_with_its_workspace_takes_its_rows_along(place: Place):
    panel = await place.accepted(note("one"))
    hold = await _held(place, panel)

    def delete(tx: Tx) -> None:
        tx.delete(tx.get_one(UserSession, place.workspace_id))

    await place.work.write(delete)
    assert await place.work.read(lambda s: s.get(Mission, panel.id)) is None
    assert await place.work.write(lambda tx: holding.decide(tx, hold, NOW)) == holding.NOT_MINE


async def test_leases_of_a_process_that_is_gone_end_at_the_next_start(place: Place):
    panel = await place.accepted(note("one"))
    hold = await _held(place, panel)
    await place.work.write(lambda tx: claims.claim(tx, hold, _step(panel), NOW))
    await place.work.write(lambda tx: holding.release_all(tx, NOW))
    again = await _held(place, panel, "run-2")
    assert await place.work.write(lambda tx: claims.claim(tx, again, _step(panel), NOW)) is not None
