"""What the tables of the dashboard show, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from jambot.auth.login import Login

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some rows; `next_cursor` asks for the ones after them, None when these were the last."""

    rows: Sequence[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures at one moment."""

    people: int
    signed_in_devices: int
    workspaces_active: int
    workspaces_used_today: int
    missions_running: int
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRow:
    """A signed-in device of somebody. `state` is active, idle or expiring."""

    login: Login
    email: str
    name: str
    role: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceRow:
    """Somebody's workspace, without contents."""

    id: str
    name: str
    user_id: str
    email: str
    status: str
    mission_status: str | None
    message_count: int
    asset_count: int
    last_activity_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """A security event. `actor` and `subject` are e-mails where the people still exist, else ids."""

    id: str
    at: datetime
    action: str
    actor: str
    subject: str
    reason: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteRow:
    """An invitation nobody used yet; its address cannot be shown again."""

    id: str
    email: str | None
    role: str
    created_at: datetime
    expires_at: datetime
