"""Changing sessions of the SQL store past the mapper: on SQLite many at once, on PostgreSQL in one round trip."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite

from jambot.sessions.record import Record, next_version
from jambot.sessions.stores import sql_statements as sql

_AT_ONCE = 16


class Save(NamedTuple):
    """What `SessionStore.set` is asked for."""

    record: Record
    expected_version: int
    fence: int | None
    now_us: int

    def values(self, namespace: str) -> dict[str, Any]:
        """For `SET`."""
        named = {"ns": namespace, "h": self.record.handle, "now": self.now_us, "f": self.fence}
        return named | sql.written(self.record, self.expected_version)


class Use(NamedTuple):
    """What `SessionStore.touch` is asked for."""

    record: Record
    now_us: int

    def values(self, namespace: str) -> dict[str, Any]:
        """For `TOUCH`."""
        times = {f"{name}_": getattr(self.record, name) for name in ("accessed_us", "extended_us", "expires_us")}
        named = {"ns": namespace, "h": self.record.handle, "now": self.now_us, "expected": self.record.version}
        return named | times


Change = Save | Use


def change(connection: Connection, namespace: str, wanted: Change) -> Record | None:
    """Make one change: what is stored then, or None when it cannot be made; why is for another question."""
    if isinstance(wanted, Use):
        moved = connection.execute(sql.TOUCH, wanted.values(namespace)).rowcount
        return wanted.record if moved else None
    row = connection.execute(sql.SET, wanted.values(namespace)).first()
    return None if row is None else sql.record(row)


def change_many(connection: sqlite3.Connection, namespace: str, changes: Sequence[Change]) -> list[Record | None]:
    """As `change`, for many on SQLite.

    Uses come first: a save raises the version, and a use that was asked for before it would find another session. Most
    saves change a body and nothing that an index or a count knows of: they are tried sixteen at a time, and whole where
    that finds nothing.
    """
    bodies: dict[str, Save] = {}
    used: dict[int, Record | None] = {}
    for wanted in changes:
        if isinstance(wanted, Save):
            bodies.setdefault(wanted.record.handle, wanted)
        else:
            used[id(wanted)] = _change_plainly(connection, namespace, wanted)
    saves = list(bodies.values())
    saved = {
        id(save): stored
        for first in range(0, len(saves), _AT_ONCE)
        for save, stored in _save_bodies(connection, namespace, saves[first : first + _AT_ONCE], bodies)
    }
    return [
        used[id(wanted)]
        if isinstance(wanted, Use)
        else saved.get(id(wanted)) or _change_plainly(connection, namespace, wanted)
        for wanted in changes
    ]


def _save_bodies(
    connection: sqlite3.Connection, namespace: str, saves: Sequence[Save], by_handle: dict[str, Save]
) -> list[tuple[Save, Record]]:
    alone = len(saves) == 1
    values = [value for save in saves for value in _body_values(save)]
    missing = 0 if alone else _AT_ONCE - len(saves)
    rows = connection.execute(_SAVE_BODY if alone else _SAVE_BODIES, [*values, *_NO_BODY * missing, namespace])
    found = []
    for handle, *kept in rows.fetchall():
        save = by_handle[handle]
        version = next_version(save.expected_version, save.record)
        found.append((save, replace(save.record, version=version, **dict(zip(_KEPT, kept, strict=True)))))
    return found


def _change_plainly(connection: sqlite3.Connection, namespace: str, wanted: Change) -> Record | None:
    if isinstance(wanted, Use):
        moved = connection.execute(_TOUCH.text, _TOUCH.own | wanted.values(namespace)).rowcount
        return wanted.record if moved else None
    rows = connection.execute(_SET.text, _SET.own | wanted.values(namespace)).fetchall()
    return sql.record(rows[0]) if rows else None


def _body_values(save: Save) -> tuple[Any, ...]:
    record = save.record
    return (
        record.handle,
        save.now_us,
        save.expected_version,
        next_version(save.expected_version, record),
        save.fence,
        record.body,
        record.facts.decode(),
        record.secret_hash,
        record.accessed_us,
        record.extended_us,
        record.expires_us,
    )


# What a save leaves as it is in the store, and the record of whoever saves may not know yet.
_KEPT = ("accessed_us", "extended_us", "expires_us", "connections", "requests", "lease_us", "fence")
_WANTED = ("handle", "now", "expected", "version", "fence", "body", "facts", "secret_hash")
_TIMES = ("accessed_us", "extended_us", "expires_us")
_NO_BODY = (None,) * (len(_WANTED) + len(_TIMES))


def _saving_bodies(many: int) -> str:
    row = f"({', '.join('?' * len(_NO_BODY))})"
    return f"""WITH w ({", ".join(_WANTED + _TIMES)}) AS (VALUES {", ".join([row] * many)})
        UPDATE engine_sessions AS s SET body = w.body, version = w.version FROM w
        WHERE s.namespace = ? AND s.handle = w.handle AND s.expires_us > w.now AND s.version = w.expected
        AND s.fence = coalesce(w.fence, s.fence) AND s.facts = w.facts AND s.secret_hash = w.secret_hash
        AND (s.accessed_us > w.accessed_us OR s.accessed_us = w.accessed_us AND s.extended_us = w.extended_us
            AND s.expires_us = w.expires_us)
        RETURNING handle, {", ".join(_KEPT)}"""  # noqa: S608 - our own names


_SAVE_BODY, _SAVE_BODIES = _saving_bodies(1), _saving_bodies(_AT_ONCE)


class _Plain(NamedTuple):
    """A statement to be run past the mapper with named values, and the values it brings itself."""

    text: str
    own: dict[str, Any]


def _on_sqlite(statement: Any) -> _Plain:
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
    return _Plain(str(compiled), {name: value for name, value in compiled.params.items() if value is not None})


_SET, _TOUCH = _on_sqlite(sql.SET), _on_sqlite(sql.TOUCH)
