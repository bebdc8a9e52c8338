"""Column types with one stored form each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

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


class ClearFact(ColumnElement[str]):
    """A text out of the JSON in the column `facts`, for columns the database fills itself."""

    inherit_cache = True
    type = Text()

    def __init__(self, *path: str) -> None:
        self.path = path


@compiles(ClearFact)
def _from_json(element: ClearFact, _compiler: Any, **_: Any) -> str:
    return f"CASE WHEN json_valid(facts) THEN json_extract(facts, '$.{'.'.join(element.path)}') END"


@compiles(ClearFact, "postgresql")
def _from_text(element: ClearFact, _compiler: Any, **_: Any) -> str:
    # PostgreSQL's JSON refuses the character 0 anywhere, which a caller's metadata may hold; a pattern does not mind.
    # Inside a JSON text every quote is escaped, so the name in quotes is a name. Values with escapes count as none.
    return f"""substring(facts from '"{element.path[-1]}":"([^"\\\\]*)"')"""
