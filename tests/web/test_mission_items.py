"""The mission panel in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jambot.clock import iso
from jambot.web.mission_items import hop_items, mission_item, step_item, timeline
from jambot.workspaces.view import HopView, MissionView, RowState, StepView

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def step(status: str = "proposed", **changes) -> StepView:
    made = StepView(
        id="s",
        tool_id="query_table",
        sequence=1,
        name="Query",
        description="",
        status=status,
        side_effect="none",
        attempt=1,
        reused=False,
        cost_cents=0,
        duration_s=None,
        error_message="",
        started_at=None,
        completed_at=None,
        heartbeat_at=None,
    )
    return replace(made, **changes)


def hop(status: str, *steps: StepView, sequence: int = 1, is_final: bool = False) -> HopView:
    return HopView(
        id=f"h{sequence}",
        sequence=sequence,
        name="Check",
        description="",
        goal="",
        rationale="",
        alternatives=(),
        success_criteria=(),
        status=status,
        is_final=is_final,
        error_message="",
        steps=steps,
    )


def mission(*hops: HopView, status: str = "in_progress", state: RowState = "running") -> MissionView:
    return MissionView(
        id="m",
        workspace_id="w",
        proposal_id=None,
        name="Revenue",
        description="",
        goal="Show it",
        status=status,
        state=state,
        ask_policy="run_all",
        current_hop_id=None,
        success_criteria=("adds up", "is explained"),
        hops=hops,
        created_at=iso(NOW - timedelta(hours=1)),
        updated_at=iso(NOW),
        completed_at=None,
    )


@pytest.mark.parametrize(
    ("status", "controls"),
    [
        ("in_progress", {"can_pause", "can_stop"}),
        ("paused", {"can_resume", "can_stop", "can_retry"}),
        ("awaiting_approval", {"can_stop"}),
        ("failed", {"can_retry"}),
        ("cancelled", {"can_retry"}),
        ("completed", set()),
    ],
)
def test_only_what_makes_sense_now_is_offered(status: str, controls: set[str]) -> None:
    item = mission_item(mission(status=status), NOW)
    offered = {name for name in ("can_pause", "can_resume", "can_stop", "can_retry") if getattr(item, name)}
    assert offered == controls


def test_a_failed_hop_is_retried_and_not_resumed() -> None:
    item = mission_item(mission(hop("failed", step("failed")), status="paused", state="paused"), NOW)
    assert (item.can_resume, item.can_retry) == (False, True)
    assert (item.state, item.word) == ("failed", "Failed")


def test_the_head_counts_steps_cost_and_time() -> None:
    done = step("completed", cost_cents=4, duration_s=2.0)
    running = step("executing", cost_cents=2, started_at=iso(NOW - timedelta(seconds=42)))
    item = mission_item(mission(hop("completed", done), hop("executing", running, sequence=2)), NOW)
    assert (item.steps_done, item.steps_total, item.percent, item.cost) == (1, 2, 50, "$0.06")
    assert (item.progress, item.beat) == ("Hop 2 of 2", "Query · 42 s")


def test_criteria_are_met_one_by_one_and_all_when_it_is_completed() -> None:
    open_one = replace(mission(), metadata={"criteria_met": [1]})
    assert [each.is_met for each in mission_item(open_one, NOW).criteria] == [False, True]
    assert mission_item(mission(status="completed", state="done"), NOW).met == 2


def test_a_finished_mission_is_done_and_not_at_its_last_hop() -> None:
    assert (
        mission_item(mission(hop("completed", step("completed")), status="completed", state="done"), NOW).progress
        == "Done"
    )


def test_the_hop_that_needs_a_look_is_open() -> None:
    items = hop_items(mission(hop("completed", step()), hop("failed", step(), sequence=2)), NOW)
    assert [(each.state, each.is_open) for each in items] == [("done", False), ("failed", True)]


def test_a_reused_result_says_so_instead_of_a_time() -> None:
    item = step_item(step("completed", reused=True, duration_s=0.0), NOW)
    assert (item.note, item.word) == ("reused", "Done, reused")


def test_a_second_attempt_is_named_and_its_failure_is_in_the_log() -> None:
    item = step_item(step("failed", attempt=2, duration_s=1.0, error_message="sheet not found"), NOW)
    assert (item.note, item.log, item.can_retry) == ("attempt 2 · 1.0 s", "sheet not found", True)


def test_a_planned_step_cannot_be_retried() -> None:
    assert not step_item(step(), NOW).can_retry


def test_the_timeline_is_newest_first() -> None:
    early, late = iso(NOW - timedelta(minutes=9)), iso(NOW - timedelta(minutes=2))
    done = step("completed", started_at=early, completed_at=late, duration_s=3.0)
    assert [each.text for each in timeline(mission(hop("completed", done)))] == [
        "Query, 3.0 s",
        "Query",
        "Accepted: Revenue",
    ]
    assert timeline(None) == []
