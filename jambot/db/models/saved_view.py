"""Views of the dashboard that somebody gave a name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, moment, ref, text


class SavedView(SQLModel, table=True):
    """`query` is the query of the dashboard's address, as it was checked when it was kept."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "name_key"),)

    id: str = id_field()
    user_id: str = ref("users.id")
    name: str = Field(max_length=60)
    name_key: str = Field(max_length=200)
    """The name NFKC-normalised and case-folded: what must be unique."""
    query: str = text()
    created_at: datetime = moment()
