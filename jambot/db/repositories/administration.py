"""Questions only an admin may ask: they look across people. Names and figures, never contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, or_, select, tuple_
from sqlmodel import Session, col

from jambot.db.models import Mission, User, UserSession, WorkspaceStatus
from jambot.db.repositories.users import email_key

RUNNING = "in_progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are of each, in all and for everybody."""

    people: int
    workspaces_active: int
    workspaces_used_today: int
    missions_running: int


def counts(session: Session, *, now: datetime) -> Counts:
    """The figures of the overview, of one moment."""
    listed = select(func.count()).select_from(UserSession).where(col(UserSession.deleted_at).is_(None))
    return Counts(
        people=session.execute(select(func.count()).select_from(User)).scalar_one(),
        workspaces_active=session.execute(listed.where(col(UserSession.status) == WorkspaceStatus.ACTIVE)).scalar_one(),
        workspaces_used_today=session.execute(
            listed.where(col(UserSession.last_activity_at) > now - timedelta(days=1))
        ).scalar_one(),
        missions_running=session.execute(
            select(func.count()).select_from(Mission).where(col(Mission.status) == RUNNING)
        ).scalar_one(),
    )


def workspaces(
    session: Session,
    *,
    query: str = "",
    status: str | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> Sequence[RowMapping]:
    """Workspaces of everybody, the one used last first, with their owner's e-mail.

    Args:
        query: looked for in the workspace's name and the owner's e-mail.
        after: the last (last_activity_at, id) already seen.
    """
    key: tuple[Any, Any] = (col(UserSession.last_activity_at), col(UserSession.id))
    wanted: Any = (
        select(
            col(UserSession.id).label("id"),
            col(UserSession.name).label("name"),
            col(UserSession.user_id).label("user_id"),
            col(User.email).label("email"),
            col(UserSession.status).label("status"),
            col(UserSession.mission_status).label("mission_status"),
            col(UserSession.message_count).label("message_count"),
            col(UserSession.asset_count).label("asset_count"),
            col(UserSession.last_activity_at).label("last_activity_at"),
            col(UserSession.created_at).label("created_at"),
        )
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.deleted_at).is_(None))
    )
    if status:
        wanted = wanted.where(col(UserSession.status) == status)
    if query:
        wanted = wanted.where(
            or_(
                func.lower(UserSession.name).contains(query.lower(), autoescape=True),
                col(User.email_key).contains(email_key(query), autoescape=True),
            )
        )
    if after is not None:
        wanted = wanted.where(tuple_(*key) < tuple_(*after, types=[column.type for column in key]))
    return session.execute(wanted.order_by(*(column.desc() for column in key)).limit(limit)).mappings().all()
