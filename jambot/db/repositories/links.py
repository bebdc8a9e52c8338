"""Questions about one-time links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from jambot.db.models import LinkKind, OneTimeLink


def claim(session: Session, *, kind: LinkKind, token_hash: str, now: datetime) -> OneTimeLink | None:
    """Mark the unused link used and return it; the update decides between two callers."""
    link = session.exec(
        select(OneTimeLink).where(OneTimeLink.token_hash == token_hash, OneTimeLink.kind == kind)
    ).one_or_none()
    if link is None:
        return None
    used = session.exec(
        update(OneTimeLink)
        .where(col(OneTimeLink.id) == link.id, col(OneTimeLink.used_at).is_(None), col(OneTimeLink.expires_at) > now)
        .values(used_at=now)
    )
    return link if used.rowcount == 1 else None


def withdraw_unused(session: Session, *, kind: LinkKind, user_id: str | None) -> None:
    """Remove the links of `kind` for `user_id` that nobody used."""
    session.exec(
        delete(OneTimeLink).where(
            col(OneTimeLink.kind) == kind, col(OneTimeLink.user_id) == user_id, col(OneTimeLink.used_at).is_(None)
        )
    )


def open_invites(session: Session, *, now: datetime) -> list[OneTimeLink]:
    """Invitations nobody used yet, newest first."""
    return list(
        session.exec(
            select(OneTimeLink)
            .where(
                OneTimeLink.kind == LinkKind.INVITE,
                col(OneTimeLink.used_at).is_(None),
                OneTimeLink.expires_at > now,
            )
            .order_by(col(OneTimeLink.created_at).desc())
            .limit(200)
        )
    )
