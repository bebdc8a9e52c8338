"""Workspaces on the wire, under the names the API gives them: a session, its chat."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from jambot.api.schemas import Body
from jambot.workspaces.facts import WorkspaceFacts
from jambot.workspaces.search import HistoryPage, MessageHit
from jambot.workspaces.view import MessageView, MissionView, WorkspaceRow, WorkspaceView

# Longer ones are read far enough to be refused with a sentence of their own.
Text = Annotated[str, Field(max_length=100_000)]


class NewSession(Body):
    name: Text | None = None
    description: Text | None = None
    session_metadata: dict[str, Any] | None = None


class SessionChange(Body):
    """What is absent stays as it is."""

    name: Text | None = None
    description: Text | None = None
    status: Annotated[str, Field(max_length=32)] | None = None
    session_metadata: dict[str, Any] | None = None
    pinned: bool | None = None
    folder: Text | None = None


class SessionOut(BaseModel):
    """`session_metadata` is empty where `metadata_readable` is false: then it is kept unread until it is reset."""

    id: str
    name: str
    description: str
    status: str
    title_source: str
    chat_id: str
    mission_id: str | None
    mission_status: str | None
    session_metadata: dict[str, Any]
    metadata_readable: bool
    version: int
    pinned: bool
    folder: str
    preview: str
    message_count: int
    asset_count: int
    is_demo: bool
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    deleted_at: datetime | None

    @classmethod
    def of(cls, facts: WorkspaceFacts) -> SessionOut:
        own = {"session_metadata": facts.metadata, "metadata_readable": facts.metadata_readable}
        plain = {name: getattr(facts.row, name) for name in cls.model_fields if name not in own}
        return cls(**plain, **own)


class ChatOut(BaseModel):
    """The last messages, oldest first; `has_older` says that there are more."""

    id: str
    session_id: str
    messages: list[MessageView]
    has_older: bool

    @classmethod
    def empty(cls, facts: WorkspaceFacts) -> ChatOut:
        return cls(id=facts.row.chat_id, session_id=facts.row.id, messages=[], has_older=False)

    @classmethod
    def of(cls, view: WorkspaceView) -> ChatOut:
        return cls(id=view.chat_id, session_id=view.row.id, messages=list(view.messages), has_older=view.has_older)


class SessionMade(BaseModel):
    user_session: SessionOut
    chat: ChatOut


class SessionDetail(SessionMade):
    mission: MissionView | None


class SessionsOut(BaseModel):
    """`total` is absent for searches and cursors, where counting would cost more than the page."""

    sessions: list[WorkspaceRow]
    total: int | None
    page: int
    per_page: int
    next_cursor: str | None

    @classmethod
    def of(cls, found: HistoryPage, *, page: int, per_page: int) -> SessionsOut:
        return cls(
            sessions=list(found.rows), total=found.total, page=page, per_page=per_page, next_cursor=found.next_cursor
        )


class PieceOut(BaseModel):
    text: str
    found: bool


class HitOut(BaseModel):
    """A message with the words looked for. The pieces of its snippet are plain text, whatever they look like."""

    session_id: str
    session_name: str
    message_id: str
    sequence: int
    role: str
    created_at: datetime
    snippet: list[PieceOut]

    @classmethod
    def of(cls, hit: MessageHit) -> HitOut:
        return cls(
            session_id=hit.workspace_id,
            session_name=hit.workspace_name,
            message_id=hit.message_id,
            sequence=hit.sequence,
            role=hit.role,
            created_at=datetime.fromisoformat(hit.created_at),
            snippet=[PieceOut(**asdict(piece)) for piece in hit.pieces],
        )


class HitsOut(BaseModel):
    hits: list[HitOut]
    next_cursor: str | None


class ContentsOut(BaseModel):
    """What goes, or went, with a workspace."""

    messages: int
    missions: int
    assets: int
    size_bytes: int


class MovedOut(BaseModel):
    moved: int
