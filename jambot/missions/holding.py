"""What a runner writes while it holds a mission: taking it over, deciding what comes next, letting it go.

Each function is one unit of work. A mission's `fence` is raised by whoever takes it over; a runner that comes back with
an older one, after its machine slept, say, is told that it no longer holds the mission and has written nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.db import Tx
from jambot.db.models import Approval
from jambot.db.repositories import missions as rows_of
from jambot.db.repositories.missions import MissionRows
from jambot.errors import NotFound
from jambot.ids import MissionId, new_id
from jambot.missions import ledger
from jambot.missions.facts import Change
from jambot.missions.lifecycle import MissionStatus, StepStatus
from jambot.missions.progress import Action, Verb, next_action

LEASE = timedelta(seconds=10)

GOES_ON = frozenset({Verb.RUN_STEP, Verb.REUSE_STEP})
NOT_MINE = Action(verb=Verb.NOTHING, reason="Another runner holds this mission.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A runner's claim on a mission, good while no higher fence was given out."""

    mission_id: MissionId
    fence: int


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


def keep(tx: Tx, hold: Hold, now: datetime) -> None:
    """Renew the lease of a mission whose next step waits for a free place."""
    rows = held(tx, hold)
    if rows is not None:
        rows.mission.lease_expires_at = now + LEASE


def decide(tx: Tx, hold: Hold, now: datetime) -> Action:
    """The next action. One that ends the run is carried out here, and the mission let go, in the same unit."""
    rows = held(tx, hold)
    if rows is None:
        return NOT_MINE
    action = next_action(ledger.fact_of(rows), now)
    if action.verb in GOES_ON or action.look_again_at is not None:
        rows.mission.lease_expires_at = now + LEASE
        return action
    rows.mission.runner = rows.mission.lease_expires_at = None
    _carry_out(tx, rows, action, now)
    return action


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


def held(tx: Tx, hold: Hold) -> MissionRows | None:
    """The rows of a mission that is still this runner's; None when it is not."""
    rows = _find(tx, hold.mission_id)
    return rows if rows is not None and rows.mission.fence == hold.fence else None


def _is_held(rows: MissionRows, now: datetime) -> bool:
    until = rows.mission.lease_expires_at
    return until is not None and until > now
