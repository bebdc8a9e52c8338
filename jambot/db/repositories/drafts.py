"""Every question asked of drafts and places, in bulk: a thousand workspaces cost a handful of statements.

They are prepared statements over plain tuples: for a row of a few columns, building the statement and mapping the
answer would cost more than the database takes for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jambot.clock import iso
from jambot.db.models import Draft, Place
from jambot.db.types import parse_iso
from jambot.ids import new_id


class _Question(NamedTuple):
    """One question about any number of ids, which are one parameter, as each database wants it put."""

    sqlite: str
    postgresql: str


_OWNERS = _Question(
    "SELECT w.id, w.user_id FROM json_each(?) AS j CROSS JOIN user_sessions AS w ON w.id = j.value"
    " WHERE w.deleted_at IS NULL",
    "SELECT id, user_id FROM user_sessions WHERE id = ANY(%s) AND deleted_at IS NULL ORDER BY id FOR UPDATE",
)
_DRAFT = "d.workspace_id, d.field, d.text, d.caret, d.revision, d.device_id, d.updated_at"
_DRAFTS = _Question(
    f"SELECT {_DRAFT} FROM json_each(?) AS j CROSS JOIN drafts AS d ON d.workspace_id = j.value",  # noqa: S608 - our own words
    f"SELECT {_DRAFT} FROM drafts AS d WHERE d.workspace_id = ANY(%s)",  # noqa: S608 - our own words
)
_LAST_EVENT = "(SELECT max(e.sequence) FROM events AS e WHERE e.workspace_id = {})"
_LAST_EVENTS = _Question(
    f"SELECT j.value, {_LAST_EVENT.format('j.value')} FROM json_each(?) AS j",  # noqa: S608 - our own words
    f"SELECT j.id, {_LAST_EVENT.format('j.id')} FROM unnest(%s::varchar[]) AS j(id)",  # noqa: S608 - our own words
)
_encode = msgspec.json.Encoder().encode


class DraftRow(NamedTuple):
    """A draft as it is stored, in the order in which it is written."""

    workspace_id: str
    field: str
    text: str
    caret: int
    revision: int
    device_id: str
    updated_at: datetime


def hold_open(tx: Session, workspace_ids: Collection[str]) -> dict[str, str]:
    """The owner of each of these workspaces that is there and not in the trash; they stay held until the unit ends."""
    return dict(_ask(tx, _OWNERS, workspace_ids))


def find(session: Session, workspace_id: str, field: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.workspace_id == workspace_id, Draft.field == field)).first()


def of_workspaces(session: Session, workspace_ids: Collection[str]) -> dict[tuple[str, str], DraftRow]:
    """Every draft of these workspaces, by workspace and field."""
    found = _ask(session, _DRAFTS, workspace_ids)
    return {row[:2]: DraftRow._make((*row[:6], _moment(row[6]))) for row in found}


def put(tx: Session, drafts: Sequence[tuple[DraftRow, str]]) -> None:
    """Insert or replace drafts, each with the id of whose it is."""
    at = _as_stored(tx)
    _run_many(
        tx,
        """INSERT INTO drafts (id, user_id, workspace_id, field, text, caret, revision, device_id, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, field) DO UPDATE SET text = excluded.text, caret = excluded.caret,
            revision = excluded.revision, device_id = excluded.device_id, updated_at = excluded.updated_at""",
        [(new_id(), owner, *draft[:6], at(draft[6])) for draft, owner in drafts],
    )


def replace(tx: Session, drafts: Sequence[DraftRow]) -> None:
    """Replace drafts that this unit has seen, and therefore holds."""
    at = _as_stored(tx)
    _run_many(
        tx,
        """UPDATE drafts SET text = ?, caret = ?, revision = ?, device_id = ?, updated_at = ?
        WHERE workspace_id = ? AND field = ?""",
        [(*draft[2:6], at(draft[6]), *draft[:2]) for draft in drafts],
    )


def set_spots(tx: Session, spots: Sequence[tuple[dict[str, Any], str]]) -> None:
    """Write where people are: a spot and its workspace's id each. No activity, no new version."""
    _run_many(
        tx,
        "UPDATE user_sessions SET place = CAST(? AS JSON) WHERE id = ?",
        [(_encode(spot).decode(), workspace_id) for spot, workspace_id in spots],
    )


def device_places(session: Session, user_ids: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The records of every device of these people, by person and device."""
    columns = col(Place.user_id), col(Place.device_id), col(Place.place)
    rows = session.execute(select_columns(*columns).where(col(Place.user_id).in_(user_ids)))
    return {(row.user_id, row.device_id): row.place for row in rows}


def put_places(tx: Session, places: Sequence[tuple[str, str, str, dict[str, Any], datetime]]) -> None:
    """Insert or replace devices' records: user id, device id, workspace id, place, moment each."""
    at = _as_stored(tx)
    _run_many(
        tx,
        """INSERT INTO places (id, user_id, device_id, workspace_id, place, updated_at)
        VALUES (?, ?, ?, ?, CAST(? AS JSON), ?)
        ON CONFLICT (user_id, device_id) DO UPDATE SET workspace_id = excluded.workspace_id,
            place = excluded.place, updated_at = excluded.updated_at""",
        [(new_id(), *whose, _encode(place).decode(), at(moment)) for *whose, place, moment in places],
    )


def last_events(session: Session, workspace_ids: Collection[str]) -> dict[str, int]:
    """The newest event's sequence of each workspace that has a story."""
    return {row[0]: row[1] for row in _ask(session, _LAST_EVENTS, workspace_ids) if row[1] is not None}


def _ask(session: Session, question: _Question, ids: Collection[str]) -> Sequence[Any]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(question.sqlite, (_encode(list(ids)).decode(),)).all()
    return connection.exec_driver_sql(question.postgresql, (list(ids),)).all()


def _run_many(tx: Session, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one prepared statement for many rows."""
    if not rows:
        return
    tx.flush()
    connection = tx.connection()
    if connection.dialect.name == "sqlite":
        # A cast to JSON would make a number of the text; SQLite keeps JSON as text.
        connection.exec_driver_sql(statement.replace("CAST(? AS JSON)", "?"), list(rows))
    else:
        connection.exec_driver_sql(statement.replace("?", "%s"), list(rows))


def _as_stored(tx: Session) -> Callable[[datetime], Any]:
    """How moments are bound; one moment of many rows is put into words once."""
    return cache(iso) if tx.connection().dialect.name == "sqlite" else lambda moment: moment


def _moment(stored: Any) -> datetime:
    return parse_iso(stored) if isinstance(stored, str) else stored
