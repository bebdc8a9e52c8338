"""Questions about named views of the dashboard."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from jambot.db.models import SavedView
from jambot.errors import NotFound


def of_user(session: Session, user_id: str) -> list[SavedView]:
    """The person's views, by name."""
    return list(session.exec(select(SavedView).where(SavedView.user_id == user_id).order_by(col(SavedView.name_key))))


def own(session: Session, view_id: str, user_id: str) -> SavedView:
    """One of the person's views; `NotFound` for anybody else's and for none."""
    found = session.exec(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == user_id)).first()
    if found is None:
        raise NotFound
    return found


def named(session: Session, user_id: str, name_key: str) -> SavedView | None:
    """The person's view of this name."""
    return session.exec(select(SavedView).where(SavedView.user_id == user_id, SavedView.name_key == name_key)).first()


def count(session: Session, user_id: str) -> int:
    """How many the person has."""
    return session.exec(select(func.count()).where(SavedView.user_id == user_id)).one()
