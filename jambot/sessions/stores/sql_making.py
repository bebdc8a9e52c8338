"""Adding a session to the SQL store: within its user's limit, one per lookup; and many at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, String, insert, text

from jambot.sessions.errors import TooManySessions
from jambot.sessions.record import Record, Records
from jambot.sessions.stores import sql_statements as sql
from jambot.sessions.stores.protocol import Created


def _array_of(name: str) -> str:
    """A parameter that holds a column of all rows, as the driver sends it without writing numbers and bytes as text."""
    kind = sql.C[name].type
    return f"%b::{'bytea' if isinstance(kind, LargeBinary) else 'text' if isinstance(kind, String) else 'bigint'}[]"


_CREATE_MANY = (
    f"INSERT INTO engine_sessions (namespace, {', '.join(sql.FIELDS)}, lock_until_us)"  # noqa: S608 - our own names
    f" SELECT %s, {', '.join(f'r.{name}' for name in sql.FIELDS)}, 0"
    f" FROM unnest({', '.join(map(_array_of, sql.FIELDS))}) AS r({', '.join(sql.FIELDS)})"
    " ON CONFLICT (namespace, handle) DO NOTHING RETURNING handle"
)
_VALUES = f"(?, {', '.join('?' * len(sql.FIELDS))}, 0)"
_COLUMNS = f"namespace, {', '.join(sql.FIELDS)}, lock_until_us"
_CREATE_PLAINLY = f"INSERT INTO engine_sessions ({_COLUMNS}) VALUES {_VALUES}"  # noqa: S608 - our own names
# One step of the driver for so many rows: each step waits for its turn to run Python again.
_ROWS_AT_ONCE = 16
_CREATE_SOME_PLAINLY = _CREATE_PLAINLY + f", {_VALUES}" * (_ROWS_AT_ONCE - 1)
_FACTS = sql.FIELDS.index("facts")


def counts_others(record: Record, limit: int) -> bool:
    """Whether making it depends on which others there are."""
    return record.lookup is not None or bool(limit and record.user_id is not None)


def make(connection: Connection, namespace: str, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
    """Add one, unless its lookup is taken by a living one; the oldest over the limit give way, or it is refused."""
    _take_turns(connection, namespace, record, limit)
    if record.lookup is not None:
        named = {"ns": namespace, "l": record.lookup, "now": now_us}
        if earlier := connection.execute(sql.BY_LOOKUP, named).first():
            return Created(record=sql.record(earlier), existed=True)
        connection.execute(sql.FREE_LOOKUP, named)
    evicted = _make_room(connection, namespace, record, limit=limit, refuse=refuse, now_us=now_us)
    connection.execute(insert(sql.TABLE), {"namespace": namespace, **sql.row_of(record)})
    return Created(record=record, evicted=tuple(evicted))


def make_many(connection: Connection, namespace: str, records: Sequence[Record]) -> list[bool]:
    """Add many that count no others, on PostgreSQL, in one statement: for each, whether its handle was free."""
    columns = [list(column) for column in zip(*(_row(namespace, record)[1:] for record in records), strict=True)]
    made = {row.handle for row in connection.exec_driver_sql(_CREATE_MANY, (namespace, *columns))}
    return [record.handle in made for record in records]


def make_plainly(connection: sqlite3.Connection, namespace: str, records: Sequence[Record]) -> list[bool]:
    """As `make_many`, on SQLite; `sqlite3.IntegrityError`, and none is made, when a handle was taken."""
    rows = [_row(namespace, record) for record in records]
    alone = len(rows) % _ROWS_AT_ONCE
    for first in range(alone, len(rows), _ROWS_AT_ONCE):
        connection.execute(
            _CREATE_SOME_PLAINLY, [value for row in rows[first : first + _ROWS_AT_ONCE] for value in row]
        )
    connection.executemany(_CREATE_PLAINLY, rows[:alone])
    return [True] * len(records)


def _row(namespace: str, record: Record) -> list[Any]:
    row = [namespace, *msgspec.structs.astuple(record)]
    row[_FACTS + 1] = record.facts.decode()
    return row


def _take_turns(connection: Connection, namespace: str, record: Record, limit: int) -> None:
    """Let creates that count, or that share a lookup, pass one by one. SQLite's one writer does that by itself."""
    if connection.dialect.name == "sqlite":
        return
    turns = [f"{record.user_id}|{record.kind}"] if limit and record.user_id is not None else []
    turns += [] if record.lookup is None else [record.lookup]
    for turn in sorted(turns):
        key = int.from_bytes(blake2b(f"{namespace}|{turn}".encode(), digest_size=8).digest(), signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _make_room(
    connection: Connection, namespace: str, record: Record, *, limit: int, refuse: bool, now_us: int
) -> Records:
    if not limit or record.user_id is None:
        return []
    query = sql.OF_USER.where(sql.C.kind == record.kind)
    rows = connection.execute(query, {"ns": namespace, "u": record.user_id, "now": now_us}).all()
    surplus = rows[max(0, limit - 1) :]
    if refuse and surplus:
        raise TooManySessions
    evicted: Records = []
    for row in reversed(surplus):
        gone = connection.execute(sql.DELETE, {"ns": namespace, "h": row.handle, "now": now_us}).first()
        evicted += [] if gone is None else [sql.record(gone)]
    return evicted
