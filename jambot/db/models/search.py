"""What full-text search reads: one row per workspace title and per settled message."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, SQLModel

from jambot.db.models.base import ref, text


class SearchDocument(SQLModel, table=True):
    """A searchable text. `id` is an integer because the full-text index points at it."""

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_workspace", "workspace_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    kind: str = Field(max_length=8)
    """title or message."""
    entity_id: str = Field(max_length=36, unique=True)
    """The workspace's or the message's id."""
    workspace_id: str = ref("user_sessions.id")
    user_id: str = ref("users.id")
    body: str = text()
