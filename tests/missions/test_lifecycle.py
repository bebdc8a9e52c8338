from __future__ import annotations

from itertools import product

import pytest

from jambot.errors import WrongState
from jambot.missions.lifecycle import (
    AssetStatus,
    HopStatus,
    MissionStatus,
    StepStatus,
    is_terminal,
    may,
    require,
    require_one_of,
    sources,
)

ALLOWED = {
    MissionStatus: """
        awaiting_approval: in_progress paused cancelled
        in_progress: awaiting_approval paused completed failed cancelled
        paused: in_progress failed cancelled
    """,
    HopStatus: """
        plan_started: plan_proposed failed cancelled
        plan_proposed: plan_ready plan_started failed cancelled
        plan_ready: impl_started plan_proposed failed cancelled
        impl_started: impl_proposed plan_ready failed cancelled
        impl_proposed: impl_ready impl_started failed cancelled
        impl_ready: executing impl_proposed failed cancelled
        executing: completed failed cancelled
    """,
    StepStatus: """
        proposed: ready_to_configure failed cancelled
        ready_to_configure: ready_to_execute proposed failed cancelled
        ready_to_execute: executing ready_to_configure failed cancelled
        executing: executing completed failed cancelled interrupted
        interrupted: failed cancelled
    """,
    AssetStatus: """
        proposed: pending ready error
        pending: in_progress ready error expired
        in_progress: ready error pending
        ready: in_progress pending expired error
        error: pending in_progress ready
        expired: pending in_progress
    """,
}
RESETS = {
    MissionStatus: """
        completed: in_progress
        failed: in_progress
        cancelled: in_progress
    """,
    HopStatus: """
        executing: impl_ready
        completed: plan_started impl_ready executing
        failed: plan_started impl_ready executing
        cancelled: plan_started impl_ready executing
    """,
    StepStatus: """
        completed: ready_to_execute
        failed: ready_to_execute ready_to_configure
        cancelled: ready_to_execute ready_to_configure
        interrupted: ready_to_execute
    """,
    AssetStatus: "",
}


def _pairs(kind, table):
    rows = [row.split(":") for row in table.strip().splitlines()]
    return {(kind(source.strip()), kind(target)) for source, targets in rows for target in targets.split()}


@pytest.mark.parametrize("kind", ALLOWED)
def test_exactly_the_transitions_of_the_table_are_allowed(kind):
    assert {pair for pair in product(kind, kind) if may(*pair)} == _pairs(kind, ALLOWED[kind])


@pytest.mark.parametrize("kind", RESETS)
def test_a_reset_adds_exactly_the_ways_back(kind):
    expected = _pairs(kind, ALLOWED[kind]) | _pairs(kind, RESETS[kind])
    assert {pair for pair in product(kind, kind) if may(*pair, reset=True)} == expected


@pytest.mark.parametrize(
    ("current", "target", "sentence"),
    [
        (
            MissionStatus.COMPLETED,
            MissionStatus.PAUSED,
            "Mission must be awaiting_approval or in_progress, current: completed",
        ),
        (
            HopStatus.PLAN_STARTED,
            HopStatus.PLAN_READY,
            "Hop must be plan_proposed or impl_started, current: plan_started",
        ),
        (StepStatus.PROPOSED, StepStatus.COMPLETED, "Tool step must be executing, current: proposed"),
        (AssetStatus.PROPOSED, AssetStatus.EXPIRED, "Asset must be pending or ready, current: proposed"),
    ],
)
def test_a_wrong_transition_says_what_it_must_be_and_what_it_is(current, target, sentence):
    with pytest.raises(WrongState) as refused:
        require(current, target)
    assert refused.value.detail == sentence


def test_statuses_of_different_kinds_with_the_same_word_are_not_mixed_up():
    assert not may(MissionStatus.IN_PROGRESS, AssetStatus.READY)  # type: ignore[arg-type]
    assert may(HopStatus.COMPLETED, HopStatus.EXECUTING, reset=True)
    assert not may(StepStatus.COMPLETED, StepStatus.EXECUTING, reset=True)


def test_an_action_that_wants_one_of_several_statuses_names_them():
    require_one_of(MissionStatus.PAUSED, MissionStatus.PAUSED, MissionStatus.IN_PROGRESS)
    with pytest.raises(WrongState, match="Mission must be paused or in_progress, current: failed"):
        require_one_of(MissionStatus.FAILED, MissionStatus.PAUSED, MissionStatus.IN_PROGRESS)


def test_sources_lists_the_ways_in():
    assert sources(MissionStatus.COMPLETED) == (MissionStatus.IN_PROGRESS,)


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        (MissionStatus, "completed failed cancelled"),
        (HopStatus, "completed failed cancelled"),
        (StepStatus, "completed failed cancelled"),
        (AssetStatus, ""),
    ],
)
def test_an_end_is_what_nothing_but_a_reset_leaves(kind, ends):
    assert {status for status in kind if is_terminal(status)} == {kind(word) for word in ends.split()}
