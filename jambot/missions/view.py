"""What the mission panel shows beside the mission itself, as plain frozen values. Pure: rows in, values out."""

from __future__ import annotations

from dataclasses import dataclass

from jambot.clock import iso
from jambot.db.models import Mission
from jambot.db.repositories.missions import MissionRows
from jambot.ids import MissionId
from jambot.missions.lifecycle import MissionStatus, StepStatus
from jambot.workspaces import present
from jambot.workspaces.view import AssetView, MissionView

_SETTLING = frozenset({MissionStatus.PAUSED, MissionStatus.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """A question that waits for the owner; `step_id` None asks about the next hop. `asked_at` as `clock.iso`."""

    id: str
    question: str
    step_id: str | None
    asked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionPanel:
    """A mission whole, with everything its panel needs to be worked with.

    `reason` says in a sentence why it is in its status, or is empty. `is_settling`: it was paused or stopped, and its
    present step still comes to an end. `assets` are its inputs, intermediates and outputs.
    """

    mission: MissionView
    assets: tuple[AssetView, ...]
    approvals: tuple[ApprovalView, ...]
    reason: str
    is_settling: bool

    @property
    def id(self) -> MissionId:
        return MissionId(self.mission.id)

    @property
    def status(self) -> MissionStatus:
        return MissionStatus(self.mission.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionSummary:
    """One line of a workspace's earlier missions; times as `clock.iso`."""

    id: MissionId
    name: str
    status: str
    created_at: str
    completed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMission:
    """A finished mission anywhere; `asked` is what its owner had said, empty where that is no longer known."""

    id: MissionId
    workspace_id: str
    workspace: str
    goal: str
    asked: str
    at: str


def panel_of(rows: MissionRows) -> MissionPanel:
    mission = rows.mission
    return MissionPanel(
        mission=present.mission_view(mission, rows.hops, rows.steps),
        assets=tuple(present.asset_view(asset) for asset in rows.assets.values() if asset.deleted_at is None),
        approvals=tuple(
            ApprovalView(id=each.id, question=each.question, step_id=each.step_id, asked_at=iso(each.created_at))
            for each in rows.approvals
            if each.status == "pending"
        ),
        reason=mission.mission_metadata.get("reason", ""),
        is_settling=mission.status in _SETTLING and any(step.status == StepStatus.EXECUTING for step in rows.steps),
    )


def summary_of(mission: Mission) -> MissionSummary:
    return MissionSummary(
        id=MissionId(mission.id),
        name=mission.name,
        status=mission.status,
        created_at=iso(mission.created_at),
        completed_at=iso(mission.completed_at) if mission.completed_at else None,
    )
