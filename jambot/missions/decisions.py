"""What an owner's word changes: proposals kept and set aside, questions answered. Each is a piece of a unit of work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jambot.db import Tx
from jambot.db.models import Approval, Proposal
from jambot.db.repositories import missions as rows_of
from jambot.db.repositories.missions import MissionRows
from jambot.errors import WrongState
from jambot.events.types import ProposalChanged
from jambot.ids import ProposalId, ToolStepId, UserId, WorkspaceId, new_id
from jambot.llm.draft import MissionDraft
from jambot.missions import ledger
from jambot.missions.facts import AskMode, Change
from jambot.missions.lifecycle import HopStatus, MissionStatus, StepStatus, require_one_of
from jambot.missions.proposal import ProposalStatus, propose
from jambot.missions.retry import RetryScope, retry_changes
from jambot.missions.validation import FindTool
from jambot.tools.registry import all_tools


def store_proposal(
    tx: Tx,
    *,
    user_id: UserId,
    workspace_id: WorkspaceId,
    draft: MissionDraft,
    ask: AskMode,
    message_id: str | None,
    find_tool: FindTool,
    now: datetime,
) -> Proposal:
    """Keep a sound proposal, in place of one that still waits. May be part of a larger unit, such as a turn's last.

    Raises:
        UnsoundProposal: everything that is wrong with the draft.
    """
    workspace = rows_of.require_workspace(tx, user_id=user_id, workspace_id=workspace_id)
    proposal_id = ProposalId(new_id())
    content = propose(
        proposal_id, draft, find_tool, [tool.id for tool in all_tools() if find_tool(tool.id)], ask
    ).to_json()
    for waiting in rows_of.pending_proposals(tx, workspace.id):
        settle(tx, waiting, ProposalStatus.SUPERSEDED, now)
    row = Proposal(
        id=proposal_id,
        workspace_id=workspace.id,
        user_id=user_id,
        message_id=message_id,
        status=ProposalStatus.PENDING,
        content=content,
        created_at=now,
    )
    tx.add(row)
    tx.emit(
        ProposalChanged(proposal_id=row.id, status=row.status, workspace_id=workspace.id, user_id=workspace.user_id)
    )
    return row


def settle(tx: Tx, row: Proposal, status: ProposalStatus, now: datetime) -> None:
    """Decide a proposal."""
    row.status, row.decided_at = status, now
    tx.add(row)
    tx.emit(ProposalChanged(proposal_id=row.id, status=status, workspace_id=row.workspace_id, user_id=row.user_id))


def to(rows: MissionRows, status: MissionStatus, reason: str) -> list[Change]:
    """The mission itself moves."""
    return [Change(id=rows.mission.id, to=status, reason=reason)]


def resumed(rows: MissionRows) -> list[Change]:
    """Raises WrongState when the mission is not paused, or a failed hop has to be retried first."""
    require_one_of(MissionStatus(rows.mission.status), MissionStatus.PAUSED)
    failed = next((hop for hop in rows.hops if hop.status == HopStatus.FAILED), None)
    if failed is not None:
        raise WrongState(f'The hop "{failed.name}" failed. Retry it, change it, or stop the mission.')
    return to(rows, MissionStatus.IN_PROGRESS, "Resumed by its owner.")


def killed(rows: MissionRows, reason: str) -> list[Change]:
    """Everything is cancelled, and a raised fence keeps out whoever still works on it. Raises WrongState."""
    mission = rows.mission
    running = [step for step in rows.steps if step.status == StepStatus.EXECUTING]
    if not running:
        require_one_of(MissionStatus(mission.status), *_OPEN)
    mission.fence += 1
    mission.runner = mission.lease_expires_at = None
    head = to(rows, MissionStatus.CANCELLED, reason) if mission.status in _OPEN else []
    return [*head, *(Change(id=step.id, to=StepStatus.CANCELLED, reason=reason) for step in running)]


_OPEN = (MissionStatus.AWAITING_APPROVAL, MissionStatus.IN_PROGRESS, MissionStatus.PAUSED)


def approved(rows: MissionRows, approval: Approval) -> Iterable[Change]:
    """What a yes moves."""
    step = rows.step(approval.step_id) if approval.step_id else None
    if step is not None and step.status == StepStatus.INTERRUPTED:
        return retry_changes(ledger.fact_of(rows), RetryScope.STEP, ToolStepId(step.id))
    changes = to(rows, MissionStatus.IN_PROGRESS, "Approved by its owner.")
    if step is None:
        proposed = next((hop for hop in rows.hops if hop.status in _ACCEPTED_AS), None)
        if proposed is not None:
            changes.append(Change(id=proposed.id, to=_ACCEPTED_AS[proposed.status]))
    return changes


_ACCEPTED_AS: dict[str, HopStatus] = {
    HopStatus.PLAN_PROPOSED: HopStatus.PLAN_READY,
    HopStatus.IMPL_PROPOSED: HopStatus.IMPL_READY,
}


def turned_down(rows: MissionRows, approval: Approval) -> Iterable[Change]:
    """What a no moves: the mission waits for its owner, nothing is lost."""
    if rows.mission.status != MissionStatus.AWAITING_APPROVAL:
        return ()
    return to(rows, MissionStatus.PAUSED, f"Its owner said no to: {approval.question}")


def withdraw(rows: MissionRows, now: datetime) -> None:
    """A question nobody waits on any more must have no live buttons."""
    for approval in rows.approvals:
        if approval.status == "pending":
            approval.status, approval.decided_at = "withdrawn", now
