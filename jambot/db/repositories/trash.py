"""Every question asked of the trash and of the jobs that move old workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jambot.db.models import Asset, ChatMessage, Mission, UserSession, WorkspaceStatus
from jambot.ids import BlobId

RUNNING_OR_WAITING = ("in_progress", "awaiting_approval")
"""Mission statuses whose workspaces no job moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What goes when a workspace goes."""

    messages: int
    missions: int
    assets: int
    size_bytes: int


def contents(session: Session, workspace_id: str) -> Contents:
    def count(model: Any, *more: Any) -> int:
        query = select_columns(func.count()).select_from(model).where(model.workspace_id == workspace_id, *more)
        return session.execute(query).scalar_one()

    size = select_columns(func.coalesce(func.sum(col(Asset.size_bytes)), 0)).where(
        col(Asset.workspace_id) == workspace_id, col(Asset.deleted_at).is_(None)
    )
    return Contents(
        messages=count(ChatMessage),
        missions=count(Mission),
        assets=count(Asset, col(Asset.deleted_at).is_(None)),
        size_bytes=int(session.execute(size).scalar_one()),
    )


def remove(tx: Session, workspace_id: str) -> list[BlobId]:
    """Delete a workspace and everything in it; the blobs that nobody points at any more."""
    blobs = tx.execute(
        select_columns(col(Asset.blob_id)).where(
            col(Asset.workspace_id) == workspace_id, col(Asset.blob_id).is_not(None)
        )
    )
    orphans = [BlobId(blob_id) for (blob_id,) in blobs if blob_id is not None]
    tx.flush()
    tx.expunge_all()
    tx.execute(delete(UserSession).where(col(UserSession.id) == workspace_id))
    return orphans


def trashed_before(session: Session, moment: datetime, *, limit: int) -> Sequence[UserSession]:
    """Workspaces that have been in the trash since before `moment`."""
    query = select(UserSession).where(col(UserSession.deleted_at) < moment).limit(limit)
    return session.exec(_held(session, query)).all()


def idle_since(session: Session, moment: datetime, *, limit: int) -> Sequence[UserSession]:
    """Active workspaces nobody used since `moment`, but for those no job may move."""
    return _movable(session, WorkspaceStatus.ACTIVE, col(UserSession.last_activity_at) < moment, limit=limit)


def abandoned_since(session: Session, moment: datetime, *, limit: int) -> Sequence[UserSession]:
    """Workspaces abandoned before `moment`, but for those no job may move."""
    return _movable(session, WorkspaceStatus.ABANDONED, col(UserSession.status_changed_at) < moment, limit=limit)


def _movable(
    session: Session, status: WorkspaceStatus, old: ColumnElement[bool], *, limit: int
) -> Sequence[UserSession]:
    query = (
        select(UserSession)
        .where(
            UserSession.status == status,
            old,
            col(UserSession.deleted_at).is_(None),
            ~col(UserSession.pinned),
            func.coalesce(UserSession.mission_status, "").not_in(RUNNING_OR_WAITING),
        )
        .order_by(col(UserSession.id))
        .limit(limit)
    )
    return session.exec(_held(session, query)).all()


def _held(session: Session, query: Any) -> Any:
    """Rows a second process holds are its to move."""
    if session.get_bind().dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=True)
