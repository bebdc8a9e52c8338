"""What a retry sends back to the start, and what it keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jambot.errors import NotFound, WrongState
from jambot.ids import ToolStepId
from jambot.missions.facts import Change, HopFact, MissionFact, SideEffect, StepFact
from jambot.missions.lifecycle import HopStatus, MissionStatus, StepStatus, is_terminal

# What came to no result has to run in any case before the mission can end.
_WITHOUT_RESULT = frozenset({StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.INTERRUPTED})
_WAITING = frozenset({StepStatus.PROPOSED, StepStatus.READY_TO_CONFIGURE, StepStatus.READY_TO_EXECUTE})


class RetryScope(StrEnum):
    """`step`: this one alone. `from_step`: this one anew, later ones only where what they read has changed.
    `mission`: everything anew."""

    STEP = "step"
    FROM_STEP = "from_step"
    MISSION = "mission"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPrice:
    """What a retry costs: steps that run or are looked at again, results kept, and unsafe steps it would repeat."""

    scope: RetryScope
    runs: int
    keeps: int
    repeats: tuple[str, ...] = ()


def retry_changes(mission: MissionFact, scope: RetryScope, step_id: ToolStepId | None = None) -> tuple[Change, ...]:
    """The resets a retry asks for, mission first.

    Raises:
        NotFound: the mission has no such step.
        WrongState: a step of it is running, or the named step has not run yet.
    """
    chosen = _chosen(mission, scope, step_id)
    running = next((step for step in mission.steps() if step.status is StepStatus.EXECUTING), None)
    if running is not None:
        raise WrongState(f'"{running.name}" is still running. Wait for it, or stop the mission first.')
    first = chosen[0]
    if scope is not RetryScope.MISSION and first.status in _WAITING:
        raise WrongState(f'"{first.name}" has not run yet, current: {first.status}')
    chosen_ids = {step.id for step in chosen}
    reset = {
        step.id: step
        for step in mission.steps()
        if step.status in _WITHOUT_RESULT or (step.id in chosen_ids and step.status not in _WAITING)
    }
    steps = [
        Change(
            id=step.id,
            to=StepStatus.READY_TO_EXECUTE,
            forget=scope is RetryScope.MISSION or step.id == first.id,
            reason="Retried by its owner.",
        )
        for step in reset.values()
    ]
    after = mission.with_changes(steps)
    hops = list(_hop_resets(mission, after))
    head = [Change(id=mission.id, to=MissionStatus.IN_PROGRESS, reason="Retried by its owner.")]
    return (*(head if mission.status is not MissionStatus.IN_PROGRESS else ()), *hops, *steps)


def retry_price(mission: MissionFact, scope: RetryScope, step_id: ToolStepId | None = None) -> RetryPrice:
    """The price to show beside a retry, before anything is decided. Raises NotFound."""
    chosen = _chosen(mission, scope, step_id)
    done = [step for step in mission.steps() if step.status is StepStatus.COMPLETED]
    return RetryPrice(
        scope=scope,
        runs=len(chosen),
        keeps=sum(1 for step in done if step not in chosen),
        repeats=tuple(step.name for step in chosen if step.side_effect is SideEffect.UNSAFE and step.has_acted),
    )


def _chosen(mission: MissionFact, scope: RetryScope, step_id: ToolStepId | None) -> list[StepFact]:
    steps = list(mission.steps())
    if scope is RetryScope.MISSION:
        if not steps:
            raise WrongState("This mission has no steps to run again.")
        return steps
    at = next((index for index, step in enumerate(steps) if step.id == step_id), None)
    if at is None:
        raise NotFound
    return steps[at : at + 1] if scope is RetryScope.STEP else steps[at:]


def _hop_resets(before: MissionFact, after: MissionFact) -> Iterator[Change]:
    for old, new in zip(before.hops, after.hops, strict=True):
        if not is_terminal(old.status) and old.status is not HopStatus.EXECUTING:
            continue
        target = _hop_target(new)
        if target is not None and target is not old.status:
            yield Change(id=old.id, to=target, reason="Retried by its owner.")


def _hop_target(hop: HopFact) -> HopStatus | None:
    statuses = {step.status for step in hop.steps}
    if not statuses:
        return HopStatus.PLAN_STARTED
    if statuses == {StepStatus.COMPLETED}:
        return None
    if statuses <= {StepStatus.READY_TO_EXECUTE}:
        return HopStatus.IMPL_READY
    return HopStatus.EXECUTING
