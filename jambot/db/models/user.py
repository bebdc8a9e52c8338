"""People, and the one-time links that let them in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_field, moment, optional_moment, optional_ref, text


class User(SQLModel, table=True):
    __tablename__ = "users"
    __table_args__ = (Index("ix_users_created", "created_at", "id"),)

    id: str = id_field()
    email: str = Field(max_length=320)
    email_key: str = Field(max_length=640, unique=True)
    """The e-mail NFKC-normalised and case-folded: what must be unique."""
    name: str = Field(default="", max_length=200)
    password_hash: str = text()
    role: str = Field(default="user", max_length=16)
    is_disabled: bool = False
    auth_version: int = 1
    """Raised when role, standing or password change: every access token of an older version is dead."""
    preferences: dict[str, Any] = json_field()
    created_at: datetime = moment()
    last_sign_in_at: datetime | None = optional_moment()


class LinkKind(StrEnum):
    SETUP = "setup"
    INVITE = "invite"
    RESET = "reset"


class OneTimeLink(SQLModel, table=True):
    """A setup, invite or reset link. Only the hash of its 256-bit token is kept; it works once, until it expires."""

    __tablename__ = "invites"

    id: str = id_field()
    kind: str = Field(max_length=16)
    token_hash: str = Field(max_length=64, unique=True)
    email: str | None = Field(default=None, max_length=320)
    role: str = Field(default="user", max_length=16)
    user_id: str | None = optional_ref("users.id", ondelete="CASCADE")
    created_by: str | None = optional_ref()
    created_at: datetime = moment()
    expires_at: datetime = moment()
    used_at: datetime | None = optional_moment()


class AuditEntry(SQLModel, table=True):
    """Who did what to whom and why. Append-only; outlives the people in it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_action_at", "action", "at", "id"),
    )

    id: str = id_field()
    at: datetime = moment()
    actor_id: str | None = optional_ref()
    action: str = Field(max_length=64)
    subject: str = Field(default="", max_length=200)
    reason: str = text()
    details: dict[str, Any] = json_field()
