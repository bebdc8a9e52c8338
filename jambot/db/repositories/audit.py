"""The log of security events: written with the change it tells of, read by admins and by the person it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from jambot.db.models import AuditEntry


def record(
    session: Session,
    *,
    at: datetime,
    action: str,
    actor_id: str | None = None,
    subject: str = "",
    reason: str = "",
    **details: Any,
) -> None:
    """Add an entry. `details` are figures and ids, never a secret."""
    session.add(
        AuditEntry(at=at, action=action, actor_id=actor_id, subject=subject, reason=reason[:500], details=details)
    )


def about(session: Session, user_id: str, *, limit: int = 1_000) -> list[AuditEntry]:
    """What the user did and what was done to the user, newest first."""
    return list(
        session.exec(
            select(AuditEntry)
            .where(or_(col(AuditEntry.actor_id) == user_id, col(AuditEntry.subject) == user_id))
            .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
            .limit(limit)
        )
    )


def page(
    session: Session, *, action: str = "", after: tuple[datetime, str] | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Entries, newest first; `after` is the last (at, id) seen."""
    wanted = select(AuditEntry).order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit)
    if action:
        wanted = wanted.where(AuditEntry.action == action)
    if after is not None:
        at, entry_id = after
        wanted = wanted.where(
            or_(col(AuditEntry.at) < at, (col(AuditEntry.at) == at) & (col(AuditEntry.id) < entry_id))
        )
    return list(session.exec(wanted))
