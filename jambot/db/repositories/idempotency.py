"""Questions about requests that must happen once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from jambot.db.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=60)
IN_PROGRESS = 0


def find(session: Session, user_id: str, key: str) -> IdempotencyKey | None:
    return session.exec(
        select(IdempotencyKey).where(IdempotencyKey.user_id == user_id, IdempotencyKey.key == key)
    ).one_or_none()


def claim(session: Session, *, user_id: str, key: str, request_hash: str, now: datetime) -> IdempotencyKey | None:
    """Take the key for a request, or return the row of the one that has it.

    A row whose day is over is gone; one that was left in progress for longer than its lease, by a process that was
    killed, passes to the next caller.
    """
    session.exec(
        delete(IdempotencyKey).where(
            col(IdempotencyKey.user_id) == user_id, col(IdempotencyKey.created_at) <= now - KEPT_FOR
        )
    )
    row = find(session, user_id, key)
    if row is None:
        session.add(IdempotencyKey(user_id=user_id, key=key, request_hash=request_hash, created_at=now))
        return None
    is_left_behind = row.status_code == IN_PROGRESS and row.created_at <= now - LEASE
    if not is_left_behind or row.request_hash != request_hash:
        return row
    row.created_at = now
    session.add(row)
    return None


def settle(session: Session, user_id: str, key: str, *, status_code: int, answer: str) -> None:
    """Keep the answer."""
    session.exec(
        update(IdempotencyKey)
        .where(col(IdempotencyKey.user_id) == user_id, col(IdempotencyKey.key) == key)
        .values(status_code=status_code, answer=answer)
    )


def release(session: Session, user_id: str, key: str) -> None:
    """Give the key back: nothing was done under it."""
    session.exec(
        delete(IdempotencyKey).where(
            col(IdempotencyKey.user_id) == user_id,
            col(IdempotencyKey.key) == key,
            col(IdempotencyKey.status_code) == IN_PROGRESS,
        )
    )
