"""What comes over the wire. Members a newer server adds are ignored; every time is an aware datetime in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class User(Shape):
    id: str
    email: str
    name: str
    role: str


class Message(Shape):
    """`status` is complete, streaming, interrupted or failed."""

    id: str
    sequence: int
    role: str
    content: str
    status: str
    created_at: datetime
    error_message: str = ""
    client_id: str | None = None
    metadata: dict[str, Any] = {}


class MessagePage(Shape):
    """Oldest first; `next_before` is what to ask the older ones with."""

    messages: tuple[Message, ...]
    next_before: int | None


class Session(Shape):
    """A workspace. `metadata_readable` is false when its metadata is kept but cannot be read."""

    id: str
    name: str
    description: str
    status: str
    chat_id: str
    mission_id: str | None
    session_metadata: dict[str, Any]
    metadata_readable: bool = True
    version: int
    pinned: bool = False
    folder: str = ""
    preview: str = ""
    message_count: int = 0
    asset_count: int = 0
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime


class Chat(Shape):
    id: str
    session_id: str
    messages: tuple[Message, ...] = ()
    has_older: bool = False


class Step(Shape):
    id: str
    tool_id: str
    sequence: int
    name: str
    status: str
    attempt: int
    duration_s: float | None = None
    error_message: str = ""
    execution_result: dict[str, Any] = {}


class Hop(Shape):
    id: str
    sequence: int
    name: str
    goal: str
    status: str
    is_final: bool
    steps: tuple[Step, ...] = ()


class Mission(Shape):
    id: str
    workspace_id: str
    name: str
    goal: str
    status: str
    hops: tuple[Hop, ...]
    created_at: datetime
    completed_at: datetime | None = None


class SessionDetail(Shape):
    user_session: Session
    chat: Chat
    mission: Mission | None = None


class SessionRow(Shape):
    """One line of the history; `state` is running, waiting, failed, done, paused, interrupted or idle."""

    id: str
    name: str
    preview: str
    status: str
    state: str
    pinned: bool
    message_count: int
    last_activity_at: datetime


class SessionPage(Shape):
    sessions: tuple[SessionRow, ...]
    total: int | None
    next_cursor: str | None


class Asset(Shape):
    id: str
    name: str
    type: str
    subtype: str
    role: str
    status: str
    size_bytes: int
    summary: str
    created_at: datetime
    metadata: dict[str, Any] = {}


class AssetPage(Shape):
    assets: tuple[Asset, ...]
    next_after: str | None


class Approval(Shape):
    id: str
    question: str
    step_id: str | None


class MissionPanel(Shape):
    mission: Mission
    assets: tuple[Asset, ...]
    approvals: tuple[Approval, ...]
    reason: str
    is_settling: bool


class MissionSummary(Shape):
    id: str
    name: str
    status: str
    created_at: datetime
    completed_at: datetime | None


class Proposal(Shape):
    id: str
    status: str
    name: str
    goal: str
    description: str
    success_criteria: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    hops: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()


class WorkspaceMissions(Shape):
    mission: MissionPanel | None
    proposal: Proposal | None
    missions: tuple[MissionSummary, ...]


class Tool(Shape):
    id: str
    title: str
    description: str
    input_schema: dict[str, Any]
    outputs: dict[str, str]
    side_effect: str
    needs: tuple[str, ...] = ()


class Draft(Shape):
    text: str
    caret: int
    revision: int


class Started(Shape):
    """A turn: `message_id` is the message sent, `answer_id` the answer being written."""

    workspace_id: str
    chat_id: str
    message_id: str
    sequence: int
    answer_id: str


class Delta(Shape):
    """A further piece of an answer; `offset` is the length of the text before it."""

    offset: int
    text: str


class Settled(Shape):
    """The answer as it was saved."""

    message: Message
