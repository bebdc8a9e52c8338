"""Questions about API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from jambot.db.models import ApiKey, User


def by_hash(session: Session, token_hash: str, now: datetime) -> tuple[ApiKey, User] | None:
    """The key of this hash that works, with its owner who may sign in."""
    return session.exec(
        select(ApiKey, User)
        .join(User, col(User.id) == col(ApiKey.user_id))
        .where(
            ApiKey.token_hash == token_hash,
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now),
            col(User.is_disabled).is_(False),
        )
    ).first()


def living(session: Session, user_id: str, now: datetime) -> list[ApiKey]:
    """A person's keys that work, the newest first."""
    return list(
        session.exec(
            select(ApiKey)
            .where(
                ApiKey.user_id == user_id,
                col(ApiKey.revoked_at).is_(None),
                or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now),
            )
            .order_by(col(ApiKey.created_at).desc(), col(ApiKey.id).desc())
        )
    )


def note_use(session: Session, key_id: str, *, at: datetime, place: str) -> None:
    session.exec(update(ApiKey).where(col(ApiKey.id) == key_id).values(last_used_at=at, last_used_from=place))
