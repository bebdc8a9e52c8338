from __future__ import annotations

from datetime import timedelta

import pytest

from jambot.ids import AssetId
from jambot.missions.facts import AskMode
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus
from jambot.missions.progress import Action, Verb, input_hash, next_action
from tests.missions.pictures import DONE, NOW, READY, asset, hop, mission, step, unsafe

RUNNING, INTERRUPTED = StepStatus.EXECUTING, StepStatus.INTERRUPTED
ALIVE, LAPSED = NOW + timedelta(seconds=5), NOW - timedelta(seconds=1)


def _brief(picture):
    action = next_action(picture, NOW)
    return action.verb, action.step_id or action.hop_id


@pytest.mark.parametrize("status", [status for status in MissionStatus if status is not MissionStatus.IN_PROGRESS])
def test_only_a_mission_in_progress_goes_on(status):
    action = next_action(mission(hop(step(1), status=HopStatus.IMPL_READY), status=status), NOW)
    assert action == Action(verb=Verb.NOTHING, reason=f"The mission is {status}.")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((step(1), step(2)), (Verb.RUN_STEP, "s1")),
        ((step(1, DONE), step(2)), (Verb.RUN_STEP, "s2")),
        ((step(1, RUNNING, lease_until=ALIVE), step(2)), (Verb.NOTHING, "s1")),
        ((step(1, RUNNING, lease_until=LAPSED), step(2)), (Verb.RUN_STEP, "s1")),
        ((step(1, RUNNING, lease_until=NOW), step(2)), (Verb.RUN_STEP, "s1")),
        ((step(1, RUNNING), step(2)), (Verb.RUN_STEP, "s1")),
        ((unsafe(1, RUNNING, lease_until=ALIVE), step(2)), (Verb.NOTHING, "s1")),
        ((unsafe(1, RUNNING, lease_until=LAPSED), step(2)), (Verb.ASK, "s1")),
        ((unsafe(1, RUNNING, lease_until=LAPSED, allowed=True), step(2)), (Verb.ASK, "s1")),
        ((step(1, INTERRUPTED), step(2)), (Verb.ASK, "s1")),
        ((step(1, StepStatus.FAILED), step(2)), (Verb.PAUSE, "s1")),
        ((step(1, StepStatus.CANCELLED), step(2)), (Verb.PAUSE, "s1")),
        ((step(1, StepStatus.PROPOSED), step(2)), (Verb.PROPOSE_HOP, "h1")),
        ((step(1, StepStatus.READY_TO_CONFIGURE),), (Verb.PROPOSE_HOP, "h1")),
        ((), (Verb.PROPOSE_HOP, "h1")),
        ((step(1, DONE),), (Verb.PAUSE, "h1")),
    ],
)
def test_the_first_unfinished_step_of_a_hop_decides(steps, expected):
    assert _brief(mission(hop(*steps))) == expected


@pytest.mark.parametrize(
    ("status", "verb"),
    [
        (HopStatus.PLAN_STARTED, Verb.PROPOSE_HOP),
        (HopStatus.PLAN_PROPOSED, Verb.ASK),
        (HopStatus.PLAN_READY, Verb.PROPOSE_HOP),
        (HopStatus.IMPL_STARTED, Verb.PROPOSE_HOP),
        (HopStatus.IMPL_PROPOSED, Verb.ASK),
        (HopStatus.FAILED, Verb.PAUSE),
        (HopStatus.CANCELLED, Verb.PAUSE),
    ],
)
def test_a_hop_that_cannot_run_yet_is_designed_asked_about_or_waited_for(status, verb):
    finished = hop(step(1, DONE), status=HopStatus.COMPLETED, final=False)
    assert _brief(mission(finished, hop(step(2), status=status, n=2))) == (verb, "h2")


@pytest.mark.parametrize(
    ("one", "ask", "expected"),
    [
        (unsafe(1), AskMode.SIDE_EFFECTS, Verb.ASK),
        (unsafe(1), AskMode.EVERY_HOP, Verb.ASK),
        (unsafe(1), AskMode.RUN_ALL, Verb.RUN_STEP),
        (unsafe(1, allowed=True), AskMode.SIDE_EFFECTS, Verb.RUN_STEP),
        (unsafe(1, has_acted=True), AskMode.RUN_ALL, Verb.ASK),
        (unsafe(1, has_acted=True, allowed=True), AskMode.RUN_ALL, Verb.RUN_STEP),
        (unsafe(1, has_acted=True, result_hash="h", input_hash="h"), AskMode.EVERY_HOP, Verb.REUSE_STEP),
        (step(1), AskMode.EVERY_HOP, Verb.RUN_STEP),
        (step(1, has_acted=True), AskMode.EVERY_HOP, Verb.RUN_STEP),
    ],
)
def test_an_unsafe_step_asks_and_asks_again_before_a_second_time(one, ask, expected):
    assert next_action(mission(hop(one, status=HopStatus.IMPL_READY), ask=ask), NOW).verb is expected


def test_the_question_about_a_second_time_names_the_step_and_the_effect():
    action = next_action(mission(hop(unsafe(1, has_acted=True))), NOW)
    assert action.reason == '"step 1" may have acted already. Running it again will do it a second time.'


@pytest.mark.parametrize(
    ("result", "present", "verb"),
    [
        ("same", "same", Verb.REUSE_STEP),
        ("old", "new", Verb.RUN_STEP),
        (None, "new", Verb.RUN_STEP),
        (None, None, Verb.RUN_STEP),
        ("old", None, Verb.RUN_STEP),
    ],
)
def test_a_result_is_reused_only_when_its_inputs_are_unchanged(result, present, verb):
    picture = mission(hop(step(1, READY, result_hash=result, input_hash=present)))
    assert next_action(picture, NOW).verb is verb


def test_a_step_whose_input_is_not_there_pauses_and_names_it():
    one = step(1, inputs=(AssetId("sales.csv"),))
    action = next_action(mission(hop(one), assets=(asset("sales.csv", AssetStatus.EXPIRED),)), NOW)
    assert (action.verb, action.reason) == (Verb.PAUSE, '"step 1" waits for "sales.csv".')


def test_the_final_hop_with_all_outputs_ready_completes_the_mission():
    finished = hop(step(1, DONE), status=HopStatus.COMPLETED)
    ready = asset("report", output=True)
    assert next_action(mission(finished, assets=(ready,)), NOW).verb is Verb.COMPLETE


def test_an_output_nobody_made_keeps_the_mission_from_completing():
    finished = hop(step(1, DONE), status=HopStatus.COMPLETED)
    missing = asset("report", AssetStatus.PENDING, output=True)
    action = next_action(mission(finished, assets=(missing,)), NOW)
    assert (action.verb, action.reason) == (Verb.PAUSE, 'Every hop is done, but "report" was not made.')


def test_without_a_final_hop_the_next_one_is_designed():
    finished = hop(step(1, DONE), status=HopStatus.COMPLETED, final=False)
    assert next_action(mission(finished), NOW) == Action(verb=Verb.PROPOSE_HOP, reason="The goal is not reached yet.")
    assert next_action(mission(), NOW).verb is Verb.PROPOSE_HOP


def test_waiting_for_a_living_runner_says_when_to_look_again():
    action = next_action(mission(hop(step(1, RUNNING, lease_until=ALIVE))), NOW)
    assert action.look_again_at == ALIVE


@pytest.mark.parametrize("again", [None, ALIVE])
def test_an_action_survives_json(again):
    action = next_action(mission(hop(step(1))), NOW)
    action = Action(verb=action.verb, step_id=action.step_id, hop_id=action.hop_id, reason="x", look_again_at=again)
    assert Action.from_json(action.to_json()) == action


def test_the_input_hash_changes_with_anything_a_call_reads_and_with_nothing_else():
    base = input_hash("chart", {"table": "d1", "x": 1}, {"theme": "dark"})
    assert base == input_hash("chart", {"x": 1, "table": "d1"}, {"theme": "dark"})
    others = {
        input_hash("chart2", {"table": "d1", "x": 1}, {"theme": "dark"}),
        input_hash("chart", {"table": "d2", "x": 1}, {"theme": "dark"}),
        input_hash("chart", {"table": "d1", "x": "1"}, {"theme": "dark"}),
        input_hash("chart", {"table": "d1", "x": 1}),
    }
    assert len(others | {base}) == 5
