"""Questions about domains: who belongs to them, what they open, and to whom they are open for a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, tuple_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jambot.access import DomainRole, Role, may_see
from jambot.db.models import Domain, DomainMember, Grant, Mission, User, UserSession
from jambot.errors import GrantExpired, NotFound
from jambot.ids import is_id

# For so long after its end somebody who asks for what a grant opened is told why it is closed.
REMEMBERED_FOR = timedelta(hours=24)
OVER = ("completed", "failed", "cancelled")


def open_to(session: Session, user_id: str, now: datetime) -> frozenset[str]:
    """The domains a person may look into at this moment, as a member or by a grant that holds."""
    members = select_columns(col(DomainMember.domain_id)).where(col(DomainMember.user_id) == user_id)
    granted = holding(now).where(col(Grant.user_id) == user_id).with_only_columns(col(Grant.domain_id))
    return frozenset(session.execute(members.union(granted)).scalars())


def readable(session: Session, *, user_id: str, workspace_id: str, now: datetime) -> UserSession:
    """A workspace the person may see: their own, or one of a domain open to them that is not in the trash.

    Raises:
        NotFound: malformed, not there, or not open to them: all alike.
        GrantExpired: it was open to them by a grant that has ended lately.
    """
    found = session.get(UserSession, workspace_id) if is_id(workspace_id) else None
    if found is None:
        raise NotFound
    if found.user_id == user_id:
        return found
    if found.domain_id is None or found.deleted_at is not None:
        raise NotFound
    domains = open_to(session, user_id, now)
    if not may_see(user_id, owner_id=found.user_id, domain_id=found.domain_id, open_domains=domains):
        raise GrantExpired if _had_grant(session, user_id, found.domain_id, now) else NotFound
    return found


def by_name(session: Session, name_key: str) -> Domain | None:
    return session.exec(select(Domain).where(Domain.name_key == name_key)).first()


def require(session: Session, domain_id: str) -> Domain:
    """A domain. Raises `NotFound`."""
    found = session.get(Domain, domain_id) if is_id(domain_id) else None
    if found is None:
        raise NotFound
    return found


def person(session: Session, user_id: str) -> User:
    """Somebody by their id. Raises `NotFound`."""
    found = session.get(User, user_id) if is_id(user_id) else None
    if found is None:
        raise NotFound
    return found


def role_in(session: Session, user_id: str, domain_id: str) -> str | None:
    """What the person is in the domain by membership; None when they do not belong to it."""
    member = membership(session, user_id, domain_id)
    return None if member is None else member.role


def membership(session: Session, user_id: str, domain_id: str) -> DomainMember | None:
    return session.exec(
        select(DomainMember).where(DomainMember.user_id == user_id, DomainMember.domain_id == domain_id)
    ).first()


def of_member(session: Session, user_id: str) -> list[tuple[Domain, str]]:
    """The domains a person belongs to, by name, with their role in each."""
    query = (
        select(Domain, DomainMember.role)
        .join(DomainMember, col(DomainMember.domain_id) == col(Domain.id))
        .where(DomainMember.user_id == user_id)
        .order_by(col(Domain.name_key))
    )
    return [(domain, role) for domain, role in session.exec(query)]


def members_of(session: Session, domain_id: str) -> list[tuple[User, DomainMember]]:
    """Who belongs to a domain, owners first, then by name."""
    query = (
        select(User, DomainMember)
        .join(DomainMember, col(DomainMember.user_id) == col(User.id))
        .where(DomainMember.domain_id == domain_id)
        .order_by(col(DomainMember.role).desc(), col(User.name), col(User.id))
    )
    return [(user, member) for user, member in session.exec(query)]


def take_apart(session: Session, domain_id: str) -> None:
    """Let go of everything that carries the domain, and remove it."""
    session.exec(update(UserSession).where(col(UserSession.domain_id) == domain_id).values(domain_id=None))
    session.exec(delete(Domain).where(col(Domain.id) == domain_id))


def grants(
    session: Session,
    *,
    user_id: str | None = None,
    domain_id: str | None = None,
    holding_at: datetime | None = None,
    after: tuple[datetime, str] | None = None,
    limit: int = 500,
) -> list[tuple[Grant, Domain, User, User | None]]:
    """Grants with their domain, holder and grantor, the newest first; with `holding_at`, those that hold then.

    `after` is when the last one already shown was given, and its id.
    """
    key: tuple[Any, ...] = (col(Grant.granted_at), col(Grant.id))
    holder, grantor = aliased(User), aliased(User)
    query: Any = (
        select(Grant, Domain, holder, grantor)
        .join(Domain, col(Domain.id) == col(Grant.domain_id))
        .join(holder, col(holder.id) == col(Grant.user_id))
        .outerjoin(grantor, col(grantor.id) == col(Grant.granted_by))
        .order_by(*(column.desc() for column in key))
        .limit(limit)
    )
    if user_id is not None:
        query = query.where(col(Grant.user_id) == user_id)
    if domain_id is not None:
        query = query.where(col(Grant.domain_id) == domain_id)
    if after is not None:
        query = query.where(tuple_(*key) < tuple_(*after, types=[column.type for column in key]))
    if holding_at is not None:
        query = query.where(col(Grant.id).in_(holding(holding_at).with_only_columns(col(Grant.id))))
    return list(session.exec(query))


def due(session: Session, now: datetime) -> list[Grant]:
    """Grants that are over and not marked so: their time came, their mission ended, or their grantor may not grant."""
    hold = holding(now).with_only_columns(col(Grant.id))
    return list(session.exec(select(Grant).where(col(Grant.ended_at).is_(None), col(Grant.id).not_in(hold))))


def next_end(session: Session) -> datetime | None:
    """When the next grant ends by its time; None when none is open."""
    wanted = select_columns(func.min(col(Grant.ends_at))).where(col(Grant.ended_at).is_(None))
    return session.execute(wanted).scalar_one()


def why_over(session: Session, grant: Grant, now: datetime) -> str:
    """Why a grant that is due ended, in a word."""
    if grant.ends_at <= now:
        return "time"
    mission = session.get(Mission, grant.mission_id) if grant.mission_id else None
    return "mission" if grant.mission_id and (mission is None or mission.status in OVER) else "grantor"


def holding(now: datetime) -> Any:
    """The grants that hold at `now`: in time, mission not over, grantor still an admin or an owner of the domain."""
    grantor = aliased(User)
    owns = (
        select_columns(col(DomainMember.id))
        .where(
            col(DomainMember.domain_id) == col(Grant.domain_id),
            col(DomainMember.user_id) == col(Grant.granted_by),
            col(DomainMember.role) == DomainRole.OWNER,
        )
        .exists()
    )
    at_work = (
        select_columns(col(Mission.id))
        .where(col(Mission.id) == col(Grant.mission_id), col(Mission.status).not_in(OVER))
        .exists()
    )
    return (
        select_columns(col(Grant.id))
        .join(grantor, col(grantor.id) == col(Grant.granted_by))
        .where(
            col(Grant.ended_at).is_(None),
            col(Grant.ends_at) > now,
            col(grantor.is_disabled).is_(False),
            or_(col(grantor.role) == Role.ADMIN, owns),
            or_(col(Grant.mission_id).is_(None), at_work),
        )
    )


def last_grant_of(session: Session, user_id: str, workspace_id: str, now: datetime) -> tuple[Grant, str, str] | None:
    """The grant by which a workspace was open to somebody until lately, its domain's name, and why it is over."""
    query: Any = (
        select(Grant, Domain.name)
        .join(Domain, col(Domain.id) == col(Grant.domain_id))
        .join(UserSession, col(UserSession.domain_id) == col(Domain.id))
        .where(UserSession.id == workspace_id, Grant.user_id == user_id, col(Grant.ends_at) > now - REMEMBERED_FOR)
        # One that holds has closed nothing: the workspace may be in its owner's trash.
        .where(col(Grant.id).not_in(holding(now).with_only_columns(col(Grant.id))))
        .order_by(col(Grant.granted_at).desc())
        .limit(1)
    )
    found = session.exec(query).first()
    if found is None:
        return None
    grant, name = found
    return grant, name, grant.end_reason or why_over(session, grant, now)


def _had_grant(session: Session, user_id: str, domain_id: str, now: datetime) -> bool:
    lately: ColumnElement[bool] = and_(
        col(Grant.user_id) == user_id, col(Grant.domain_id) == domain_id, col(Grant.ends_at) > now - REMEMBERED_FOR
    )
    return session.execute(select_columns(col(Grant.id)).where(lately).limit(1)).first() is not None
