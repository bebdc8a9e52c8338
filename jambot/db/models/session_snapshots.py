"""Sessions as they were once: what a restore goes back to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlmodel import Field, SQLModel

from jambot.db.models.base import moment


class SessionSnapshot(SQLModel, table=True):
    """The last snapshot of one session. `state` is the stored record, its body still sealed.

    `created_at` is kept when the snapshot is taken again; `updated_at` moves.
    """

    __tablename__ = "session_snapshots"

    namespace: str = Field(primary_key=True, sa_type=String(64))
    session_id: str = Field(primary_key=True, sa_type=String(36))
    node_id: str | None = Field(default=None, sa_type=String(64))
    state: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = moment()
    updated_at: datetime = moment()
