"""The samples of the dashboard, by resolution and time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from jambot.db.models import SessionSample
from jambot.db.models.base import insert_into, table_of

_TABLE = table_of(SessionSample)


def add(session: Session, *, resolution: str, at: datetime, add_to: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Replace the figures of one stretch by what `add_to` makes of them; of an empty object when there are none.

    Of several processes that add to the same stretch none loses what it brings.
    """
    sample_id = f"{resolution}:{at:%Y-%m-%dT%H:%M:%S}"
    made = insert_into(session, _TABLE).values(id=sample_id, resolution=resolution, at=at, figures={})
    session.connection().execute(made.on_conflict_do_nothing())
    sample = session.exec(select(SessionSample).where(SessionSample.id == sample_id).with_for_update()).one()
    sample.figures = add_to(sample.figures)
    session.add(sample)
    session.flush()


def between(session: Session, *, resolution: str, since: datetime, until: datetime) -> list[SessionSample]:
    """The samples that began in a span of time (its end left out), oldest first."""
    return list(
        session.exec(
            select(SessionSample)
            .where(SessionSample.resolution == resolution)
            .where(col(SessionSample.at) >= since, col(SessionSample.at) < until)
            .order_by(col(SessionSample.at))
        )
    )


def remove_before(session: Session, *, resolution: str, before: datetime) -> int:
    """Forget the samples of a resolution that are older; how many."""
    gone = delete(_TABLE).where(_TABLE.c.resolution == resolution, _TABLE.c.at < before)
    return session.connection().execute(gone).rowcount
