"""Questions about people."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from jambot.db.models import User


def email_key(email: str) -> str:
    """What makes two spellings of an e-mail the same."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email.strip()).casefold())


def by_email(session: Session, email: str) -> User | None:
    return session.exec(select(User).where(User.email_key == email_key(email))).one_or_none()


def by_id(session: Session, user_id: str) -> User | None:
    return session.get(User, user_id)


def names_by_id(session: Session, user_ids: set[str]) -> dict[str, User]:
    """The users with these ids, those that exist."""
    if not user_ids:
        return {}
    return {user.id: user for user in session.exec(select(User).where(col(User.id).in_(user_ids)))}


def count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(User)).one()


def any_admin(session: Session) -> bool:
    """Whether somebody who can sign in is an admin."""
    return living_admins(session) > 0


def living_admins(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(User).where(User.role == "admin", col(User.is_disabled).is_(False))
    ).one()


def guests_before(session: Session, before: datetime, *, limit: int) -> list[User]:
    """Guests who began before."""
    return list(session.exec(select(User).where(User.role == "guest", User.created_at < before).limit(limit)))


def note_sign_in(session: Session, user_id: str, at: datetime) -> None:
    session.exec(update(User).where(col(User.id) == user_id).values(last_sign_in_at=at))


def page(
    session: Session, *, query: str = "", after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[User]:
    """People, newest first; `query` is looked for in e-mail and name, `after` is the last (created_at, id) seen."""
    wanted = select(User).order_by(col(User.created_at).desc(), col(User.id).desc()).limit(limit)
    if query:
        wanted = wanted.where(
            or_(
                col(User.email_key).contains(email_key(query), autoescape=True),
                func.lower(User.name).contains(query.lower(), autoescape=True),
            )
        )
    if after is not None:
        at, user_id = after
        wanted = wanted.where(or_(col(User.created_at) < at, (col(User.created_at) == at) & (col(User.id) < user_id)))
    return list(session.exec(wanted))


def replace_hash(session: Session, user_id: str, *, old: str, new: str) -> None:
    """Keep a new hash of the same password, unless the password was changed meanwhile."""
    session.exec(update(User).where(col(User.id) == user_id, col(User.password_hash) == old).values(password_hash=new))
