"""A persistent place of work: what the history lists and what a person comes back to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_field, moment, optional_moment, optional_ref, ref, text
from jambot.db.types import ID_COLUMN


class WorkspaceStatus(StrEnum):
    ACTIVE = "active"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    ARCHIVED = "archived"


_LISTED: dict[str, Any] = {"sqlite_where": sql("deleted_at IS NULL"), "postgresql_where": sql("deleted_at IS NULL")}
_IN_TRASH: dict[str, Any] = {
    "sqlite_where": sql("deleted_at IS NOT NULL"),
    "postgresql_where": sql("deleted_at IS NOT NULL"),
}


class UserSession(SQLModel, table=True):
    """One workspace. It never expires; a status only says where it is listed."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        # One index per list a person pages through, in its order. Partial, because "is not deleted" as a column would
        # keep PostgreSQL from reading the order out of the index.
        Index("ix_user_sessions_list", "user_id", "pinned", "last_activity_at", "id", **_LISTED),
        Index("ix_user_sessions_list_of_status", "user_id", "status", "pinned", "last_activity_at", "id", **_LISTED),
        Index("ix_user_sessions_trash", "user_id", "deleted_at", "id", **_IN_TRASH),
        Index("ix_user_sessions_status", "status", "status_changed_at"),
        Index("ix_user_sessions_used", "last_activity_at", "id", **_LISTED),
    )

    id: str = id_field()
    user_id: str = ref("users.id")
    name: str = Field(default="", max_length=200)
    description: str = text()
    status: str = Field(default=WorkspaceStatus.ACTIVE, max_length=16)
    chat_id: str = ref()
    mission_id: str | None = optional_ref()
    session_metadata: str = text()
    """JSON, sealed in an envelope when a key is set."""
    place: dict[str, Any] = json_field()
    """Where the user last was in it, on any device: message, offset, panel, selection, sidebar."""
    version: int = 1
    pinned: bool = False
    folder: str = Field(default="", max_length=100)
    title_source: str = Field(default="auto", max_length=8)
    preview: str = Field(default="", max_length=140)
    message_count: int = 0
    asset_count: int = 0
    mission_status: str | None = Field(default=None, max_length=32)
    """The present mission's status, kept here so that a list never joins."""
    mission_done: int = 0
    mission_total: int = 0
    is_demo: bool = False
    domain_id: str | None = optional_ref(index=True)
    """Members of this domain may see it. No foreign key: SQLite would copy the whole table to add one."""
    last_device: str = Field(default="", max_length=80)
    created_at: datetime = moment()
    updated_at: datetime = moment()
    last_activity_at: datetime = moment()
    status_changed_at: datetime = moment()
    deleted_at: datetime | None = optional_moment()


class WorkspaceCount(SQLModel, table=True):
    """How many workspaces a person has listed under a status; kept by the triggers of `jambot.db.count_schema`."""

    __tablename__ = "workspace_counts"

    user_id: str = Field(sa_type=ID_COLUMN, primary_key=True, foreign_key="users.id", ondelete="CASCADE")
    status: str = Field(sa_type=String(16), primary_key=True)
    listed: int = 0


class Draft(SQLModel, table=True):
    """What is typed and not sent. The server's revision is the only clock; empty text is a tombstone."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("workspace_id", "field"),)

    id: str = id_field()
    workspace_id: str = ref("user_sessions.id")
    user_id: str = ref("users.id")
    field: str = Field(default="composer", max_length=32)
    text: str = text()
    caret: int = 0
    revision: int = 0
    device_id: str = Field(default="", max_length=36)
    updated_at: datetime = moment()


class Place(SQLModel, table=True):
    """Where a user last was on one device: which workspace, and how its page was laid out."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("user_id", "device_id"),)

    id: str = id_field()
    user_id: str = ref("users.id")
    device_id: str = Field(max_length=36)
    workspace_id: str | None = optional_ref("user_sessions.id")
    place: dict[str, Any] = json_field()
    updated_at: datetime = moment()


class StatusChange(SQLModel, table=True):
    """Every change of status of every entity."""

    __tablename__ = "status_changes"
    __table_args__ = (Index("ix_status_changes_entity", "entity", "entity_id", "at"),)

    id: str = id_field()
    entity: str = Field(max_length=16)
    entity_id: str = ref()
    workspace_id: str | None = optional_ref("user_sessions.id", ondelete="CASCADE")
    from_status: str = Field(default="", max_length=32)
    to_status: str = Field(max_length=32)
    actor: str = Field(default="system", max_length=40)
    reason: str = text()
    error: str = text()
    at: datetime = moment()


class WorkspaceEvent(SQLModel, table=True):
    """The append-only story of a workspace: what "while you were away" and `/events?after=` read. Ids, no contents."""

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("workspace_id", "sequence"),)

    id: str = id_field()
    workspace_id: str = ref("user_sessions.id")
    sequence: int
    kind: str = Field(max_length=40)
    data: dict[str, Any] = json_field()
    at: datetime = moment()


class IdempotencyKey(SQLModel, table=True):
    """The answer to a request that must happen once, for 24 hours."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: str = id_field()
    user_id: str = ref("users.id")
    key: str = Field(max_length=128)
    request_hash: str = Field(max_length=64)
    status_code: int = 0
    """0 while the request is being worked on."""
    answer: str = text()
    created_at: datetime = moment()


class Quarantined(SQLModel, table=True):
    """Bytes that could not be read, set aside by their owner's choice; never thrown away by the app itself."""

    __tablename__ = "quarantine"

    id: str = id_field()
    user_id: str | None = optional_ref("users.id", ondelete="CASCADE")
    entity: str = Field(max_length=32)
    entity_id: str = ref()
    field: str = Field(max_length=64)
    content: str = text()
    reason: str = text()
    at: datetime = moment()
