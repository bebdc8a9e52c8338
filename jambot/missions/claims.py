"""What a runner writes about the one step it runs: claiming it, signs of life, its result or its failure.

Each function is one unit of work, and writes nothing when the step is no longer this runner's: its mission was taken
over, or the step was begun again by another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jambot.db import Tx
from jambot.db.models import Asset
from jambot.db.repositories import missions as rows_of
from jambot.db.repositories.missions import MissionRows
from jambot.events.types import StepProgress
from jambot.ids import BlobId, ToolStepId
from jambot.missions import ledger
from jambot.missions.facts import Change
from jambot.missions.holding import GOES_ON, LEASE, Hold, held
from jambot.missions.lifecycle import MissionStatus, StepStatus
from jambot.missions.progress import Verb, next_action
from jambot.missions.results import Stored

BEAT_S = 1.0  # well below the lease, which outlives several of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A step that is this runner's to run, for the person of `user_id`.

    `assets` are the input rows by parameter, `literals` the other inputs.
    """

    hold: Hold
    step_id: ToolStepId
    user_id: str
    tool_id: str
    attempt: int
    assets: Mapping[str, Asset]
    literals: Mapping[str, Any]
    wanted: tuple[str, ...]


def claim(tx: Tx, hold: Hold, step_id: ToolStepId, now: datetime) -> Claim | None:
    """Start a step, or settle it from its recorded result; None when there is nothing left to run.

    The rule is asked again here, so that a step that was finished, paused or taken meanwhile is left alone.
    """
    rows = held(tx, hold)
    if rows is None:
        return None
    action = next_action(ledger.fact_of(rows), now)
    if action.verb not in GOES_ON or action.step_id != step_id:
        return None
    step = rows.step(step_id)
    is_reuse = action.verb is Verb.REUSE_STEP
    step.reused = is_reuse
    if not is_reuse:
        ledger.use_yes(rows, step)
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
        user_id=rows.mission.user_id,
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
) -> tuple[BlobId, ...] | None:
    """Results and row in one unit: the contents they replaced, which nobody has any more. None when not written."""
    rows = _running(tx, claim)
    if rows is None:
        return None
    step = rows.step(claim.step_id)
    replaced: list[str] = []
    for name, stored in results.items():
        asset = rows.assets[step.result_mapping[name]["asset"]]
        replaced += [asset.blob_id] if asset.blob_id else []
        asset.type, asset.subtype = stored.kind, stored.media_type
        asset.content, asset.blob_id, asset.size_bytes = stored.content, stored.blob_id, stored.size_bytes
        asset.content_summary, asset.error_message = stored.summary, ""
        asset.asset_metadata = {**asset.asset_metadata, "sha256": stored.sha256, "made_by": step.id}
    step.input_hash = step.execution_result.get("given")
    step.execution_result = {"summary": summary, "log": list(log)}
    step.duration_s, step.heartbeat_at = took_s, now
    ledger.apply(tx, rows, [Change(id=step.id, to=StepStatus.COMPLETED)], now=now)
    tx.flush()
    return tuple(BlobId(each) for each in replaced if not rows_of.is_blob_used(tx, each))


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


def _running(tx: Tx, claim: Claim) -> MissionRows | None:
    rows = held(tx, claim.hold)
    if rows is None:
        return None
    step = rows.step(claim.step_id)
    return rows if step.status == StepStatus.EXECUTING and step.attempt == claim.attempt else None
