"""Column types with one stored form each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, TypeDecorator
from sqlalchemy.engine import Dialect

from jambot.clock import iso

ID_COLUMN = String(36)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. Naive values are refused; SQLite keeps the one ISO text of `clock.iso`.

    SQLite would drop the zone without converting, so two writers in two zones would disagree; a text of fixed width
    also sorts as time, and prepared SQL may write it with `clock.iso` itself.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        return iso(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return parse_iso(value)
        return value.astimezone(UTC)


def parse_iso(text: str) -> datetime:
    """The moment in a stored ISO text; the inverse of `clock.iso`."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
