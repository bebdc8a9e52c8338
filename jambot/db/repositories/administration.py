"""Questions only an admin may ask: they look across people. Names and figures, never contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, func, or_, select, tuple_
from sqlmodel import Session, col

from jambot.access import Role
from jambot.db.models import Draft, EngineSession, Mission, OpenPage, User, UserSession, WorkspaceStatus
from jambot.db.repositories.users import email_key
from jambot.errors import Forbidden

RUNNING = "in_progress"
PAGES_BELIEVED_FOR = timedelta(seconds=75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are of each, in all and for everybody."""

    people: int
    workspaces_active: int
    workspaces_used_today: int
    missions_running: int


def require_admin(session: Session, user_id: str) -> None:
    """Raise `Forbidden` unless somebody is an admin at this moment: for work that goes on after it was begun."""
    user = session.get(User, user_id)
    if user is None or user.is_disabled or user.role != Role.ADMIN:
        raise Forbidden


def counts(session: Session, *, now: datetime) -> Counts:
    """The figures of the overview, of one moment."""
    listed = select(func.count()).select_from(UserSession).where(col(UserSession.deleted_at).is_(None))
    return Counts(
        people=session.execute(select(func.count()).select_from(User)).scalar_one(),
        workspaces_active=session.execute(listed.where(col(UserSession.status) == WorkspaceStatus.ACTIVE)).scalar_one(),
        workspaces_used_today=session.execute(
            listed.where(col(UserSession.last_activity_at) > now - timedelta(days=1))
        ).scalar_one(),
        missions_running=missions_running(session),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a session of the engine holds at this moment; moments in microseconds, 0 for never."""

    lease_us: int = 0
    lock_until_us: int = 0
    fence: int = 0
    open_pages: int = 0


def held(session: Session, *, namespace: str, handle: str, now: datetime) -> Held:
    """The lease, the lock and the open pages of one session; all nothing for an unknown one."""
    found = session.execute(
        select(col(EngineSession.lease_us), col(EngineSession.lock_until_us), col(EngineSession.fence)).where(
            col(EngineSession.namespace) == namespace, col(EngineSession.handle) == handle
        )
    ).first()
    pages = session.execute(
        select(func.count())
        .select_from(OpenPage)
        .where(col(OpenPage.login_id) == handle, col(OpenPage.seen_at) > now - PAGES_BELIEVED_FOR)
    ).scalar_one()
    if found is None:
        return Held(open_pages=pages)
    return Held(lease_us=found[0], lock_until_us=found[1], fence=found[2], open_pages=pages)


def typing(session: Session, *, since: datetime) -> set[str]:
    """Who wrote into a draft since then on a page that is open."""
    wanted = (
        select(col(Draft.user_id))
        .join(OpenPage, col(OpenPage.workspace_id) == col(Draft.workspace_id))
        .where(col(OpenPage.seen_at) > since - PAGES_BELIEVED_FOR, col(Draft.updated_at) > since, col(Draft.text) != "")
    )
    return set(session.execute(wanted).scalars())


def with_missions(session: Session) -> dict[str, int]:
    """How many missions run for whom."""
    wanted = (
        select(col(Mission.user_id), func.count()).where(col(Mission.status) == RUNNING).group_by(col(Mission.user_id))
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def missions_running(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Mission).where(col(Mission.status) == RUNNING)).scalar_one()


def people_and_missions(session: Session) -> tuple[int, int]:
    """How many people there are, and how many missions run now."""
    return session.execute(select(func.count()).select_from(User)).scalar_one(), missions_running(session)


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
