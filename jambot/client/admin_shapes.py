"""What comes over the wire for admins: sessions of every kind, and what is done to them."""

from __future__ import annotations

from datetime import datetime

from jambot.client.shapes import Shape


class AdminSession(Shape):
    """A session as an admin sees it. `state` is active, idle, expiring or expired."""

    handle: str
    kind: str
    state: str
    user_id: str | None
    email: str
    name: str
    device: str
    ip_address: str
    created_at: datetime
    last_used_at: datetime
    ends_at: datetime
    version: int
    connections: int
    active_requests: int


class AdminSessionPage(Shape):
    """`older` and `newer` are the cursors of the pages beside it, None at either end."""

    sessions: tuple[AdminSession, ...]
    older: str | None
    newer: str | None


class Happened(Shape):
    """Something that happened to a session, such as created, updated, refreshed, deleted, expired or conflict."""

    id: str
    at: datetime
    event: str
    handle: str
    kind: str
    user_id: str | None
    reason: str


class InspectedSession(Shape):
    """One session from close by; `events` is what happened to it in the last week, newest first."""

    handle: str
    kind: str
    state: str
    user_id: str | None
    email: str
    name: str
    version: int
    pins: tuple[str, ...]
    scopes: tuple[str, ...]
    ends_at: datetime | None
    events: tuple[Happened, ...]


class Moving(Shape):
    target: str
    deletes: bool


class Impact(Shape):
    """What an action would hit; `trouble` says why it could not be begun now."""

    doing: str
    sessions: int
    is_exact: bool
    people: int
    typing: int
    missions: int
    devices: int
    spared: int
    own: int
    counted_at: datetime
    moving: Moving | None
    trouble: str


class Progress(Shape):
    done: int
    failed: int
    spared: int


class Operation(Shape):
    """An action; `state` is running, done, stopped or failed."""

    id: str
    doing: str
    state: str
    total: int
    progress: Progress
    reason: str
    began_at: datetime
    ended_at: datetime | None
    moving: Moving | None


class Result(Shape):
    """What became of one session; `failed` says why it is not as it should be."""

    handle: str
    success: bool
    failed: str | None


class NamedView(Shape):
    """A view of the dashboard; `query` is that of its address."""

    id: str
    name: str
    query: str
