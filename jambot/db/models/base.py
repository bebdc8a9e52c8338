"""What every table shares. SQLModel declares less than it does; what it leaves out is ignored here and nowhere else."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import JSON, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel

from jambot.db.types import ID_COLUMN, UtcDateTime
from jambot.ids import new_id

OnDelete = Literal["CASCADE", "SET NULL", "RESTRICT"]


def table_of(model: type[SQLModel]) -> Any:
    """The SQLAlchemy table of `model`, for prepared statements that go past its objects."""
    return model.__table__  # type: ignore[attr-defined] - every table model has it


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT of the database at hand, which can say what becomes of a row that is there already."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return insert(table)


def id_field() -> Any:
    """A primary key that names itself."""
    return Field(default_factory=new_id, primary_key=True, sa_type=ID_COLUMN)


def ref(target: str | None = None, *, ondelete: OnDelete = "CASCADE", index: bool = False) -> Any:
    """A required reference; `target` is `table.column`."""
    if target is None:
        return Field(sa_type=ID_COLUMN, index=index)
    return Field(sa_type=ID_COLUMN, foreign_key=target, ondelete=ondelete, index=index)


def optional_ref(target: str | None = None, *, ondelete: OnDelete = "SET NULL", index: bool = False) -> Any:
    """A reference that may be absent."""
    if target is None:
        return Field(default=None, sa_type=ID_COLUMN, nullable=True, index=index)
    return Field(default=None, sa_type=ID_COLUMN, foreign_key=target, ondelete=ondelete, nullable=True, index=index)


def moment() -> Any:
    """A required aware UTC time."""
    return Field(sa_type=UtcDateTime)


def optional_moment() -> Any:
    """A time that may be absent."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True)


def text(default: str = "") -> Any:
    """A text of any length."""
    return Field(default=default, sa_type=Text)


def json_field() -> Any:
    """A JSON object. Replace it, never change it in place: in-place changes are not seen by the session."""
    return Field(default_factory=dict, sa_type=JSON)


def json_list() -> Any:
    """A JSON array, to be replaced, never changed in place."""
    return Field(default_factory=list, sa_type=JSON)
