from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from jambot.clock import SystemClock
from jambot.db import Tx
from jambot.db.models import Asset, UserSession
from jambot.errors import NotFound, Unavailable, WrongState
from jambot.events import listening
from jambot.events.types import workspace_topic
from jambot.ids import BlobId, new_id
from jambot.missions import results
from jambot.missions.facts import AskMode
from jambot.missions.lifecycle import MissionStatus
from jambot.missions.retry import RetryScope
from jambot.workspaces.view import row_state
from tests.missions.bench_tools import count
from tests.missions.conftest import Place, eventually, note


def _steps(panel):
    return [step for hop in panel.mission.hops for step in hop.steps]


def _statuses(panel):
    return [step.status for step in _steps(panel)]


class Gate:
    """Keeps a running step where it is until it is opened."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"gate-{new_id()}"

    def open(self) -> None:
        self.path.touch()


@pytest.fixture
def gate(running: Place):
    held = Gate(running.folder)
    yield held
    held.open()


def blob_ids(session: Session) -> list[BlobId]:
    return [BlobId(each) for each in session.exec(select(Asset.blob_id)).all() if each]


async def _called(name: str) -> None:
    async def look() -> bool:
        return count(name) > 0

    await eventually(look)


async def test_an_accepted_mission_runs_its_steps_in_order_and_completes(running: Place):
    panel = await running.accepted(note("one", reads="sales"), note("two", reads="one"))
    done = await running.until(panel.id, "completed")
    assert _statuses(done) == ["completed", "completed"]
    assert (count("one"), count("two")) == (1, 1)
    first, second = _steps(done)
    assert (first.attempt, first.reused, first.execution_result) == (
        1,
        False,
        {"summary": "one done", "log": ["began", "ended"]},
    )
    assert second.duration_s is not None
    assert second.heartbeat_at is not None
    assert {asset.name: (asset.status, asset.summary) for asset in done.assets if asset.name != "sales"} == {
        "one": ("ready", "one done"),
        "two": ("ready", "two done"),
    }


async def test_a_finished_mission_completes_its_workspace(running: Place):
    panel = await running.accepted(note("one"))
    await running.until(panel.id, "completed")
    workspace = await running.work.read(lambda s: s.get(UserSession, running.workspace_id))
    assert workspace is not None
    assert (workspace.status, workspace.mission_status, workspace.mission_done) == ("completed", "completed", 1)
    assert workspace.asset_count == 2


async def test_a_mission_accepted_while_nobody_runs_is_taken_up_at_the_start(place: Place):
    panel = await place.accepted(note("one"))
    await place.runner.start()
    await place.until(panel.id, "completed")
    await place.runner.stop()
    assert count("one") == 1


async def test_a_failed_step_pauses_the_mission_and_a_retry_goes_on_from_there(running: Place):
    fault = running.folder / "fault"
    fault.touch()
    panel = await running.accepted(note("one"), note("two", reads="one", broken_while=str(fault)), note("three"))
    paused = await running.until(panel.id, "paused")
    assert paused.reason == 'The hop "Only" failed. Retry it, change it, or stop the mission.'
    assert _statuses(paused) == ["completed", "failed", "ready_to_execute"]
    assert _steps(paused)[1].error_message == "It does not work yet."
    with pytest.raises(WrongState, match='The hop "Only" failed'):
        await running.missions.resume(running.me, panel.id)
    workspace = await running.work.read(lambda s: s.get(UserSession, running.workspace_id))
    assert row_state(workspace.mission_status) == "failed"
    fault.unlink()
    await running.missions.retry(running.me, panel.id, RetryScope.STEP, step_id=_steps(paused)[1].id)
    done = await running.until(panel.id, "completed")
    assert (count("one"), count("two"), count("three")) == (1, 2, 1)
    assert (_steps(done)[1].attempt, _steps(done)[1].error_message) == (2, "")


async def test_a_tool_that_takes_too_long_is_given_up(running: Place, gate: Gate):
    panel = await running.accepted(note("one", tool="slow", gate=str(gate.path)))
    paused = await running.until(panel.id, "paused")
    assert _steps(paused)[0].error_message == "Slow took longer than 0.2 s and was given up."


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"crash": True}, "The tool failed unexpectedly (ZeroDivisionError)."),
        ({"tool": "gone"}, 'The tool "gone" is not there any more.'),
        ({"tool": "shy"}, 'Shy gave no result "result".'),
        ({"tool": "tiny", "reads": "sales"}, "Tiny takes at most 1 bytes; its inputs have 8."),
        ({"tool": "narrow", "pad": 100}, 'The result "Result" is 131 bytes; at most 50 are kept.'),
    ],
)
async def test_whatever_goes_wrong_in_a_tool_is_the_steps_failure_in_words(running: Place, how: dict, message: str):
    panel = await running.accepted(note("one", **how))
    paused = await running.until(panel.id, "paused")
    assert _steps(paused)[0].error_message == message


async def test_a_result_waits_for_a_database_that_is_away_and_is_not_made_twice(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)))
    await _called("one")
    # Another process holds the database for longer than a writer waits for it.
    with closing(sqlite3.connect(running.settings.data_dir / "jambot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        gate.open()
        for _ in range(2):  # units are answered in order: with the second, that of the result has failed too
            with pytest.raises(Unavailable):
                await running.missions.pause(running.me, panel.id)
        other.execute("ROLLBACK")
    await running.until(panel.id, "completed")
    assert count("one") == 1


async def test_a_mission_whose_input_was_deleted_under_it_can_still_be_stopped(running: Place, gate: Gate):
    panel = await running.accepted(note("one", reads="sales", gate=str(gate.path)), note("two", reads="sales"))
    await _called("one")

    def delete(tx: Tx) -> None:
        tx.get_one(Asset, running.table_id).deleted_at = SystemClock().now()

    await running.work.write(delete)
    gate.open()
    paused = await running.until(panel.id, "paused")
    assert (_statuses(paused), paused.reason) == (["completed", "ready_to_execute"], '"two" waits for "sales".')
    assert (await running.missions.stop(running.me, panel.id)).status is MissionStatus.CANCELLED


async def test_retrying_from_a_step_reuses_later_results_whose_inputs_did_not_change(running: Place):
    panel = await running.accepted(note("one"), note("two", reads="one"), note("three", reads="two"))
    done = await running.until(panel.id, "completed")
    price = await running.missions.price_of_retry(
        running.me, panel.id, RetryScope.FROM_STEP, step_id=_steps(done)[1].id
    )
    assert (price.runs, price.keeps) == (2, 1)
    await running.missions.retry(running.me, panel.id, RetryScope.FROM_STEP, step_id=_steps(done)[1].id)
    again = await running.until(panel.id, "completed")
    assert (count("one"), count("two"), count("three")) == (1, 2, 1)
    assert [step.reused for step in _steps(again)] == [False, False, True]
    assert _steps(again)[2].duration_s == _steps(done)[2].duration_s


async def test_retrying_the_whole_mission_runs_everything_again(running: Place):
    panel = await running.accepted(note("one"), note("two", reads="one"))
    await running.until(panel.id, "completed")
    await running.missions.retry(running.me, panel.id, RetryScope.MISSION)
    again = await running.until(panel.id, "completed")
    assert (count("one"), count("two")) == (2, 2)
    assert [step.attempt for step in _steps(again)] == [2, 2]


async def test_a_pause_lets_the_present_step_finish_and_a_resume_goes_on(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)), note("two", reads="one"))
    await _called("one")
    paused = await running.missions.pause(running.me, panel.id)
    assert (paused.status, paused.is_settling) == (MissionStatus.PAUSED, True)
    gate.open()
    settled = await running.until(panel.id, "paused")
    assert _statuses(settled) == ["completed", "ready_to_execute"]
    await running.missions.resume(running.me, panel.id)
    await running.until(panel.id, "completed")
    assert (count("one"), count("two")) == (1, 1)


async def test_resuming_while_the_step_still_runs_does_not_run_it_twice(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)), note("two"))
    await _called("one")
    await running.missions.pause(running.me, panel.id)
    await running.missions.resume(running.me, panel.id)
    gate.open()
    await running.until(panel.id, "completed")
    assert (count("one"), count("two")) == (1, 1)


async def test_a_stop_keeps_what_the_present_step_brings_and_begins_nothing_more(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)), note("two"))
    await _called("one")
    stopped = await running.missions.stop(running.me, panel.id)
    assert (stopped.status, stopped.is_settling) == (MissionStatus.CANCELLED, True)
    gate.open()
    settled = await running.until(panel.id, "cancelled")
    assert (_statuses(settled), settled.mission.hops[0].status) == (["completed", "cancelled"], "cancelled")
    assert {asset.name: asset.status for asset in settled.assets}["one"] == "ready"
    assert count("two") == 0


async def test_a_kill_refuses_what_the_present_step_still_brings(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)), note("two"))
    await _called("one")
    killed = await running.missions.kill(running.me, panel.id, reason="wrong file")
    assert (_statuses(killed), killed.is_settling) == (["cancelled", "cancelled"], False)
    gate.open()
    await running.runner.stop(drain=timedelta(seconds=10))
    after = await running.missions.view(running.me, panel.id)
    assert _statuses(after) == ["cancelled", "cancelled"]
    assert {asset.name: asset.status for asset in after.assets}["one"] == "pending"


async def test_a_stopped_mission_can_be_taken_up_again(running: Place, gate: Gate):
    panel = await running.accepted(note("one", gate=str(gate.path)), note("two"))
    await _called("one")
    await running.missions.kill(running.me, panel.id, reason="later")
    gate.open()
    await running.missions.retry(running.me, panel.id, RetryScope.MISSION)
    await running.until(panel.id, "completed")
    assert (count("one"), count("two")) == (2, 1)


async def test_an_unsafe_step_asks_first_and_runs_once_after_a_yes(running: Place):
    panel = await running.accepted(note("one"), note("send it", tool="send"))
    waiting = await running.until(panel.id, "awaiting_approval")
    assert [each.question for each in waiting.approvals] == ['"send it" acts outside this workspace. Run it?']
    assert count("send it") == 0
    approval = waiting.approvals[0]
    await running.missions.answer(running.me, approval.id, approve=True)
    done = await running.until(panel.id, "completed")
    assert (count("send it"), done.approvals) == (1, ())
    await running.missions.answer(running.me, approval.id, approve=True)
    with pytest.raises(WrongState, match="Approval must be pending, current: approved"):
        await running.missions.answer(running.me, approval.id, approve=False)


async def test_a_yes_counts_for_one_run(running: Place):
    panel = await running.accepted(note("send it", tool="send"))
    waiting = await running.until(panel.id, "awaiting_approval")
    await running.missions.answer(running.me, waiting.approvals[0].id, approve=True)
    await running.until(panel.id, "completed")
    await running.missions.retry(running.me, panel.id, RetryScope.MISSION)
    again = await running.until(panel.id, "awaiting_approval")
    assert again.approvals[0].question == '"send it" may have acted already. Running it again will do it a second time.'
    assert count("send it") == 1


async def test_a_no_pauses_the_mission_and_a_resume_asks_again(running: Place):
    panel = await running.accepted(note("send it", tool="send"))
    waiting = await running.until(panel.id, "awaiting_approval")
    refused = await running.missions.answer(running.me, waiting.approvals[0].id, approve=False)
    assert (refused.status, refused.approvals) == (MissionStatus.PAUSED, ())
    await running.missions.resume(running.me, panel.id)
    again = await running.until(panel.id, "awaiting_approval")
    assert again.approvals[0].id != waiting.approvals[0].id
    assert count("send it") == 0


async def test_a_question_nobody_waits_on_any_more_is_withdrawn(running: Place):
    panel = await running.accepted(note("send it", tool="send"))
    waiting = await running.until(panel.id, "awaiting_approval")
    stopped = await running.missions.stop(running.me, panel.id)
    assert stopped.approvals == ()
    with pytest.raises(WrongState, match="Approval must be pending, current: withdrawn"):
        await running.missions.answer(running.me, waiting.approvals[0].id, approve=True)


async def test_with_every_hop_the_next_hop_waits_for_a_yes(running: Place):
    panel = await running.accepted(note("one"), second_hop=(note("two"),), ask=AskMode.EVERY_HOP)
    waiting = await running.until(panel.id, "awaiting_approval")
    assert [each.question for each in waiting.approvals] == ['Start the hop "Second"?']
    await running.missions.answer(running.me, waiting.approvals[0].id, approve=True)
    await running.until(panel.id, "completed")
    assert (count("one"), count("two")) == (1, 1)


async def test_a_mission_whose_hops_are_not_designed_pauses_and_says_so(running: Place):
    from dataclasses import replace

    draft = replace(running.draft(note("one")), hops=())
    proposal = await running.missions.propose(running.me, running.workspace_id, draft)
    panel = await running.missions.accept(running.me, proposal.id)
    assert (await running.until(panel.id, "paused")).reason == "The goal is not reached yet."


async def test_a_large_result_is_kept_as_a_blob_and_read_by_the_next_step(running: Place):
    panel = await running.accepted(note("one", pad=results.MAX_INLINE_BYTES), note("two", reads="one"))
    done = await running.until(panel.id, "completed")
    one = next(asset for asset in done.assets if asset.name == "one")
    assert one.size_bytes > results.MAX_INLINE_BYTES
    assert count("two") == 1


async def test_a_result_that_replaces_another_leaves_no_content_behind(running: Place):
    panel = await running.accepted(note("one", pad=results.MAX_INLINE_BYTES))
    await running.until(panel.id, "completed")
    first = await running.work.read(blob_ids)
    await running.missions.retry(running.me, panel.id, RetryScope.MISSION)
    await running.until(panel.id, "completed")
    second = await running.work.read(blob_ids)
    assert (len(first), len(second)) == (1, 1)
    assert first != second

    async def is_gone() -> bool:
        try:
            running.blobs.get(first[0])
        except NotFound:
            return True
        return False

    await eventually(is_gone)
    assert running.blobs.get(second[0])


async def test_a_step_in_the_middle_of_a_stop_is_finished_and_the_next_is_left_for_the_next_start(place: Place):
    gate = Gate(place.folder)
    await place.runner.start()
    panel = await place.accepted(note("one", gate=str(gate.path)), note("two", reads="one"))
    await _called("one")
    stopping = asyncio.create_task(place.runner.stop(drain=timedelta(seconds=10)))
    gate.open()
    await stopping
    left = await place.missions.view(place.me, panel.id)
    assert _statuses(left) == ["completed", "ready_to_execute"]
    await place.runner.start()
    await place.until(panel.id, "completed")
    await place.runner.stop()
    assert (count("one"), count("two")) == (1, 1)


async def test_a_step_waits_for_a_free_place_and_then_runs(alone: Place):
    place = alone
    gate = Gate(place.folder)
    await place.runner.start()
    other = await place.another()
    long = await place.accepted(note("long", gate=str(gate.path)))
    await _called("long")
    waiting = await other.accepted(note("short"))
    for _ in range(10):
        assert _statuses(await other.missions.view(other.me, waiting.id)) == ["ready_to_execute"]
        await asyncio.sleep(0.02)
    gate.open()
    await place.until(long.id, "completed")
    await other.until(waiting.id, "completed")
    await place.runner.stop()


async def test_a_mission_begins_nothing_while_the_runner_stops(place: Place):
    busy, waiting = Gate(place.folder), Gate(place.folder)
    await place.runner.start()
    other = await place.another()
    held = await other.accepted(note("long", gate=str(busy.path)))
    panel = await place.accepted(note("one", gate=str(waiting.path)), note("two"))
    await _called("long")
    await _called("one")
    stopping = asyncio.create_task(place.runner.stop(drain=timedelta(seconds=10)))
    waiting.open()

    async def first_is_done() -> bool:
        return _statuses(await place.missions.view(place.me, panel.id))[0] == "completed"

    await eventually(first_is_done)
    # The next decision is made at once; give the step it would begin a chance to be seen.
    for _ in range(10):
        assert _statuses(await place.missions.view(place.me, panel.id))[1] == "ready_to_execute"
        await asyncio.sleep(0.02)
    busy.open()
    await stopping
    assert _statuses(await other.missions.view(other.me, held.id)) == ["completed"]


async def test_followers_hear_each_step_and_signs_of_life_while_it_runs(running: Place, gate: Gate):
    async with listening(running.bus, workspace_topic(running.workspace_id)) as heard:
        panel = await running.accepted(note("one", gate=str(gate.path)))
        progress = []
        async with asyncio.timeout(10):
            while len(progress) < 2:
                event = await heard.next()
                if event.kind == "step.progress":
                    progress.append(event.to_wire()["status"])
        assert progress == ["executing", "executing"]
        gate.open()
        await running.until(panel.id, "completed")
