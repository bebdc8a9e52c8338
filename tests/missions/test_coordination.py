from __future__ import annotations

import pytest

from jambot.ids import AssetId
from jambot.missions.coordination import consequences, violations
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus
from tests.missions.pictures import DONE, READY, asset, hop, mission, step

RUNNING, FAILED, CANCELLED = StepStatus.EXECUTING, StepStatus.FAILED, StepStatus.CANCELLED
IN, OUT = AssetId("in"), AssetId("out")


@pytest.mark.parametrize(
    ("status", "steps", "allowed"),
    [
        (HopStatus.IMPL_READY, (READY, READY), True),
        (HopStatus.IMPL_READY, (READY, StepStatus.PROPOSED), False),
        (HopStatus.IMPL_READY, (DONE, READY), False),
        (HopStatus.EXECUTING, (RUNNING, READY), True),
        (HopStatus.EXECUTING, (DONE, READY), True),
        (HopStatus.EXECUTING, (StepStatus.INTERRUPTED, READY), True),
        (HopStatus.EXECUTING, (READY, READY), False),
        (HopStatus.EXECUTING, (), False),
        (HopStatus.COMPLETED, (DONE, DONE), True),
        (HopStatus.COMPLETED, (DONE, READY), False),
        (HopStatus.COMPLETED, (DONE, CANCELLED), False),
        (HopStatus.FAILED, (DONE, FAILED), True),
        (HopStatus.FAILED, (DONE, READY), False),
        (HopStatus.PLAN_STARTED, (), True),
        (HopStatus.IMPL_PROPOSED, (READY,), True),
        (HopStatus.CANCELLED, (DONE, CANCELLED), True),
    ],
)
def test_a_hop_agrees_with_its_steps(status, steps, allowed):
    picture = mission(hop(*(step(n, s) for n, s in enumerate(steps)), status=status))
    assert (violations(picture) == ()) is allowed


@pytest.mark.parametrize(
    ("status", "input_status", "output_status", "allowed"),
    [
        (READY, AssetStatus.READY, AssetStatus.PENDING, True),
        (READY, AssetStatus.ERROR, AssetStatus.PENDING, False),
        (READY, AssetStatus.EXPIRED, AssetStatus.PENDING, False),
        (RUNNING, AssetStatus.READY, AssetStatus.IN_PROGRESS, True),
        (RUNNING, AssetStatus.PENDING, AssetStatus.IN_PROGRESS, False),
        (RUNNING, AssetStatus.READY, AssetStatus.READY, False),
        (DONE, AssetStatus.READY, AssetStatus.READY, True),
        (DONE, AssetStatus.EXPIRED, AssetStatus.READY, True),
        (DONE, AssetStatus.READY, AssetStatus.PENDING, False),
        (FAILED, AssetStatus.READY, AssetStatus.ERROR, True),
        (FAILED, AssetStatus.READY, AssetStatus.IN_PROGRESS, False),
    ],
)
def test_a_step_agrees_with_its_assets(status, input_status, output_status, allowed):
    one = step(1, status, inputs=(IN,), outputs=(OUT,))
    holder = {DONE: HopStatus.COMPLETED, FAILED: HopStatus.FAILED, RUNNING: HopStatus.EXECUTING}
    picture = mission(
        hop(one, status=holder.get(status, HopStatus.IMPL_READY)),
        assets=(asset("in", input_status), asset("out", output_status)),
    )
    assert (violations(picture) == ()) is allowed


def test_a_step_may_wait_for_what_an_earlier_step_will_make():
    first = step(1, outputs=(OUT,))
    second = step(2, inputs=(OUT,))
    picture = mission(hop(first, second, status=HopStatus.IMPL_READY), assets=(asset("out", AssetStatus.PENDING),))
    assert violations(picture) == ()


def test_a_completed_mission_has_every_hop_completed_and_every_output_ready():
    open_end = mission(
        hop(step(1, DONE), status=HopStatus.COMPLETED),
        hop(step(2), status=HopStatus.IMPL_READY, n=2),
        status=MissionStatus.COMPLETED,
        assets=(asset("report", AssetStatus.PENDING, output=True),),
    )
    assert violations(open_end) == (
        'Mission is completed, so its hop "hop 2" must be completed, current: impl_ready',
        'Mission is completed, so its output "report" must be ready, current: pending',
    )


def test_a_cancelled_mission_has_no_hop_that_goes_on():
    picture = mission(hop(step(1), status=HopStatus.IMPL_READY), status=MissionStatus.CANCELLED)
    assert violations(picture) == ('Mission is cancelled, so its hop "hop 1" must be cancelled, current: impl_ready',)


def _after(picture):
    changes = consequences(picture)
    settled = picture.with_changes(changes)
    assert violations(settled) == ()
    assert consequences(settled) == ()
    return {change.id: change.to for change in changes}


def test_a_step_that_starts_takes_its_hop_and_its_outputs_along():
    picture = mission(
        hop(step(1, RUNNING, outputs=(OUT,)), step(2), status=HopStatus.IMPL_READY),
        assets=(asset("out", AssetStatus.PENDING),),
    )
    assert _after(picture) == {"h1": HopStatus.EXECUTING, "out": AssetStatus.IN_PROGRESS}


def test_the_last_finished_step_completes_its_hop():
    picture = mission(
        hop(step(1, DONE), step(2, DONE, outputs=(OUT,))), assets=(asset("out", AssetStatus.IN_PROGRESS),)
    )
    assert _after(picture) == {"h1": HopStatus.COMPLETED, "out": AssetStatus.READY}


def test_a_failed_step_fails_its_hop_and_pauses_the_mission():
    picture = mission(hop(step(1, FAILED, outputs=(OUT,)), step(2)), assets=(asset("out", AssetStatus.IN_PROGRESS),))
    assert _after(picture) == {"h1": HopStatus.FAILED, "m": MissionStatus.PAUSED, "out": AssetStatus.ERROR}


def test_an_interrupted_step_makes_the_mission_wait_for_a_decision():
    picture = mission(hop(step(1, StepStatus.INTERRUPTED)))
    assert _after(picture) == {"m": MissionStatus.AWAITING_APPROVAL}


def test_cancelling_a_mission_cancels_what_has_not_ended_and_keeps_what_has():
    picture = mission(
        hop(step(1, DONE), status=HopStatus.COMPLETED),
        hop(step(2, DONE), step(3, FAILED), step(4), status=HopStatus.EXECUTING, n=2),
        hop(step(5, StepStatus.PROPOSED), status=HopStatus.IMPL_STARTED, n=3),
        hop(status=HopStatus.PLAN_STARTED, n=4),
        status=MissionStatus.CANCELLED,
    )
    assert _after(picture) == {
        "s4": CANCELLED,
        "h2": HopStatus.CANCELLED,
        "s5": CANCELLED,
        "h3": HopStatus.CANCELLED,
        "h4": HopStatus.CANCELLED,
    }


def test_a_running_step_of_a_cancelled_mission_may_still_hand_in_what_it_has():
    stopping = mission(hop(step(1, RUNNING), step(2)), status=MissionStatus.CANCELLED)
    assert _after(stopping) == {"s2": CANCELLED}
    handed_in = mission(hop(step(1, DONE), step(2, CANCELLED)), status=MissionStatus.CANCELLED)
    assert _after(handed_in) == {"h1": HopStatus.CANCELLED}
