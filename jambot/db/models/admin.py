"""What the dashboard draws: samples of the figures, kept over restarts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from jambot.db.models.base import id_field, json_field, moment


class SessionSample(SQLModel, table=True):
    __tablename__ = "session_samples"

    id: str = id_field()
    at: datetime = moment()
    resolution: str = Field(default="minute", max_length=8)
    figures: dict[str, Any] = json_field()
