"""Takes rows out of their tables without losing them: each is kept whole, as JSON, in `quarantine`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, insert, select
from sqlmodel import Session, SQLModel

from jambot.db.models import Quarantined
from jambot.db.models.base import table_of
from jambot.ids import new_id

_QUARANTINE = table_of(Quarantined)


def set_aside(session: Session, table: Table, which: ColumnElement[bool], now: datetime) -> None:
    """Put rows into quarantine and delete them, after whatever would be deleted with them."""
    rows = session.execute(select(table).where(which)).mappings().all()
    if not rows:
        return
    for child, column, parent in _owned_by(table):
        set_aside(session, child, column.in_([row[parent.name] for row in rows]), now)
    for row in rows:
        name = name_of([row[column.name] for column in table.primary_key.columns])
        keep(session, table.name, name, "*", json.dumps(dict(row), default=str), "its parent is gone", now)
    session.execute(delete(table).where(which))


def name_of(key: Iterable[Any]) -> str:
    return "/".join(map(str, key))


def is_row(table: Table, row_id: str) -> ColumnElement[bool]:
    """The condition that picks the row `name_of` named."""
    parts = zip(table.primary_key.columns, row_id.split("/"), strict=True)
    return and_(*(column == column.type.python_type(part) for column, part in parts))


def _owned_by(table: Table) -> Iterator[tuple[Table, Any, Any]]:
    """Each table whose rows go with this one's: the table, its reference, and what that points at."""
    for child in SQLModel.metadata.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is table and key.ondelete == "CASCADE" and child is not table:
                yield child, key.parent, key.column


def keep(session: Session, entity: str, row_id: str, field: str, content: str, reason: str, now: datetime) -> None:
    """Set bytes aside. Whose they are may be what is gone, so the record itself belongs to nobody."""
    kept = {"entity": entity[:32], "entity_id": row_id[:36], "field": field, "content": content, "reason": reason}
    session.execute(insert(_QUARANTINE).values(id=new_id(), user_id=None, at=now, **kept))
