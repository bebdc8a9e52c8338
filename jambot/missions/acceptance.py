"""How words become work: the rows a proposal leaves when it is accepted, written in its owner's one unit of work."""

from __future__ import annotations

from datetime import datetime

from jambot.db import Tx
from jambot.db.models import Asset, Hop, Mission, Proposal, StatusChange, ToolStep, UserSession
from jambot.errors import WrongState
from jambot.events.types import MissionChanged, ProposalChanged, WorkspaceChanged
from jambot.ids import MissionId, new_id
from jambot.llm.draft import AssetDraft, FromAsset, HopDraft, MissionDraft, ToAsset, ToolStepDraft
from jambot.missions import proposal as proposals
from jambot.missions.facts import AskMode
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus
from jambot.missions.proposal import ProposalStatus, UnsoundProposal
from jambot.missions.validation import FindTool
from jambot.tools.registry import Tool
from jambot.workspaces import story

_BUSY = frozenset({MissionStatus.IN_PROGRESS, MissionStatus.AWAITING_APPROVAL})


def accept_proposal(
    tx: Tx,
    row: Proposal,
    workspace: UserSession,
    *,
    find_tool: FindTool,
    ask: AskMode | None,
    now: datetime,
    device: str = "",
) -> MissionId:
    """The mission made from a pending proposal; of an accepted one the mission it became.

    Raises:
        WrongState: the proposal was turned down, or another mission is still at work in this workspace.
        UnsoundProposal: an input or a tool is no longer there.
    """
    if row.status == ProposalStatus.ACCEPTED and row.mission_id is not None:
        return MissionId(row.mission_id)
    if row.status != ProposalStatus.PENDING:
        raise WrongState(f"Proposal must be pending, current: {row.status}", current=row.status)
    refuse_a_second_mission(tx, workspace)
    accepted = proposals.proposal_from_json(row.content)
    proposals.propose(accepted.id, accepted.draft, find_tool)
    maker = _Maker(tx=tx, row=row, workspace=workspace, find_tool=find_tool, now=now)
    mission = maker.make(accepted.draft, ask or accepted.ask)
    row.status, row.mission_id, row.decided_at = ProposalStatus.ACCEPTED, mission.id, now
    workspace.mission_id, workspace.mission_status = mission.id, mission.status
    workspace.mission_done, workspace.mission_total = 0, maker.steps
    story.wake(tx, workspace, now, device=device)
    story.record_event(tx, workspace.id, "workspace.mission_linked", {"mission_id": mission.id}, now)
    where = {"workspace_id": workspace.id, "user_id": workspace.user_id}
    tx.emit(
        ProposalChanged(proposal_id=row.id, status=row.status, **where),
        MissionChanged(mission_id=mission.id, status=mission.status, **where),
        WorkspaceChanged(change="mission", **where),
    )
    return MissionId(mission.id)


def make_present(tx: Tx, workspace: UserSession, mission: Mission) -> None:
    """An earlier mission is taken up again and becomes the workspace's present one.

    Raises:
        WrongState: another is at work there.
    """
    if workspace.mission_id == mission.id:
        return
    refuse_a_second_mission(tx, workspace)
    workspace.mission_id, workspace.mission_status = mission.id, mission.status


def refuse_a_second_mission(tx: Tx, workspace: UserSession) -> None:
    """Raises WrongState while the workspace's present mission is at work or waits for an answer."""
    present = tx.get(Mission, workspace.mission_id) if workspace.mission_id else None
    if present is not None and present.status in _BUSY:
        raise WrongState(f'"{present.name}" is still at work in this workspace. Stop or pause it first.')


class _Maker:
    """Writes the rows of one mission."""

    def __init__(self, *, tx: Tx, row: Proposal, workspace: UserSession, find_tool: FindTool, now: datetime) -> None:
        self._tx, self._row, self._workspace, self._find_tool, self._now = tx, row, workspace, find_tool, now
        self._assets: dict[str, str] = {}
        self.steps = 0

    def make(self, draft: MissionDraft, ask: AskMode) -> Mission:
        self._check_inputs(draft.inputs)
        mission = Mission(
            id=new_id(),
            workspace_id=self._workspace.id,
            user_id=self._row.user_id,
            proposal_id=self._row.id,
            name=draft.name,
            description=draft.description,
            goal=draft.goal,
            status=MissionStatus.IN_PROGRESS,
            success_criteria=list(draft.success_criteria),
            mission_metadata={"inputs": [asset.asset_id for asset in draft.inputs], "notes": list(draft.notes)},
            ask_policy=ask,
            created_at=self._now,
            updated_at=self._now,
            status_changed_at=self._now,
        )
        self._tx.add(mission)
        self._record("mission", mission.id, mission.status)
        self._tx.flush()
        for asset in (*draft.intermediates, *draft.outputs):
            self._make_asset(mission, asset)
        for place, hop in enumerate(draft.hops):
            made = self._make_hop(mission, hop, place, ask)
            mission.current_hop_id = mission.current_hop_id or made.id
        return mission

    def _check_inputs(self, inputs: tuple[AssetDraft, ...]) -> None:
        missing = []
        for asset in inputs:
            row = self._tx.get(Asset, asset.asset_id)
            if (
                row is None
                or row.user_id != self._row.user_id
                or row.workspace_id != self._workspace.id
                or row.deleted_at is not None
                or row.status != AssetStatus.READY
            ):
                missing.append(f'The input "{asset.name}" is not there; upload it again.')
                continue
            self._assets[asset.name] = row.id
        if missing:
            raise UnsoundProposal(tuple(missing))

    def _make_asset(self, mission: Mission, asset: AssetDraft) -> None:
        row = Asset(
            id=new_id(),
            user_id=mission.user_id,
            workspace_id=mission.workspace_id,
            name=asset.name,
            description=asset.description,
            type=asset.kind,
            scope_type="mission",
            scope_id=mission.id,
            role=asset.role,
            status=AssetStatus.PENDING,
            created_at=self._now,
            updated_at=self._now,
        )
        self._assets[asset.name] = row.id
        self._tx.add(row)
        self._record("asset", row.id, row.status)

    def _make_hop(self, mission: Mission, hop: HopDraft, place: int, ask: AskMode) -> Hop:
        status = HopStatus.IMPL_READY if hop.steps else HopStatus.PLAN_STARTED
        # Who accepts a mission accepts its first hop; with `every_hop` each later one asks when its turn comes.
        if status is HopStatus.IMPL_READY and place > 0 and ask is AskMode.EVERY_HOP:
            status = HopStatus.IMPL_PROPOSED
        row = Hop(
            id=new_id(),
            mission_id=mission.id,
            user_id=mission.user_id,
            sequence=place + 1,
            name=hop.name,
            goal=hop.goal,
            success_criteria=list(hop.success_criteria),
            rationale=hop.rationale,
            alternatives=list(hop.alternatives),
            status=status,
            is_final=hop.is_final,
            hop_metadata={
                "inputs": [self._assets[name] for name in hop.inputs],
                "output": self._assets.get(hop.output),
            },
            created_at=self._now,
            updated_at=self._now,
        )
        self._tx.add(row)
        self._record("hop", row.id, row.status)
        self._tx.flush()
        for number, step in enumerate(hop.steps, start=1):
            tool = self._find_tool(step.tool_id)
            assert tool is not None, "the chain was validated"
            self._make_step(mission, row, step, tool, number)
        return row

    def _make_step(self, mission: Mission, hop: Hop, step: ToolStepDraft, tool: Tool, number: int) -> None:
        row = ToolStep(
            id=new_id(),
            hop_id=hop.id,
            mission_id=mission.id,
            user_id=mission.user_id,
            tool_id=step.tool_id,
            sequence=number,
            name=step.name,
            description=step.description,
            status=StepStatus.READY_TO_EXECUTE,
            parameter_mapping={
                name: {"asset": self._assets[source.asset]}
                if isinstance(source, FromAsset)
                else {"literal": source.value}
                for name, source in step.parameter_mapping.items()
            },
            result_mapping={
                name: {"asset": self._assets[target.asset]} if isinstance(target, ToAsset) else {"discard": True}
                for name, target in step.result_mapping.items()
            },
            side_effect=tool.side_effect,
            created_at=self._now,
            updated_at=self._now,
        )
        self.steps += 1
        self._tx.add(row)
        self._record("tool_step", row.id, row.status)

    def _record(self, entity: str, entity_id: str, status: str) -> None:
        self._tx.add(
            StatusChange(
                entity=entity,
                entity_id=entity_id,
                workspace_id=self._workspace.id,
                to_status=status,
                actor=self._row.user_id,
                at=self._now,
            )
        )
