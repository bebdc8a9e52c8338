"""Domains as lists: paged by key, so that the last page costs what the first one does; and what an end would hit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, or_, tuple_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from jambot.db.models import Domain, DomainMember, Grant, OpenPage, User, UserSession
from jambot.db.repositories import domains
from jambot.db.repositories.administration import PAGES_BELIEVED_FOR

# Owners first: the word sorts after "member".
_MEMBER_KEY: tuple[Any, ...] = (col(DomainMember.role), col(User.email_key), col(User.id))


def page(
    session: Session, *, now: datetime, query: str, after: tuple[str, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Domains by name with how many members, workspaces and grants that hold each has.

    Args:
        query: what the folded name has in it; empty for all.
        after: the folded name and the id of the last one already shown.
    """
    key: tuple[Any, ...] = (col(Domain.name_key), col(Domain.id))
    wanted = _counted(now).order_by(*key).limit(limit)
    if query:
        wanted = wanted.where(col(Domain.name_key).contains(query, autoescape=True))
    if after is not None:
        wanted = wanted.where(tuple_(*key) > tuple_(*after, types=[column.type for column in key]))
    return session.execute(wanted).mappings().all()


def one(session: Session, domain_id: str, now: datetime) -> RowMapping | None:
    """A domain as `page` counts it."""
    return session.execute(_counted(now).where(col(Domain.id) == domain_id)).mappings().first()


def members(
    session: Session, domain_id: str, *, after: tuple[str, str, str] | None, limit: int
) -> Sequence[RowMapping]:
    """Who belongs to a domain, owners first, then by e-mail; `after` is role, folded e-mail, id of the last shown."""
    role, email, user_id = _MEMBER_KEY
    wanted = (
        select_columns(
            user_id.label("user_id"),
            col(User.email).label("email"),
            col(User.name).label("name"),
            role.label("role"),
            col(DomainMember.added_at).label("added_at"),
            email.label("email_key"),
        )
        .join(User, col(User.id) == col(DomainMember.user_id))
        .where(col(DomainMember.domain_id) == domain_id)
        .order_by(role.desc(), email, user_id)
        .limit(limit)
    )
    if after is not None:
        last_role, *rest = after
        further = tuple_(email, user_id) > tuple_(*rest, types=[email.type, user_id.type])
        wanted = wanted.where(or_(role < last_role, (role == last_role) & further))
    return session.execute(wanted).mappings().all()


def shared_with(
    session: Session,
    user_id: str,
    now: datetime,
    *,
    columns: Sequence[Any],
    words: Sequence[str],
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """List rows of others' workspaces in domains open to this person, with the domain's and the owner's name.

    Args:
        words: what the title has, all of them; none for every title.
        after: when the last one already shown was used last, and its id.
    """
    open_domains = domains.open_to(session, user_id, now)
    if not open_domains:
        return []
    key: tuple[Any, ...] = (col(UserSession.last_activity_at), col(UserSession.id))
    wanted = (
        select_columns(
            *columns,
            col(Domain.name).label("domain_name"),
            col(User.name).label("owner_name"),
            col(User.email).label("owner_email"),
        )
        .join(Domain, col(Domain.id) == col(UserSession.domain_id))
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(
            col(UserSession.domain_id).in_(open_domains),
            col(UserSession.user_id) != user_id,
            col(UserSession.deleted_at).is_(None),
            *(_has(col(UserSession.name), word) for word in words),
        )
        .order_by(*(column.desc() for column in key))
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(tuple_(*key) < tuple_(*after, types=[column.type for column in key]))
    return session.execute(wanted).mappings().all()


def _has(name: Any, word: str) -> Any:
    # SQLite compares the cases of ASCII alone, so the usual ones of a word are asked for.
    return or_(*(name.icontains(each, autoescape=True) for each in {word, word.lower(), word.capitalize()}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How much an end would close: figures, never contents."""

    members: int = 0
    grants: int = 0
    workspaces: int = 0
    open_pages: int = 0


def reach(session: Session, domain_id: str, *, now: datetime, user_id: str | None = None) -> Reach:
    """What the end of a domain would close, or with `user_id` the end of one person's way into it."""
    carried = (col(UserSession.domain_id) == domain_id) & col(UserSession.deleted_at).is_(None)
    pages = (
        select_columns(func.count())
        .select_from(OpenPage)
        .join(UserSession, col(UserSession.id) == col(OpenPage.workspace_id))
        .where(carried, col(OpenPage.user_id) != col(UserSession.user_id))
        .where(col(OpenPage.seen_at) > now - PAGES_BELIEVED_FOR)
    )
    workspaces = select_columns(func.count()).select_from(UserSession).where(carried)
    people = select_columns(func.count()).where(col(DomainMember.domain_id) == domain_id)
    held = domains.holding(now).where(col(Grant.domain_id) == domain_id)
    if user_id is not None:
        pages = pages.where(col(OpenPage.user_id) == user_id)
        workspaces = workspaces.where(col(UserSession.user_id) != user_id)
        people = people.where(col(DomainMember.user_id) == user_id)
        # What somebody gave as an owner ends with their being one.
        held = held.where(col(Grant.granted_by) == user_id)
    counted: Any = held.with_only_columns(func.count())
    return Reach(
        members=session.execute(people).scalar_one(),
        grants=session.execute(counted).scalar_one(),
        workspaces=session.execute(workspaces).scalar_one(),
        open_pages=session.execute(pages).scalar_one(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewers:
    """Who would see what carries a domain: the first few names, and how many there are."""

    names: tuple[str, ...]
    members: int
    granted: int


def viewers(session: Session, domain_id: str, *, but: str, now: datetime, most: int) -> Viewers:
    """Who looks into a domain at this moment, leaving out `but`; at most `most` of the members by name."""
    others = (col(DomainMember.domain_id) == domain_id) & (col(DomainMember.user_id) != but)
    named = (
        select_columns(col(User.name), col(User.email))
        .join(DomainMember, col(DomainMember.user_id) == col(User.id))
        .where(others)
        .order_by(col(DomainMember.role).desc(), col(User.name), col(User.id))
        .limit(most)
    )
    granted: Any = (
        domains.holding(now)
        .where(col(Grant.domain_id) == domain_id, col(Grant.user_id) != but)
        .with_only_columns(func.count(col(Grant.user_id).distinct()))
    )
    return Viewers(
        names=tuple(name or email for name, email in session.execute(named)),
        members=session.execute(select_columns(func.count()).where(others)).scalar_one(),
        granted=session.execute(granted).scalar_one(),
    )


def _counted(now: datetime) -> Any:
    members = select_columns(func.count()).where(col(DomainMember.domain_id) == col(Domain.id)).scalar_subquery()
    workspaces = (
        select_columns(func.count())
        .where(col(UserSession.domain_id) == col(Domain.id), col(UserSession.deleted_at).is_(None))
        .scalar_subquery()
    )
    held: Any = domains.holding(now).where(col(Grant.domain_id) == col(Domain.id)).with_only_columns(func.count())
    return select_columns(
        col(Domain.id).label("id"),
        col(Domain.name).label("name"),
        col(Domain.name_key).label("name_key"),
        col(Domain.created_at).label("created_at"),
        members.label("members"),
        workspaces.label("workspaces"),
        held.correlate(Domain).scalar_subquery().label("grants"),
    )
