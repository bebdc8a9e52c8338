"""Domains: one concept for department, team and scope. Members see what carries one; a grant opens it for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, moment, optional_moment, optional_ref, ref, text


class Domain(SQLModel, table=True):
    __tablename__ = "domains"

    id: str = id_field()
    name: str = Field(max_length=100)
    name_key: str = Field(max_length=200, unique=True)
    """The name NFKC-normalised and case-folded: what must be unique."""
    created_by: str | None = optional_ref()
    created_at: datetime = moment()


class DomainMember(SQLModel, table=True):
    __tablename__ = "domain_members"
    __table_args__ = (UniqueConstraint("domain_id", "user_id"),)

    id: str = id_field()
    domain_id: str = ref("domains.id")
    user_id: str = ref("users.id", index=True)
    role: str = Field(default="member", max_length=16)
    added_by: str | None = optional_ref()
    added_at: datetime = moment()


class Grant(SQLModel, table=True):
    """A membership for a while; `id` is that of the engine's session of it. It stays as a record after its end."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("ix_grants_user", "user_id", "ends_at"),
        Index("ix_grants_open", "ended_at", "ends_at"),
        Index("ix_grants_domain", "domain_id", "granted_at"),
    )

    id: str = id_field()
    domain_id: str = ref("domains.id")
    user_id: str = ref("users.id")
    granted_by: str | None = optional_ref("users.id")
    reason: str = text()
    mission_id: str | None = optional_ref()
    """Ends with this mission, if that is sooner."""
    granted_at: datetime = moment()
    ends_at: datetime = moment()
    ended_at: datetime | None = optional_moment()
    end_reason: str = Field(default="", max_length=32)
