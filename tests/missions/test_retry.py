from __future__ import annotations

import pytest

from jambot.errors import NotFound, WrongState
from jambot.ids import AssetId, ToolStepId
from jambot.missions.coordination import consequences, violations
from jambot.missions.facts import Change
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus, require
from jambot.missions.progress import Verb, next_action
from jambot.missions.retry import RetryScope, retry_changes, retry_price
from tests.missions.pictures import DONE, NOW, READY, asset, hop, mission, step, unsafe

FAILED, CANCELLED = StepStatus.FAILED, StepStatus.CANCELLED
STEP, FROM, WHOLE = RetryScope.STEP, RetryScope.FROM_STEP, RetryScope.MISSION


def _finished():
    return mission(
        hop(step(1, DONE, result_hash="a", input_hash="a"), status=HopStatus.COMPLETED, final=False),
        hop(
            step(2, DONE, result_hash="b", input_hash="b"),
            step(3, DONE, result_hash="c", input_hash="c"),
            status=HopStatus.COMPLETED,
            n=2,
        ),
        status=MissionStatus.COMPLETED,
    )


def _failed():
    return mission(
        hop(step(1, DONE), status=HopStatus.COMPLETED, final=False),
        hop(step(2, DONE), step(3, FAILED), step(4), status=HopStatus.FAILED, n=2),
        status=MissionStatus.PAUSED,
    )


def _retried(picture, scope, step_id=None):
    changes = retry_changes(picture, scope, step_id and ToolStepId(step_id))
    statuses = {picture.id: picture.status} | {each.id: each.status for each in (*picture.hops, *picture.steps())}
    for change in changes:
        require(statuses[change.id], change.to, reset=True)
    after = picture.with_changes(changes)
    after = after.with_changes(consequences(after))
    assert violations(after) == ()
    return after


@pytest.mark.parametrize(
    ("picture", "scope", "at", "steps", "hops"),
    [
        (_failed(), STEP, "s3", "completed completed ready_to_execute ready_to_execute", "completed executing"),
        (_failed(), FROM, "s2", "completed ready_to_execute ready_to_execute ready_to_execute", "completed impl_ready"),
        (_failed(), STEP, "s1", "ready_to_execute completed ready_to_execute ready_to_execute", "impl_ready executing"),
        (_failed(), WHOLE, None, "ready_to_execute " * 4, "impl_ready impl_ready"),
        (_finished(), STEP, "s2", "completed ready_to_execute completed", "completed executing"),
        (_finished(), FROM, "s2", "completed ready_to_execute ready_to_execute", "completed impl_ready"),
        (_finished(), WHOLE, None, "ready_to_execute " * 3, "impl_ready impl_ready"),
    ],
)
def test_a_retry_sends_back_what_was_chosen_and_what_has_no_result(picture, scope, at, steps, hops):
    after = _retried(picture, scope, at)
    assert [each.status for each in after.steps()] == steps.split()
    assert [each.status for each in after.hops] == hops.split()
    assert after.status is MissionStatus.IN_PROGRESS


def test_the_chosen_step_runs_again_and_later_ones_are_reused_while_unchanged():
    after = _retried(_finished(), FROM, "s2")
    assert [is_kept.result_hash for is_kept in after.steps()] == ["a", None, "c"]
    assert next_action(after, NOW).verb is Verb.RUN_STEP
    ran = after.with_changes([Change(id="s2", to=DONE), Change(id="h2", to=HopStatus.EXECUTING)])
    assert (next_action(ran, NOW).verb, next_action(ran, NOW).step_id) == (Verb.REUSE_STEP, "s3")


def test_retrying_the_whole_mission_forgets_every_result():
    after = _retried(_finished(), WHOLE)
    assert {each.result_hash for each in after.steps()} == {None}


def test_the_outputs_of_a_step_that_runs_again_are_pending_until_it_is_done():
    out = AssetId("out")
    picture = mission(
        hop(step(1, DONE, outputs=(out,)), status=HopStatus.COMPLETED),
        status=MissionStatus.COMPLETED,
        assets=(asset("out", output=True),),
    )
    assert _retried(picture, WHOLE).assets[0].status is AssetStatus.PENDING


def test_a_cancelled_mission_can_be_taken_up_again_from_its_cancelled_step():
    picture = mission(
        hop(step(1, DONE), step(2, CANCELLED), status=HopStatus.CANCELLED),
        hop(status=HopStatus.CANCELLED, n=2),
        status=MissionStatus.CANCELLED,
    )
    after = _retried(picture, STEP, "s2")
    assert [each.status for each in after.hops] == [HopStatus.EXECUTING, HopStatus.PLAN_STARTED]
    assert next_action(after, NOW).step_id == "s2"


def test_nothing_is_retried_while_a_step_runs():
    picture = mission(hop(step(1, DONE), step(2, StepStatus.EXECUTING)))
    with pytest.raises(WrongState, match='"step 2" is still running'):
        retry_changes(picture, STEP, ToolStepId("s1"))


@pytest.mark.parametrize("scope", [STEP, FROM])
def test_a_step_that_has_not_run_cannot_be_retried(scope):
    picture = mission(hop(step(1, READY), status=HopStatus.IMPL_READY))
    with pytest.raises(WrongState, match='"step 1" has not run yet, current: ready_to_execute'):
        retry_changes(picture, scope, ToolStepId("s1"))


def test_a_mission_without_steps_has_nothing_to_retry():
    with pytest.raises(WrongState, match="no steps"):
        retry_changes(mission(), WHOLE)


def test_an_unknown_step_is_not_found():
    with pytest.raises(NotFound):
        retry_changes(_failed(), STEP, ToolStepId("elsewhere"))


@pytest.mark.parametrize(
    ("scope", "at", "runs", "keeps", "repeats"),
    [
        (STEP, "s2", 1, 2, ("step 2",)),
        (FROM, "s2", 2, 1, ("step 2",)),
        (FROM, "s3", 1, 2, ()),
        (WHOLE, None, 3, 0, ("step 2",)),
    ],
)
def test_a_retry_has_a_price_and_names_what_it_would_do_twice(scope, at, runs, keeps, repeats):
    picture = mission(hop(step(1, DONE), unsafe(2, DONE, has_acted=True), unsafe(3, DONE), status=HopStatus.COMPLETED))
    price = retry_price(picture, scope, at and ToolStepId(at))
    assert (price.runs, price.keeps, price.repeats) == (runs, keeps, repeats)
