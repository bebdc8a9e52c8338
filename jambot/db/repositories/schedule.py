"""Work that one process at a time does from time to time: whose turn it is, and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from jambot.db.models import ScheduledJob
from jambot.db.models.base import insert_into, table_of

_TABLE = table_of(ScheduledJob)


def ensure(session: Session, names: Sequence[str], *, now: datetime) -> None:
    """Note jobs that are not known yet; they are due at once."""
    rows = [{"name": n, "next_at": now, "outcome": "", "result": {}, "runs": 0, "failures": 0} for n in names]
    session.connection().execute(insert_into(session, _TABLE).on_conflict_do_nothing(), rows)


def all_jobs(session: Session) -> list[ScheduledJob]:
    return list(session.exec(select(ScheduledJob).order_by(col(ScheduledJob.name))))


def claim(session: Session, name: str, *, holder: str, now: datetime, until: datetime, early: bool = False) -> bool:
    """Take a job that is due (or, `early`, also one that is not) until a moment; False when it is not to be had.

    Whoever holds it may claim it again, which makes the hold longer.
    """
    free = or_(_TABLE.c.lease_until.is_(None), _TABLE.c.lease_until <= now, _TABLE.c.holder == holder)
    taken = update(_TABLE).where(_TABLE.c.name == name, free)
    if not early:
        taken = taken.where(_TABLE.c.next_at <= now)
    values = {"holder": holder, "lease_until": until, "started_at": now}
    return session.connection().execute(taken.values(**values)).rowcount == 1


def finish(
    session: Session,
    name: str,
    *,
    holder: str,
    now: datetime,
    next_at: datetime,
    outcome: str,
    result: dict[str, Any],
) -> None:
    """Note how a job went and let go of it; nothing happens when another process took it meanwhile."""
    values: dict[str, Any] = {
        "holder": None,
        "lease_until": None,
        "ended_at": now,
        "next_at": next_at,
        "outcome": outcome,
        "result": result,
        "runs": _TABLE.c.runs + 1,
        "failures": _TABLE.c.failures + int(outcome == "failed"),
    }
    done = update(_TABLE).where(_TABLE.c.name == name, _TABLE.c.holder == holder)
    session.connection().execute(done.values(**values))
