"""What a runner writes while it holds a mission: taking it over, deciding, claiming a step, recording a result.

Each function is one unit of work. A mission's `fence` is raised by whoever takes it over; a runner that comes back with
an older one, after its machine slept, say, is told that it no longer holds the mission and has written nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jambot.db import Tx
from jambot.db.models import Approval, Asset
from jambot.db.repositories import missions as rows_of
from jambot.db.repositories.missions import MissionRows
from jambot.errors import NotFound
from jambot.events.types import StepProgress
from jambot.ids import MissionId, ToolStepId, new_id
from jambot.missions import ledger
from jambot.missions.facts import Change
from jambot.missions.lifecycle import MissionStatus, StepStatus
from jambot.missions.progress import Action, Verb, next_action
from jambot.missions.results import Stored

LEASE = timedelta(seconds=10)
BEAT_S = 1.0

_GOES_ON = frozenset({Verb.RUN_STEP, Verb.REUSE_STEP})
NOT_MINE = Action(verb=Verb.NOTHING, reason="Another runner holds this mission.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A runner's claim on a mission, good while no higher fence was given out."""

    mission_id: MissionId
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A step that is this runner's to run. `assets` are the input rows by parameter, `literals` the other inputs."""

    hold: Hold
    step_id: ToolStepId
    tool_id: str
    attempt: int
    assets: Mapping[str, Asset]
    literals: Mapping[str, Any]
    wanted: tuple[str, ...]


def reserve(tx: Tx, mission_id: MissionId, run_id: str, now: datetime) -> str | None:
    """Put `run_id` down as the run that may take the mission; the one it replaces, "" for none.

    None when there is nothing to do: the mission does not go on, or a living runner has it.
    """
    rows = _find(tx, mission_id)
    if rows is None or rows.mission.status != MissionStatus.IN_PROGRESS or _is_held(rows, now):
        return None
    mission = rows.mission
    replaced = str(mission.mission_metadata.get("run_id", ""))
    mission.mission_metadata = {**mission.mission_metadata, "run_id": run_id}
    mission.runner, mission.lease_expires_at = run_id, now + LEASE
    return replaced


def take_over(tx: Tx, mission_id: MissionId, run_id: str, now: datetime) -> Hold | None:
    """Hold the mission as `run_id`; None when another run was put down since."""
    rows = _find(tx, mission_id)
    if rows is None or rows.mission.mission_metadata.get("run_id") != run_id:
        return None
    mission = rows.mission
    mission.fence += 1
    mission.runner, mission.lease_expires_at = run_id, now + LEASE
    return Hold(mission_id=mission_id, fence=mission.fence)


def decide(tx: Tx, hold: Hold, now: datetime) -> Action:
    """The next action. One that ends the run is carried out here, and the mission let go, in the same unit."""
    rows = _held(tx, hold)
    if rows is None:
        return NOT_MINE
    action = next_action(ledger.fact_of(rows), now)
    if action.verb in _GOES_ON or action.look_again_at is not None:
        rows.mission.lease_expires_at = now + LEASE
        return action
    rows.mission.runner = rows.mission.lease_expires_at = None
    _carry_out(tx, rows, action, now)
    return action


def claim(tx: Tx, hold: Hold, step_id: ToolStepId, now: datetime) -> Claim | None:
    """Start a step, or settle it from its recorded result; None when there is nothing left to run.

    The rule is asked again here, so that a step that was finished, paused or taken meanwhile is left alone.
    """
    rows = _held(tx, hold)
    if rows is None:
        return None
    action = next_action(ledger.fact_of(rows), now)
    if action.verb not in _GOES_ON or action.step_id != step_id:
        return None
    step = rows.step(step_id)
    is_reuse = action.verb is Verb.REUSE_STEP
    step.reused = is_reuse
    if not is_reuse:
        step.attempt += 1
        step.started_at, step.duration_s = now, None
    step.heartbeat_at = now
    ledger.apply(tx, rows, [Change(id=step_id, to=StepStatus.EXECUTING, reason=action.reason)], now=now)
    if is_reuse:
        ledger.apply(tx, rows, [Change(id=step_id, to=StepStatus.COMPLETED, reason=action.reason)], now=now)
        return None
    step.lease_expires_at = rows.mission.lease_expires_at = now + LEASE
    # What the result will have been made from: read now, because an input may change while the tool runs.
    step.execution_result = {**step.execution_result, "given": ledger.present_hash(rows, step)}
    return Claim(
        hold=hold,
        step_id=step_id,
        tool_id=step.tool_id,
        attempt=step.attempt,
        assets={
            name: rows.assets[source["asset"]] for name, source in step.parameter_mapping.items() if "asset" in source
        },
        literals={name: source["literal"] for name, source in step.parameter_mapping.items() if "literal" in source},
        wanted=tuple(name for name, target in step.result_mapping.items() if "asset" in target),
    )


def beat(tx: Tx, claim: Claim, now: datetime) -> bool:
    """A sign of life: renew the lease and tell the followers. False when the step is no longer this runner's."""
    rows = _running(tx, claim)
    if rows is None:
        return False
    step = rows.step(claim.step_id)
    step.heartbeat_at = now
    step.lease_expires_at = rows.mission.lease_expires_at = now + LEASE
    tx.emit(
        StepProgress(
            workspace_id=rows.mission.workspace_id,
            user_id=rows.mission.user_id,
            mission_id=rows.mission.id,
            step_id=step.id,
            status=step.status,
        )
    )
    return True


def record_result(
    tx: Tx,
    claim: Claim,
    results: Mapping[str, Stored],
    *,
    summary: str,
    log: tuple[str, ...],
    took_s: float,
    now: datetime,
) -> bool:
    """Results and row in one unit. False, and nothing written, when the step is no longer this runner's."""
    rows = _running(tx, claim)
    if rows is None:
        return False
    step = rows.step(claim.step_id)
    for name, stored in results.items():
        asset = rows.assets[step.result_mapping[name]["asset"]]
        asset.type, asset.subtype = stored.kind, stored.media_type
        asset.content, asset.blob_id, asset.size_bytes = stored.content, stored.blob_id, stored.size_bytes
        asset.content_summary, asset.error_message = stored.summary, ""
        asset.asset_metadata = {**asset.asset_metadata, "sha256": stored.sha256, "made_by": step.id}
    step.input_hash = step.execution_result.get("given")
    step.execution_result = {"summary": summary, "log": list(log)}
    step.duration_s, step.heartbeat_at = took_s, now
    ledger.apply(tx, rows, [Change(id=step.id, to=StepStatus.COMPLETED)], now=now)
    return True


def record_failure(tx: Tx, claim: Claim, message: str, *, took_s: float, now: datetime) -> bool:
    """The step failed, or was cancelled with its mission. False when it is no longer this runner's."""
    rows = _running(tx, claim)
    if rows is None:
        return False
    step = rows.step(claim.step_id)
    step.input_hash = None
    step.error_message, step.execution_result = message, {}
    step.duration_s, step.heartbeat_at = took_s, now
    stopped = rows.mission.status == MissionStatus.CANCELLED
    to = StepStatus.CANCELLED if stopped else StepStatus.FAILED
    ledger.apply(tx, rows, [Change(id=step.id, to=to, reason=message)], now=now)
    return True


def cancel_abandoned(tx: Tx, now: datetime) -> None:
    """Steps whose mission was stopped and whose runner died will not end by themselves."""
    for mission_id, step_id in rows_of.abandoned(tx, now=now):
        rows = _find(tx, MissionId(mission_id))
        if rows is not None:
            ledger.apply(tx, rows, [Change(id=step_id, to=StepStatus.CANCELLED, reason="Its runner ended.")], now=now)


def release_all(tx: Tx, now: datetime) -> None:
    """Every lease ends: on a database of one process, whoever held one before this process started is gone."""
    for mission, steps in rows_of.leased(tx):
        mission.lease_expires_at = now
        for step in steps:
            step.lease_expires_at = now


def _carry_out(tx: Tx, rows: MissionRows, action: Action, now: datetime) -> None:
    def move(to: MissionStatus, reason: str = "") -> Change:
        return Change(id=rows.mission.id, to=to, reason=reason)

    match action.verb:
        case Verb.COMPLETE:
            ledger.apply(tx, rows, [move(MissionStatus.COMPLETED)], now=now)
        case Verb.PAUSE:
            ledger.apply(tx, rows, [move(MissionStatus.PAUSED, action.reason)], now=now)
        case Verb.PROPOSE_HOP:
            reason = action.reason or "The next part of this mission has to be designed."
            ledger.apply(tx, rows, [move(MissionStatus.PAUSED, reason)], now=now)
        case Verb.ASK:
            _ask(tx, rows, action, now)
            ledger.apply(
                tx, rows, [*_interrupted(rows, action), move(MissionStatus.AWAITING_APPROVAL, action.reason)], now=now
            )
        case _:
            return


def _ask(tx: Tx, rows: MissionRows, action: Action, now: datetime) -> None:
    if any(each.status == "pending" and each.step_id == action.step_id for each in rows.approvals):
        return
    approval = Approval(
        id=new_id(),
        workspace_id=rows.mission.workspace_id,
        user_id=rows.mission.user_id,
        mission_id=rows.mission.id,
        step_id=action.step_id,
        question=action.reason,
        created_at=now,
    )
    tx.add(approval)
    rows.approvals.append(approval)


def _interrupted(rows: MissionRows, action: Action) -> list[Change]:
    step = rows.step(action.step_id) if action.step_id else None
    if step is None or step.status != StepStatus.EXECUTING:
        return []
    return [Change(id=step.id, to=StepStatus.INTERRUPTED, reason="Its runner ended in the middle of it.")]


def _find(tx: Tx, mission_id: MissionId) -> MissionRows | None:
    try:
        return rows_of.require_rows(tx, mission_id, lock=True)
    except NotFound:
        # Deleted with its workspace or its owner while it ran.
        return None


def _held(tx: Tx, hold: Hold) -> MissionRows | None:
    rows = _find(tx, hold.mission_id)
    return rows if rows is not None and rows.mission.fence == hold.fence else None


def _running(tx: Tx, claim: Claim) -> MissionRows | None:
    rows = _held(tx, claim.hold)
    if rows is None:
        return None
    step = rows.step(claim.step_id)
    return rows if step.status == StepStatus.EXECUTING and step.attempt == claim.attempt else None


def _is_held(rows: MissionRows, now: datetime) -> bool:
    until = rows.mission.lease_expires_at
    return until is not None and until > now
