"""Where people were and are signed in: one row per login that outlives it, one per page that is open now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_list, moment, optional_moment, optional_ref, ref
from jambot.db.types import ID_COLUMN


class LoginRecord(SQLModel, table=True):
    """What is remembered of a login after its end; `id` is the login's. It signs nobody in."""

    __tablename__ = "login_records"
    __table_args__ = (
        Index("ix_login_records_user", "user_id", "opened_at"),
        Index("ix_login_records_device", "user_id", "device_id"),
    )

    id: str = id_field()
    user_id: str = ref("users.id")
    device_id: str | None = optional_ref()
    device: str = Field(default="", max_length=80)
    ip_address: str = Field(default="", max_length=64)
    opened_at: datetime = moment()
    ends_at: datetime = moment()
    """When it ends at the latest, as it stood when it was opened."""
    ended_at: datetime | None = optional_moment()
    end_reason: str = Field(default="", max_length=32)
    is_new: bool = False
    """The person had signed in before, but never on this device."""
    confirmed_at: datetime | None = optional_moment()
    """When the person said that the new device is theirs."""


class OpenPage(SQLModel, table=True):
    """A page that follows a login at this moment; one nobody has seen for a while died with its process."""

    __tablename__ = "open_pages"
    __table_args__ = (Index("ix_open_pages_user", "user_id", "login_id"), Index("ix_open_pages_seen", "seen_at"))

    id: str = id_field()
    user_id: str = ref("users.id")
    login_id: str = Field(sa_type=ID_COLUMN)
    workspace_id: str | None = optional_ref("user_sessions.id")
    opened_at: datetime = moment()
    seen_at: datetime = moment()


class ApiKey(SQLModel, table=True):
    """A key a program shows instead of a person. Only its hash is kept; `prefix` is what people recognise it by."""

    __tablename__ = "api_keys"

    id: str = id_field()
    user_id: str = ref("users.id", index=True)
    name: str = Field(max_length=100)
    prefix: str = Field(max_length=16)
    token_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = json_list()
    created_at: datetime = moment()
    expires_at: datetime | None = optional_moment()
    last_used_at: datetime | None = optional_moment()
    last_used_from: str = Field(default="", max_length=64)
    revoked_at: datetime | None = optional_moment()
