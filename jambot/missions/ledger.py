"""From rows to the picture the rules look at, and from the rules' changes back to rows.

Every change of status goes through `apply`: it is checked, its consequences are added, it is written to the record, and
whoever follows the workspace hears of it after the commit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jambot.db import Tx
from jambot.db.models import Asset, Hop, Mission, StatusChange, ToolStep, UserSession, WorkspaceStatus
from jambot.db.repositories import assets
from jambot.db.repositories.missions import MissionRows
from jambot.errors import WrongState
from jambot.events.types import AssetChanged, MissionChanged, StepProgress
from jambot.ids import AssetId, HopId, MissionId, ToolStepId
from jambot.missions.coordination import consequences, violations
from jambot.missions.facts import AskMode, AssetFact, Change, HopFact, MissionFact, SideEffect, StepFact
from jambot.missions.lifecycle import (
    AssetStatus,
    HopStatus,
    MissionStatus,
    Status,
    StepStatus,
    is_terminal,
    require,
)
from jambot.missions.progress import input_hash
from jambot.missions.telling import tell_done, tell_stuck
from jambot.workspaces import story

SYSTEM = "system"


def fact_of(rows: MissionRows) -> MissionFact:
    """The picture of a mission as its rows say it."""
    return MissionFact(
        id=MissionId(rows.mission.id),
        status=MissionStatus(rows.mission.status),
        ask=AskMode(rows.mission.ask_policy),
        hops=tuple(
            HopFact(
                id=HopId(hop.id),
                sequence=hop.sequence,
                name=hop.name,
                status=HopStatus(hop.status),
                is_final=hop.is_final,
                steps=tuple(_step_fact(rows, step) for step in rows.steps_of(hop.id)),
            )
            for hop in rows.hops
        ),
        assets=tuple(
            AssetFact(
                id=AssetId(asset.id),
                name=asset.name,
                status=AssetStatus.EXPIRED if asset.deleted_at else AssetStatus(asset.status),
                is_output=asset.role == "output" and asset.scope_id == rows.mission.id,
            )
            for asset in rows.assets.values()
        ),
    )


def apply(
    tx: Tx, rows: MissionRows, changes: Iterable[Change], *, now: datetime, actor: str = SYSTEM, reset: bool = False
) -> None:
    """Make `changes` and what follows from them, or nothing.

    Raises:
        WrongState: a transition is not allowed, or the result would contradict itself.
    """
    moves = list(changes)
    before = fact_of(rows)
    after = before.with_changes(moves)
    following = consequences(after)
    # What was broken before, by a file deleted under a running step, say, must not keep its owner from stopping it.
    known = violations(before)
    if broken := [each for each in violations(after.with_changes(following)) if each not in known]:
        raise WrongState(" ".join(broken))
    entities: dict[str, Mission | Hop | ToolStep | Asset] = {
        rows.mission.id: rows.mission,
        **{hop.id: hop for hop in rows.hops},
        **{step.id: step for step in rows.steps},
        **rows.assets,
    }
    moves += following
    for change in moves:
        _write(tx, rows.mission, entities[change.id], change, now=now, actor=actor, reset=reset)
    _tell(tx, rows, moves, now=now)


def digest_of(asset: Asset) -> str:
    """What stands for an asset's content in an input hash. Equal contents of results have equal digests."""
    known = asset.asset_metadata.get("sha256")
    if isinstance(known, str):
        return known
    # The content behind a blob id never changes.
    return asset.blob_id or hashlib.sha256((asset.content or "").encode()).hexdigest()


def present_hash(rows: MissionRows, step: ToolStep) -> str | None:
    """The hash of what a step would be given now; None while an input is not ready."""
    inputs: dict[str, Any] = {}
    for parameter, source in step.parameter_mapping.items():
        if "asset" not in source:
            inputs[parameter] = {"literal": source.get("literal")}
            continue
        asset = rows.assets.get(source["asset"])
        if asset is None or asset.status != AssetStatus.READY or asset.deleted_at is not None:
            return None
        # The name is read too: titles and sources are made of it.
        inputs[parameter] = {"digest": digest_of(asset), "name": asset.name}
    return input_hash(step.tool_id, inputs, step.resource_configs)


def is_allowed(rows: MissionRows, step: ToolStep) -> bool:
    """Whether the owner said yes to the step's next run: a yes counts for one run."""
    return bool(_unused_yes(rows, step))


def use_yes(rows: MissionRows, step: ToolStep) -> None:
    """The run that was said yes to begins. Which yes was used is kept, not when: clocks of processes differ."""
    if used := _unused_yes(rows, step):
        before = rows.mission.mission_metadata.get("used_approvals", [])
        rows.mission.mission_metadata = {**rows.mission.mission_metadata, "used_approvals": [*before, *used]}


def _unused_yes(rows: MissionRows, step: ToolStep) -> list[str]:
    used = rows.mission.mission_metadata.get("used_approvals", ())
    return [a.id for a in rows.approvals if a.step_id == step.id and a.status == "approved" and a.id not in used]


def _step_fact(rows: MissionRows, step: ToolStep) -> StepFact:
    side_effect = SideEffect(step.side_effect)
    return StepFact(
        id=ToolStepId(step.id),
        sequence=step.sequence,
        name=step.name,
        tool_id=step.tool_id,
        status=StepStatus(step.status),
        side_effect=side_effect,
        inputs=tuple(AssetId(source["asset"]) for source in step.parameter_mapping.values() if "asset" in source),
        outputs=tuple(AssetId(target["asset"]) for target in step.result_mapping.values() if "asset" in target),
        lease_until=step.lease_expires_at,
        result_hash=step.input_hash,
        input_hash=present_hash(rows, step),
        has_acted=side_effect is SideEffect.UNSAFE and step.attempt > 0,
        allowed=is_allowed(rows, step),
    )


def _write(
    tx: Tx,
    mission: Mission,
    entity: Mission | Hop | ToolStep | Asset,
    change: Change,
    *,
    now: datetime,
    actor: str,
    reset: bool,
) -> None:
    current: Status = type(change.to)(entity.status)
    require(current, change.to, reset=reset)
    entity.status = change.to.value
    entity.updated_at = now
    if isinstance(entity, Mission):
        entity.status_changed_at = now
        entity.completed_at = now if change.to is MissionStatus.COMPLETED else None
        entity.mission_metadata = {**entity.mission_metadata, "reason": change.reason}
    if isinstance(entity, ToolStep):
        _write_step(entity, change, now)
    if isinstance(entity, Hop):
        entity.error_message = "" if change.to is not HopStatus.FAILED else change.reason
    tx.add(entity)
    tx.add(
        StatusChange(
            entity=_ENTITY[type(entity)],
            entity_id=entity.id,
            workspace_id=mission.workspace_id,
            from_status=current.value,
            to_status=change.to.value,
            actor=actor,
            reason=change.reason,
            error=entity.error_message if isinstance(entity, ToolStep) else "",
            at=now,
        )
    )


_ENTITY = {Mission: "mission", Hop: "hop", ToolStep: "tool_step", Asset: "asset"}


def _write_step(step: ToolStep, change: Change, now: datetime) -> None:
    if change.forget:
        step.input_hash = None
    if change.to is not StepStatus.EXECUTING:
        step.lease_expires_at = None
    if is_terminal(change.to):
        step.completed_at = now
    if change.to is StepStatus.READY_TO_EXECUTE:
        step.error_message = ""
        step.completed_at = None


def _as_listed(rows: MissionRows) -> str:
    """A mission that a failure stopped is paused by the rules; in a list it has failed."""
    is_stuck = rows.mission.status == MissionStatus.PAUSED and any(hop.status == HopStatus.FAILED for hop in rows.hops)
    return MissionStatus.FAILED if is_stuck else rows.mission.status


def _tell(tx: Tx, rows: MissionRows, moves: list[Change], *, now: datetime) -> None:
    mission = rows.mission
    _note_present_hop(rows)
    workspace = tx.get(UserSession, mission.workspace_id)
    assert workspace is not None, "a mission's row goes with its workspace's"
    if workspace.mission_id == mission.id:
        workspace.mission_status = _as_listed(rows)
        workspace.mission_total = len(rows.steps)
        workspace.mission_done = sum(1 for step in rows.steps if step.status == StepStatus.COMPLETED)
        workspace.updated_at = now
    where = {"workspace_id": mission.workspace_id, "user_id": mission.user_id}
    for change in moves:
        if isinstance(change.to, StepStatus):
            tx.emit(StepProgress(mission_id=mission.id, step_id=change.id, status=change.to.value, **where))
            told = {"mission_id": mission.id, "step_id": change.id, "status": change.to.value}
            story.record_event(tx, workspace.id, StepProgress.kind, told, now)
        elif isinstance(change.to, AssetStatus):
            tx.emit(AssetChanged(asset_id=change.id, status=change.to.value, **where))
    if any(isinstance(change.to, AssetStatus) for change in moves):
        tx.flush()
        workspace.asset_count = assets.ready_in(tx, workspace.id)
    if any(isinstance(change.to, MissionStatus | HopStatus) for change in moves):
        tx.emit(MissionChanged(mission_id=mission.id, status=mission.status, **where))
    if any(isinstance(change.to, MissionStatus) for change in moves):
        told = {"mission_id": mission.id, "status": mission.status}
        story.record_event(tx, workspace.id, MissionChanged.kind, told, now)
    if any(change.to is HopStatus.FAILED for change in moves):
        tell_stuck(tx, rows, workspace, now=now)
    if any(change.to is MissionStatus.COMPLETED for change in moves):
        tell_done(tx, rows, workspace, now=now)
    if any(change.to is MissionStatus.COMPLETED for change in moves) and workspace.status == WorkspaceStatus.ACTIVE:
        reason = "its mission is completed"
        story.move(tx, workspace, WorkspaceStatus.COMPLETED, actor=SYSTEM, reason=reason, now=now)


def _note_present_hop(rows: MissionRows) -> None:
    present = next((hop for hop in rows.hops if hop.status != HopStatus.COMPLETED), None)
    rows.mission.current_hop_id = present.id if present else (rows.hops[-1].id if rows.hops else None)
