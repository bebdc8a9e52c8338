"""Everything a workspace page shows, read in one transaction; each question is answered by an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from jambot.db.models import Asset, ChatMessage, Draft, Hop, Mission, Proposal, ToolStep, UserSession, WorkspaceEvent
from jambot.db.repositories import chats, drafts, workspaces

MOST_ASSETS = 200
MOST_EVENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRows:
    """The rows of one workspace as of one moment. `places` are the person's devices' records, by device."""

    workspace: UserSession
    messages: Sequence[ChatMessage]
    proposal: Proposal | None
    mission: Mission | None
    hops: Sequence[Hop]
    steps: Sequence[ToolStep]
    assets: Sequence[Asset]
    draft: Draft | None
    places: dict[str, dict[str, Any]]
    last_event: int


def view_rows(session: Session, workspace: UserSession, *, window: int) -> ViewRows:
    """The rows of a workspace; `messages` are the last `window`, oldest first. What is missing is left out."""
    mission = _mission(session, workspace)
    return ViewRows(
        workspace=workspace,
        messages=chats.window(session, workspace.chat_id, limit=window),
        proposal=_pending_proposal(session, workspace),
        mission=mission,
        hops=() if mission is None else session.exec(select(Hop).where(Hop.mission_id == mission.id)).all(),
        steps=() if mission is None else session.exec(select(ToolStep).where(ToolStep.mission_id == mission.id)).all(),
        assets=_assets(session, workspace),
        draft=drafts.find(session, workspace.id, "composer"),
        places={
            device_id: record for (_, device_id), record in drafts.device_places(session, {workspace.user_id}).items()
        },
        last_event=workspaces.last_event(session, workspace.id),
    )


def events_since(session: Session, workspace_id: str, sequence: int) -> list[WorkspaceEvent]:
    """What happened behind `sequence`, oldest first; of very much, the newest."""
    query = (
        select(WorkspaceEvent)
        .where(WorkspaceEvent.workspace_id == workspace_id, WorkspaceEvent.sequence > sequence)
        .order_by(col(WorkspaceEvent.sequence).desc())
        .limit(MOST_EVENTS)
    )
    return list(reversed(session.exec(query).all()))


def _mission(session: Session, workspace: UserSession) -> Mission | None:
    if workspace.mission_id is None:
        return None
    return session.exec(
        select(Mission).where(Mission.id == workspace.mission_id, Mission.user_id == workspace.user_id)
    ).first()


def _pending_proposal(session: Session, workspace: UserSession) -> Proposal | None:
    query = (
        select(Proposal)
        .where(Proposal.workspace_id == workspace.id, Proposal.status == "pending")
        .order_by(col(Proposal.created_at).desc(), col(Proposal.id).desc())
    )
    return session.exec(query.limit(1)).first()


def _assets(session: Session, workspace: UserSession) -> Sequence[Asset]:
    query = (
        select(Asset)
        .where(Asset.workspace_id == workspace.id, col(Asset.deleted_at).is_(None))
        .order_by(col(Asset.created_at).desc(), col(Asset.id).desc())
    )
    return session.exec(query.limit(MOST_ASSETS)).all()
