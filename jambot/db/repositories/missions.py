"""Every question asked of missions: proposals, hops, tool steps, and the assets and approvals that belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from jambot.db.models import Approval, Asset, ChatMessage, Hop, Mission, Proposal, StatusChange, ToolStep, UserSession
from jambot.db.repositories.workspaces import hold
from jambot.errors import NotFound
from jambot.ids import is_id

Row = TypeVar("Row", Proposal, Mission)


@dataclass(slots=True, kw_only=True)
class MissionRows:
    """A mission with everything that belongs to it, in order."""

    mission: Mission
    hops: list[Hop]
    steps: list[ToolStep]
    assets: dict[str, Asset] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)

    def steps_of(self, hop_id: str) -> list[ToolStep]:
        return [step for step in self.steps if step.hop_id == hop_id]

    def step(self, step_id: str) -> ToolStep:
        """Raises NotFound."""
        found = next((step for step in self.steps if step.id == step_id), None)
        if found is None:
            raise NotFound
        return found


def require_workspace(session: Session, *, user_id: str, workspace_id: str) -> UserSession:
    """A person's workspace. Raises NotFound when it is not there, in the trash, or another's."""
    found = session.get(UserSession, workspace_id) if is_id(workspace_id) else None
    if found is None or found.user_id != user_id or found.deleted_at is not None:
        raise NotFound
    return found


def require_proposal(session: Session, *, user_id: str, proposal_id: str, lock: bool = False) -> Proposal:
    """A person's proposal. Raises NotFound."""
    if not is_id(proposal_id):
        raise NotFound
    query = select(Proposal).where(Proposal.id == proposal_id, Proposal.user_id == user_id)
    found = session.exec(query).first()
    if found is not None and lock:
        found = _locked(session, query, found.workspace_id)
    if found is None:
        raise NotFound
    return found


def pending_proposals(session: Session, workspace_id: str) -> list[Proposal]:
    query = select(Proposal).where(Proposal.workspace_id == workspace_id, Proposal.status == "pending")
    return list(session.exec(query.order_by(col(Proposal.created_at), col(Proposal.id))).all())


def require_rows(session: Session, mission_id: str, *, user_id: str | None = None, lock: bool = False) -> MissionRows:
    """A mission with all of its rows; `user_id` None is the runner's own look. Raises NotFound."""
    if not is_id(mission_id):
        raise NotFound
    query = select(Mission).where(Mission.id == mission_id)
    if user_id is not None:
        query = query.where(Mission.user_id == user_id)
    mission = session.exec(query).first()
    if mission is not None and lock:
        mission = _locked(session, query, mission.workspace_id)
    if mission is None:
        raise NotFound
    hops = list(session.exec(select(Hop).where(Hop.mission_id == mission_id).order_by(col(Hop.sequence))).all())
    place = {hop.id: hop.sequence for hop in hops}
    steps = list(session.exec(select(ToolStep).where(ToolStep.mission_id == mission_id)).all())
    steps.sort(key=lambda step: (place.get(step.hop_id, 0), step.sequence))
    asked = select(Approval).where(Approval.mission_id == mission_id).order_by(col(Approval.created_at))
    return MissionRows(
        mission=mission,
        hops=hops,
        steps=steps,
        assets=_assets_of(session, mission, steps),
        approvals=list(session.exec(asked).all()),
    )


def mission_of_step(session: Session, *, user_id: str, step_id: str) -> str:
    """The id of the mission a person's step belongs to. Raises NotFound."""
    step = session.get(ToolStep, step_id) if is_id(step_id) else None
    if step is None or step.user_id != user_id:
        raise NotFound
    return step.mission_id


def require_approval(session: Session, *, user_id: str, approval_id: str) -> Approval:
    """A person's approval. Raises NotFound."""
    found = session.get(Approval, approval_id) if is_id(approval_id) else None
    if found is None or found.user_id != user_id:
        raise NotFound
    return found


def missions_of(session: Session, *, workspace_id: str) -> list[Mission]:
    """Every mission a workspace has had, newest first."""
    query = select(Mission).where(Mission.workspace_id == workspace_id)
    return list(session.exec(query.order_by(col(Mission.created_at).desc(), col(Mission.id).desc())).all())


def finished_last(session: Session, user_id: str, *, limit: int) -> list[tuple[Mission, str, str]]:
    """Finished present missions of the workspaces a person used last, with the workspace's name and what was asked.

    Neither the demo's nor any in the trash.
    """
    asked = (
        select_columns(col(ChatMessage.content))
        .where(
            col(ChatMessage.workspace_id) == col(Mission.workspace_id),
            col(ChatMessage.role) == "user",
            col(ChatMessage.created_at) <= col(Mission.created_at),
        )
        .order_by(col(ChatMessage.sequence).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select_columns(Mission, col(UserSession.name), asked)
        .join(UserSession, col(UserSession.mission_id) == col(Mission.id))
        .where(
            col(UserSession.user_id) == user_id,
            col(UserSession.deleted_at).is_(None),
            ~col(UserSession.is_demo),
            col(UserSession.mission_status) == "completed",
        )
        .order_by(col(UserSession.pinned).desc(), col(UserSession.last_activity_at).desc(), col(UserSession.id).desc())
        .limit(limit)
    )
    return [(mission, name, words or "") for mission, name, words in session.execute(query)]


def unattended(session: Session, *, now: datetime, limit: int = 100) -> list[Mission]:
    """Missions that should be running while nobody holds them."""
    query = select(Mission).where(
        Mission.status == "in_progress",
        col(Mission.lease_expires_at).is_(None) | (col(Mission.lease_expires_at) <= now),
    )
    return list(session.exec(query.order_by(col(Mission.id)).limit(limit)).all())


def abandoned(session: Session, *, now: datetime, limit: int = 100) -> list[tuple[str, str]]:
    """(mission id, step id) of executing steps whose mission was stopped and whose runner is gone."""
    query = (
        select(Mission.id, ToolStep.id)
        .join(ToolStep, col(ToolStep.mission_id) == Mission.id)
        .where(
            Mission.status == "cancelled",
            ToolStep.status == "executing",
            col(ToolStep.lease_expires_at).is_(None) | (col(ToolStep.lease_expires_at) <= now),
        )
    )
    return [(mission_id, step_id) for mission_id, step_id in session.exec(query.limit(limit)).all()]


def leased(session: Session) -> list[tuple[Mission, list[ToolStep]]]:
    """Every mission somebody holds, with its executing steps."""
    missions = session.exec(select(Mission).where(col(Mission.lease_expires_at).is_not(None))).all()
    return [
        (
            mission,
            list(
                session.exec(
                    select(ToolStep).where(ToolStep.mission_id == mission.id, ToolStep.status == "executing")
                ).all()
            ),
        )
        for mission in missions
    ]


def is_blob_used(session: Session, blob_id: str) -> bool:
    """Whether an asset still has this content."""
    return session.exec(select(Asset.id).where(Asset.blob_id == blob_id).limit(1)).first() is not None


def status_changes(session: Session, entity_ids: Iterable[str]) -> list[StatusChange]:
    """The recorded changes of some entities, oldest first."""
    query = select(StatusChange).where(col(StatusChange.entity_id).in_(list(entity_ids)))
    return list(session.exec(query.order_by(col(StatusChange.at), col(StatusChange.id))).all())


def _locked(session: Session, query: SelectOfScalar[Row], workspace_id: str) -> Row | None:
    """The row as it is once nobody else can change it. The workspace is held first, in every unit of every package."""
    hold(session, workspace_id)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()


def _assets_of(session: Session, mission: Mission, steps: Iterable[ToolStep]) -> dict[str, Asset]:
    scoped = session.exec(
        select(Asset).where(
            Asset.scope_type == "mission", Asset.scope_id == mission.id, Asset.workspace_id == mission.workspace_id
        )
    ).all()
    found = {asset.id: asset for asset in scoped}
    read = {source["asset"] for step in steps for source in step.parameter_mapping.values() if "asset" in source}
    read |= set(mission.mission_metadata.get("inputs", ()))
    if missing := read - set(found):
        # The owner is asked for again: a mapping is data, and data can be wrong.
        query = select(Asset).where(col(Asset.id).in_(missing), Asset.user_id == mission.user_id)
        found |= {asset.id: asset for asset in session.exec(query).all()}
    return found
