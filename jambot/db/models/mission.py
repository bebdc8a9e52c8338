"""Missions and what they are made of. The rows are the truth; a workflow only follows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from jambot.db.models.base import (
    id_field,
    json_field,
    json_list,
    moment,
    optional_moment,
    optional_ref,
    ref,
    text,
)


class Proposal(SQLModel, table=True):
    """A mission that does not exist yet: what the assistant proposes and the user may accept."""

    __tablename__ = "proposals"

    id: str = id_field()
    workspace_id: str = ref("user_sessions.id", index=True)
    user_id: str = ref("users.id")
    message_id: str | None = optional_ref()
    status: str = Field(default="pending", max_length=16)
    """pending, accepted, rejected, superseded."""
    content: dict[str, Any] = json_field()
    mission_id: str | None = optional_ref()
    created_at: datetime = moment()
    decided_at: datetime | None = optional_moment()


class Mission(SQLModel, table=True):
    __tablename__ = "missions"
    __table_args__ = (Index("ix_missions_status", "status"),)

    id: str = id_field()
    workspace_id: str = ref("user_sessions.id", index=True)
    user_id: str = ref("users.id")
    proposal_id: str | None = Field(default=None, max_length=36, unique=True)
    name: str = Field(max_length=200)
    description: str = text()
    goal: str = text()
    status: str = Field(max_length=32)
    current_hop_id: str | None = optional_ref()
    success_criteria: list[Any] = json_list()
    mission_metadata: dict[str, Any] = json_field()
    ask_policy: str = Field(default="side_effects", max_length=16)
    """every_hop, side_effects or run_all."""
    fence: int = 0
    """Raised by every runner that takes the mission over; a write with an older one is refused."""
    runner: str | None = Field(default=None, max_length=64)
    lease_expires_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    updated_at: datetime = moment()
    status_changed_at: datetime = moment()
    completed_at: datetime | None = optional_moment()


class Hop(SQLModel, table=True):
    __tablename__ = "hops"
    __table_args__ = (UniqueConstraint("mission_id", "sequence"),)

    id: str = id_field()
    mission_id: str = ref("missions.id")
    user_id: str = ref("users.id")
    sequence: int
    name: str = Field(max_length=200)
    description: str = text()
    goal: str = text()
    success_criteria: list[Any] = json_list()
    rationale: str = text()
    alternatives: list[Any] = json_list()
    status: str = Field(max_length=32)
    is_final: bool = False
    error_message: str = text()
    hop_metadata: dict[str, Any] = json_field()
    created_at: datetime = moment()
    updated_at: datetime = moment()


class ToolStep(SQLModel, table=True):
    __tablename__ = "tool_steps"
    __table_args__ = (UniqueConstraint("hop_id", "sequence"),)

    id: str = id_field()
    hop_id: str = ref("hops.id")
    mission_id: str = ref("missions.id", index=True)
    user_id: str = ref("users.id")
    tool_id: str = Field(max_length=64)
    sequence: int
    name: str = Field(max_length=200)
    description: str = text()
    status: str = Field(max_length=32)
    parameter_mapping: dict[str, Any] = json_field()
    result_mapping: dict[str, Any] = json_field()
    resource_configs: dict[str, Any] = json_field()
    validation_errors: list[Any] = json_list()
    execution_result: dict[str, Any] = json_field()
    error_message: str = text()
    input_hash: str | None = Field(default=None, max_length=64)
    attempt: int = 0
    reused: bool = False
    cost_cents: float = 0
    duration_s: float | None = None
    side_effect: str = Field(default="none", max_length=16)
    lease_expires_at: datetime | None = optional_moment()
    heartbeat_at: datetime | None = optional_moment()
    started_at: datetime | None = optional_moment()
    completed_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    updated_at: datetime = moment()


class Asset(SQLModel, table=True):
    """Data passed between steps, scoped to workspace, mission or hop. Small contents inline, large as a blob."""

    __tablename__ = "assets"
    __table_args__ = (
        Index("ix_assets_scope", "scope_type", "scope_id"),
        Index("ix_assets_workspace", "workspace_id", "created_at", "id"),
    )

    id: str = id_field()
    user_id: str = ref("users.id")
    workspace_id: str = ref("user_sessions.id")
    name: str = Field(max_length=200)
    description: str = text()
    type: str = Field(default="file", max_length=32)
    """file, table, chart, text, report, json."""
    subtype: str = Field(default="", max_length=100)
    """Media type, such as text/csv."""
    scope_type: str = Field(default="workspace", max_length=16)
    scope_id: str = ref()
    role: str = Field(default="input", max_length=16)
    """input, output or intermediate."""
    status: str = Field(default="ready", max_length=16)
    content: str | None = Field(default=None, sa_type=Text)
    """Inline content: JSON text for table, chart and json, plain text for text."""
    blob_id: str | None = Field(default=None, max_length=36)
    size_bytes: int = 0
    content_summary: str = text()
    asset_metadata: dict[str, Any] = json_field()
    error_message: str = text()
    created_at: datetime = moment()
    updated_at: datetime = moment()
    deleted_at: datetime | None = optional_moment()


class Approval(SQLModel, table=True):
    """A question a mission waits on. An expired one is never a rejection."""

    __tablename__ = "approvals"

    id: str = id_field()
    workspace_id: str = ref("user_sessions.id", index=True)
    user_id: str = ref("users.id")
    mission_id: str = ref("missions.id")
    step_id: str | None = optional_ref()
    question: str = text()
    status: str = Field(default="pending", max_length=16)
    """pending, approved, rejected, edited, expired, withdrawn."""
    decided_by_device: str | None = Field(default=None, max_length=36)
    created_at: datetime = moment()
    decided_at: datetime | None = optional_moment()
