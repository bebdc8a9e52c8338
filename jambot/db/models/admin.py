"""What the dashboard draws and tells: samples of the figures, the log of sessions, the schedule. Kept over restarts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_field, moment, optional_moment
from jambot.db.types import ID_COLUMN


class SessionSample(SQLModel, table=True):
    """The figures of one stretch of time. Its id says which, so that every process adds to the same row."""

    __tablename__ = "session_samples"
    __table_args__ = (Index("ix_session_samples_at", "resolution", "at"),)

    id: str = id_field()
    at: datetime = moment()
    resolution: str = Field(default="minute", max_length=8)
    """raw, minute, hour or day."""
    figures: dict[str, Any] = json_field()


class SessionLogEntry(SQLModel, table=True):
    """One thing that happened to a session of the engine. Bounded in number and age; never contents, never a secret."""

    __tablename__ = "session_log"
    __table_args__ = (
        Index("ix_session_log_handle", "handle", "id"),
        Index("ix_session_log_user", "user_id", "id"),
        Index("ix_session_log_event", "event", "id"),
    )

    id: str = Field(primary_key=True, sa_type=ID_COLUMN)
    """Sorts by time; the same for the same thing, so that two processes that heard of it keep it once."""
    at_us: int = Field(sa_type=BigInteger)
    handle: str = Field(sa_type=ID_COLUMN)
    user_id: str | None = Field(default=None, sa_type=String(255))
    kind: str = Field(sa_type=String(32))
    event: str = Field(sa_type=String(16))
    reason: str = Field(default="", max_length=200)


class ScheduledJob(SQLModel, table=True):
    """Work that is done from time to time by one process at a time, and how it went last."""

    __tablename__ = "scheduled_jobs"

    name: str = Field(primary_key=True, max_length=64)
    next_at: datetime = moment()
    holder: str | None = Field(default=None, max_length=64)
    lease_until: datetime | None = optional_moment()
    started_at: datetime | None = optional_moment()
    ended_at: datetime | None = optional_moment()
    outcome: str = Field(default="", max_length=16)
    """done, failed, or empty before the first run."""
    result: dict[str, Any] = json_field()
    runs: int = 0
    failures: int = 0
