"""The runner is killed with SIGKILL in the middle of a step, and started again on what it left."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest

from jambot.missions.facts import AskMode
from jambot.missions.lifecycle import MissionStatus
from jambot.missions.retry import RetryScope
from jambot.missions.view import MissionPanel
from tests import forked
from tests.missions import bench_tools, killable
from tests.missions.conftest import Place, note

PLACES = ("step.before_run", "step.after_run", "step.before_record", "step.after_record")


def _run(place: Place, *, die_at: str = "") -> int:
    environment = {bench_tools.CALLS: str(place.folder / "calls.txt"), "JAMBOT_TEST_FAILPOINT": die_at}
    return forked.ended(forked.start(killable.main, place.folder / "data", environment=environment))


@pytest.mark.parametrize("die_at", PLACES)
async def test_after_a_kill_finished_steps_are_not_run_again_and_the_mission_completes(place: Place, die_at: str):
    panel = await _with_first_step_done(place)
    assert _run(place, die_at=die_at) == -signal.SIGKILL
    killed = bench_tools.count("two")
    assert _run(place) == 0
    done = await place.missions.view(place.me, panel.id)
    assert done.status is MissionStatus.COMPLETED
    assert (bench_tools.count("one"), bench_tools.count("three")) == (1, 1)
    # What is safe to repeat ran again where it was cut off; what was recorded did not.
    assert bench_tools.count("two") == killed + (die_at != "step.after_record")


@pytest.mark.parametrize("die_at", PLACES)
async def test_after_a_kill_an_unsafe_step_is_not_repeated_but_asked_about(place: Place, die_at: str):
    panel = await place.accepted(note("send it", tool="send"), ask=AskMode.RUN_ALL)
    assert _run(place, die_at=die_at) == -signal.SIGKILL
    assert _run(place) == 0
    left = await place.missions.view(place.me, panel.id)
    killed = bench_tools.count("send it")
    assert killed == (die_at != "step.before_run")
    if die_at == "step.after_record":
        assert left.status is MissionStatus.COMPLETED
        return
    assert left.status is MissionStatus.AWAITING_APPROVAL
    assert left.approvals[0].question == '"send it" may have acted already. Running it again will do it a second time.'
    await place.missions.answer(place.me, left.approvals[0].id, approve=True)
    assert _run(place) == 0
    assert (await place.missions.view(place.me, panel.id)).status is MissionStatus.COMPLETED
    assert bench_tools.count("send it") == killed + 1


async def _with_first_step_done(place: Place) -> MissionPanel:
    """A mission of three steps, ready to go on with the second."""
    fault = place.folder / "fault"
    fault.touch()
    await place.runner.start()
    steps = (note("one", reads="sales"), note("two", reads="one", broken_while=str(fault)), note("three", reads="two"))
    panel = await place.accepted(*steps)
    failed = await place.until(panel.id, "paused")
    await place.runner.stop(drain=timedelta(seconds=1))
    fault.unlink()
    step = failed.mission.hops[0].steps[1]
    return await place.missions.retry(place.me, panel.id, RetryScope.STEP, step_id=step.id)
