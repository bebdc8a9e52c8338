"""A workspace's conversation: one chat, messages as rows in a gap-free order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_field, moment, optional_moment, ref, text


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"
    STATUS = "status"


class MessageStatus(StrEnum):
    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Chat(SQLModel, table=True):
    __tablename__ = "chats"

    id: str = id_field()
    user_id: str = ref("users.id")
    workspace_id: str = ref("user_sessions.id", index=True)
    next_sequence: int = 1
    created_at: datetime = moment()


class ChatMessage(SQLModel, table=True):
    """One message. A `streaming` row holds a lease: whoever reads it after the lease settles it `interrupted`."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        UniqueConstraint("chat_id", "sequence"),
        UniqueConstraint("chat_id", "client_id"),
        Index("ix_chat_messages_lease", "status", "lease_expires_at"),
    )

    id: str = id_field()
    chat_id: str = ref("chats.id")
    workspace_id: str = ref()
    user_id: str = ref()
    sequence: int
    role: str = Field(max_length=16)
    content: str = text()
    status: str = Field(default=MessageStatus.COMPLETE, max_length=16)
    message_metadata: dict[str, Any] = json_field()
    client_id: str | None = Field(default=None, max_length=64)
    """The id the sender gave it: sending the same one again is the same message."""
    error_message: str = text()
    lease_owner: str | None = Field(default=None, max_length=64)
    lease_expires_at: datetime | None = optional_moment()
    created_at: datetime = moment()
    updated_at: datetime = moment()
