"""Removing the ended sessions of the SQL store, and telling of each whose it was."""

from __future__ import annotations

import sqlite3

import msgspec
from sqlalchemy import Connection, bindparam, delete, or_, select

from jambot.sessions.record import Record, Records
from jambot.sessions.stores.sql_statements import TABLE, C

# One value in each direction: with a row at a time this thread and those who read would take turns at running Python.
_ASK_WHICH = """SELECT json_group_array(json_array(rowid, handle, kind, user_id, expires_us)) FROM (
    SELECT rowid, handle, kind, user_id, expires_us FROM engine_sessions
    WHERE namespace = :ns AND expires_us <= :now AND (requests = 0 OR lease_us <= :now)
    ORDER BY expires_us LIMIT :limit)"""
_TAKE_THEM = "DELETE FROM engine_sessions WHERE rowid IN (SELECT value FROM json_each(?))"

_ended = (
    select(C.handle)
    .where(C.namespace == bindparam("ns"), C.expires_us <= bindparam("now"))
    .where(or_(C.requests == 0, C.lease_us <= bindparam("now")))
    .order_by(C.expires_us)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("ended")  # read once; as a plain subquery PostgreSQL may run it again and again, past the limit
)
_TAKE = (
    delete(TABLE)
    .where(C.namespace == bindparam("ns"), C.handle.in_(select(_ended.c.handle)))
    .returning(C.handle, C.kind, C.user_id, C.expires_us)
)


def sweep(connection: Connection, namespace: str, *, limit: int, now_us: int) -> Records:
    """Remove ended sessions, the earliest end first. Of each its handle, kind, user and end are told."""
    gone = connection.execute(_TAKE, {"ns": namespace, "now": now_us, "limit": limit})
    return [_gone(*row) for row in sorted(gone, key=lambda row: row.expires_us)]


def sweep_plainly(connection: sqlite3.Connection, namespace: str, *, limit: int, now_us: int) -> Records:
    """As `sweep`, on SQLite."""
    ((found,),) = connection.execute(_ASK_WHICH, {"ns": namespace, "now": now_us, "limit": limit}).fetchall()
    gone = msgspec.json.decode(found)
    if gone:
        connection.execute(_TAKE_THEM, (msgspec.json.encode([row[0] for row in gone]).decode(),))
    return [_gone(*row[1:]) for row in gone]


def _gone(handle: str, kind: str, user_id: str | None, expires_us: int) -> Record:
    return Record(
        handle=handle,
        secret_hash=b"",
        kind=kind,
        user_id=user_id,
        lookup=None,
        created_us=expires_us,
        accessed_us=expires_us,
        extended_us=expires_us,
        expires_us=expires_us,
        version=0,
        facts=b"",
        body=b"",
    )
