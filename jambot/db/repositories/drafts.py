"""Every question asked of drafts and places, in bulk: a thousand workspaces cost a handful of statements."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from jambot.clock import iso
from jambot.db.models import Draft, Place, UserSession, WorkspaceEvent
from jambot.db.models.base import table_of
from jambot.ids import new_id

_DRAFTS = table_of(Draft)
_PLACES = table_of(Place)
_WORKSPACES = table_of(UserSession)


def hold_open(tx: Session, workspace_ids: Collection[str]) -> dict[str, str]:
    """The owner of each of these workspaces that is there and not in the trash; they stay held until the unit ends."""
    query = (
        select_columns(_WORKSPACES.c.id, _WORKSPACES.c.user_id)
        .where(_among(tx, _WORKSPACES.c.id, workspace_ids), _WORKSPACES.c.deleted_at.is_(None))
        .order_by(_WORKSPACES.c.id)
    )
    if tx.get_bind().dialect.name != "sqlite":
        query = query.with_for_update()
    return {row.id: row.user_id for row in tx.execute(query)}


def find(session: Session, workspace_id: str, field: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.workspace_id == workspace_id, Draft.field == field)).first()


def of_workspaces(session: Session, workspace_ids: Collection[str]) -> dict[tuple[str, str], Any]:
    """Every draft of these workspaces, by workspace and field."""
    rows = session.execute(select_columns(_DRAFTS).where(_among(session, _DRAFTS.c.workspace_id, workspace_ids)))
    return {(row.workspace_id, row.field): row for row in rows}


def put(tx: Session, drafts: Sequence[dict[str, Any]]) -> None:
    """Insert or replace drafts: workspace_id, user_id, field, text, caret, revision, device_id, updated_at each."""
    _run_many(
        tx,
        """INSERT INTO drafts (id, workspace_id, user_id, field, text, caret, revision, device_id, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (workspace_id, field) DO UPDATE SET text = excluded.text, caret = excluded.caret,
            revision = excluded.revision, device_id = excluded.device_id, updated_at = excluded.updated_at""",
        [
            (
                new_id(),
                each["workspace_id"],
                each["user_id"],
                each["field"],
                each["text"],
                each["caret"],
                each["revision"],
                each["device_id"],
                each["updated_at"],
            )
            for each in drafts
        ],
    )


def set_spots(tx: Session, spots: Sequence[dict[str, Any]]) -> None:
    """Write where people are in workspaces: `workspace_id` and `spot` each. No activity, no new version."""
    _run_many(
        tx,
        "UPDATE user_sessions SET place = CAST(? AS JSON) WHERE id = ?",
        [(json.dumps(each["spot"]), each["workspace_id"]) for each in spots],
    )


def device_places(session: Session, user_ids: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The records of every device of these people, by person and device."""
    rows = session.execute(
        select_columns(_PLACES.c.user_id, _PLACES.c.device_id, _PLACES.c.place).where(
            _among(session, _PLACES.c.user_id, user_ids)
        )
    )
    return {(row.user_id, row.device_id): row.place for row in rows}


def put_places(tx: Session, places: Sequence[dict[str, Any]]) -> None:
    """Insert or replace devices' records: user_id, device_id, workspace_id, place, updated_at each."""
    _run_many(
        tx,
        """INSERT INTO places (id, user_id, device_id, workspace_id, place, updated_at)
        VALUES (?, ?, ?, ?, CAST(? AS JSON), ?)
        ON CONFLICT (user_id, device_id) DO UPDATE SET workspace_id = excluded.workspace_id,
            place = excluded.place, updated_at = excluded.updated_at""",
        [
            (
                new_id(),
                each["user_id"],
                each["device_id"],
                each["workspace_id"],
                json.dumps(each["place"]),
                each["updated_at"],
            )
            for each in places
        ],
    )


def last_events(session: Session, workspace_ids: Collection[str]) -> dict[str, int]:
    """The newest event's sequence of each workspace that has a story."""
    query = (
        select_columns(col(WorkspaceEvent.workspace_id), func.max(col(WorkspaceEvent.sequence)))
        .where(_among(session, col(WorkspaceEvent.workspace_id), workspace_ids))
        .group_by(col(WorkspaceEvent.workspace_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _run_many(tx: Session, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one prepared statement for many rows: building each through SQLAlchemy would cost more than writing it."""
    if not rows:
        return
    tx.flush()
    connection = tx.connection()
    if connection.dialect.name == "sqlite":
        # The last value of a row may be its moment, most often one for all rows.
        moments = {each: iso(each) for each in {row[-1] for row in rows} if isinstance(each, datetime)}
        stored = [(*row[:-1], moments.get(row[-1], row[-1])) for row in rows]
        # A cast to JSON would make a number of the text; SQLite keeps JSON as text.
        connection.exec_driver_sql(statement.replace("CAST(? AS JSON)", "?"), stored)
    else:
        connection.exec_driver_sql(statement.replace("?", "%s"), list(rows))


def _among(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """Whether a column is one of `values`, as one parameter however many there are."""
    if session.get_bind().dialect.name == "sqlite":
        return column.in_(select_columns(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(String)))
