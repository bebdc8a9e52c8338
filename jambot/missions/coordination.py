"""How the statuses of a mission, its hops, steps and assets hang together. Pure.

`violations` is the one place that says which combinations may be stored; `consequences` says what else must move when
something moved. A unit of work applies its changes, adds the consequences, and is refused while a violation is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jambot.ids import AssetId
from jambot.missions.facts import AssetFact, Change, HopFact, MissionFact, StepFact
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus, is_terminal

# An interrupted step has begun, so its hop is still the one being executed.
_BEGUN = frozenset({StepStatus.EXECUTING, StepStatus.COMPLETED, StepStatus.INTERRUPTED})
_READY = frozenset({StepStatus.READY_TO_EXECUTE})

_OUTPUT_FOR = {
    StepStatus.EXECUTING: AssetStatus.IN_PROGRESS,
    StepStatus.COMPLETED: AssetStatus.READY,
    StepStatus.FAILED: AssetStatus.ERROR,
}


def violations(mission: MissionFact) -> tuple[str, ...]:
    """Every broken rule as a sentence; empty when the picture may be stored."""
    assets = mission.assets_by_id()
    made = {asset for step in mission.steps() for asset in step.outputs}
    found = [*_mission_violations(mission)]
    for hop in mission.hops:
        found.extend(_hop_violations(hop))
        for step in hop.steps:
            found.extend(_step_violations(step, assets, made))
    return tuple(found)


def consequences(mission: MissionFact) -> tuple[Change, ...]:
    """What must move because of how things stand; empty when nothing must. One change per entity, in a stable order."""
    changes: dict[str, Change] = {}
    settled = mission
    while found := {change.id: change for change in _next_moves(settled)}:
        changes |= found
        settled = settled.with_changes(found.values())
    return tuple(changes.values())


def _mission_violations(mission: MissionFact) -> Iterator[str]:
    if mission.status is MissionStatus.COMPLETED:
        for hop in mission.hops:
            if hop.status is not HopStatus.COMPLETED:
                yield f'Mission is completed, so its hop "{hop.name}" must be completed, current: {hop.status}'
        for asset in mission.assets:
            if asset.is_output and asset.status is not AssetStatus.READY:
                yield f'Mission is completed, so its output "{asset.name}" must be ready, current: {asset.status}'
    if mission.status is MissionStatus.CANCELLED:
        for hop in mission.hops:
            # A step that is being stopped may still hand in what it has.
            if not is_terminal(hop.status) and not _is_running(hop):
                yield f'Mission is cancelled, so its hop "{hop.name}" must be cancelled, current: {hop.status}'


def _hop_violations(hop: HopFact) -> Iterator[str]:
    statuses = [step.status for step in hop.steps]
    if hop.status is HopStatus.IMPL_READY:
        for step in hop.steps:
            if step.status not in _READY:
                yield f'Hop "{hop.name}" is ready, so "{step.name}" must be ready, current: {step.status}'
    if hop.status is HopStatus.EXECUTING and not any(status in _BEGUN for status in statuses):
        yield f'Hop "{hop.name}" is executing, so at least one step must be executing or completed'
    if hop.status is HopStatus.COMPLETED:
        for step in hop.steps:
            if step.status is not StepStatus.COMPLETED:
                yield f'Hop "{hop.name}" is completed, so "{step.name}" must be completed, current: {step.status}'
    if hop.status is HopStatus.FAILED and StepStatus.FAILED not in statuses:
        yield f'Hop "{hop.name}" is failed, so at least one step must be failed'


def _step_violations(step: StepFact, assets: Mapping[AssetId, AssetFact], made: set[AssetId]) -> Iterator[str]:
    must_have = step.status is StepStatus.EXECUTING
    for asset in (assets[id_] for id_ in step.inputs if id_ in assets):
        # What an earlier step will make need not be there while this one waits for its turn.
        waits = step.status is StepStatus.READY_TO_EXECUTE and asset.id not in made
        if (must_have or waits) and asset.status is not AssetStatus.READY:
            yield f'"{step.name}" is {step.status}, so its input "{asset.name}" must be ready, current: {asset.status}'
    wanted = _OUTPUT_FOR.get(step.status)
    for asset in (assets[id_] for id_ in step.outputs if id_ in assets):
        if wanted is not None and asset.status is not wanted:
            have = f"must be {wanted}, current: {asset.status}"
            yield f'"{step.name}" is {step.status}, so its output "{asset.name}" {have}'


def _next_moves(mission: MissionFact) -> Iterator[Change]:
    assets = mission.assets_by_id()
    for step in mission.steps():
        yield from _outputs_follow(step, assets)
    for hop in mission.hops:
        yield from _hop_follows(hop, mission)
    yield from _mission_follows(mission)


def _outputs_follow(step: StepFact, assets: Mapping[AssetId, AssetFact]) -> Iterator[Change]:
    wanted = _OUTPUT_FOR.get(step.status, AssetStatus.PENDING)
    for asset in (assets[id_] for id_ in step.outputs if id_ in assets):
        if asset.status is wanted or (wanted is AssetStatus.PENDING and asset.status is AssetStatus.PROPOSED):
            continue
        yield Change(id=asset.id, to=wanted)


def _hop_follows(hop: HopFact, mission: MissionFact) -> Iterator[Change]:
    statuses = [step.status for step in hop.steps]
    if mission.status is MissionStatus.CANCELLED and not is_terminal(hop.status):
        for step in hop.steps:
            if not is_terminal(step.status) and step.status is not StepStatus.EXECUTING:
                yield Change(id=step.id, to=StepStatus.CANCELLED)
        if not _is_running(hop):
            finished = statuses and all(status is StepStatus.COMPLETED for status in statuses)
            yield Change(id=hop.id, to=HopStatus.COMPLETED if finished else HopStatus.CANCELLED)
    elif hop.status is HopStatus.IMPL_READY and any(status in _BEGUN for status in statuses):
        yield Change(id=hop.id, to=HopStatus.EXECUTING)
    elif hop.status is HopStatus.EXECUTING and StepStatus.FAILED in statuses:
        yield Change(id=hop.id, to=HopStatus.FAILED)
    elif hop.status is HopStatus.EXECUTING and all(status is StepStatus.COMPLETED for status in statuses):
        yield Change(id=hop.id, to=HopStatus.COMPLETED)


def _mission_follows(mission: MissionFact) -> Iterator[Change]:
    if mission.status is not MissionStatus.IN_PROGRESS:
        return
    for hop in mission.hops:
        if hop.status is HopStatus.FAILED:
            reason = f'The hop "{hop.name}" failed. Retry it, change it, or stop the mission.'
            yield Change(id=mission.id, to=MissionStatus.PAUSED, reason=reason)
            return
    for step in mission.steps():
        if step.status is StepStatus.INTERRUPTED:
            reason = f'"{step.name}" was interrupted and may have acted already. Decide whether it runs again.'
            yield Change(id=mission.id, to=MissionStatus.AWAITING_APPROVAL, reason=reason)
            return


def _is_running(hop: HopFact) -> bool:
    return any(step.status is StepStatus.EXECUTING for step in hop.steps)
