"""What happened to the engine's sessions, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from jambot.db.models import SessionLogEntry
from jambot.db.models.base import insert_into, table_of

_TABLE = table_of(SessionLogEntry)
LOOKED_THROUGH = 20_000
"""How many of the newest entries a filter without an index of its own looks through."""


def add(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Add entries; those that are there already stay as they are."""
    session.connection().execute(insert_into(session, _TABLE).on_conflict_do_nothing(), list(entries))


def newest(
    session: Session,
    *,
    after: str = "",
    before: str = "",
    handle: str = "",
    user_ids: Sequence[str] | None = None,
    event: str = "",
    kind: str = "",
    limit: int = 100,
) -> list[SessionLogEntry]:
    """Entries, newest first.

    Args:
        after, before: ids of entries; only those between are meant.
        kind: looked for among the newest `LOOKED_THROUGH`.
    """
    wanted = select(SessionLogEntry).order_by(col(SessionLogEntry.id).desc()).limit(limit)
    if after:
        wanted = wanted.where(col(SessionLogEntry.id) > after)
    if before:
        wanted = wanted.where(col(SessionLogEntry.id) < before)
    if handle:
        wanted = wanted.where(SessionLogEntry.handle == handle)
    if user_ids is not None:
        wanted = wanted.where(col(SessionLogEntry.user_id).in_(user_ids))
    if event:
        wanted = wanted.where(SessionLogEntry.event == event)
    if kind:
        wanted = wanted.where(SessionLogEntry.kind == kind)
        if not (handle or event or user_ids is not None):
            oldest = select(SessionLogEntry.id).order_by(col(SessionLogEntry.id).desc()).offset(LOOKED_THROUGH).limit(1)
            wanted = wanted.where(col(SessionLogEntry.id) > func.coalesce(oldest.scalar_subquery(), ""))
    return list(session.exec(wanted))


def forget_user(session: Session, user_id: str) -> None:
    """Take the name of a person who leaves out of the log."""
    session.connection().execute(update(_TABLE).where(_TABLE.c.user_id == user_id).values(user_id=None))


def trim(session: Session, *, before: str, most: int, batch: int = 5_000) -> int:
    """Forget entries older than the id `before`, and the oldest beyond the newest `most`; at most `batch` at once."""
    surplus = select(SessionLogEntry.id).order_by(col(SessionLogEntry.id).desc()).offset(most).limit(1)
    oldest_kept = session.exec(surplus).first() or ""
    ids = (
        select(SessionLogEntry.id)
        .where(col(SessionLogEntry.id) <= max(before, oldest_kept))
        .order_by(col(SessionLogEntry.id))
        .limit(batch)
    )
    gone = delete(_TABLE).where(_TABLE.c.id.in_(ids.scalar_subquery()))
    return session.connection().execute(gone).rowcount
