"""Every question asked of drafts and places, in bulk: a thousand workspaces cost a handful of statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, update
from sqlalchemy import select as select_columns
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from jambot.db.models import Draft, Place, UserSession, WorkspaceEvent
from jambot.ids import new_id

_DRAFTS: Any = Draft.__table__  # type: ignore[attr-defined]
_PLACES: Any = Place.__table__  # type: ignore[attr-defined]
_WORKSPACES: Any = UserSession.__table__  # type: ignore[attr-defined]
_SET_SPOT = (
    update(_WORKSPACES)
    .where(_WORKSPACES.c.id == bindparam("workspace_id"))
    .values(place=bindparam("spot", type_=_WORKSPACES.c.place.type))
)


def hold_open(tx: Session, workspace_ids: Collection[str]) -> dict[str, str]:
    """The owner of each of these workspaces that is there and not in the trash; they stay held until the unit ends."""
    query = (
        select_columns(_WORKSPACES.c.id, _WORKSPACES.c.user_id)
        .where(_WORKSPACES.c.id.in_(workspace_ids), _WORKSPACES.c.deleted_at.is_(None))
        .order_by(_WORKSPACES.c.id)
    )
    if tx.get_bind().dialect.name != "sqlite":
        query = query.with_for_update()
    return {row.id: row.user_id for row in tx.execute(query)}


def find(session: Session, workspace_id: str, field: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.workspace_id == workspace_id, Draft.field == field)).first()


def of_workspaces(session: Session, workspace_ids: Collection[str]) -> dict[tuple[str, str], Any]:
    """Every draft of these workspaces, by workspace and field."""
    rows = session.execute(select_columns(_DRAFTS).where(_DRAFTS.c.workspace_id.in_(workspace_ids)))
    return {(row.workspace_id, row.field): row for row in rows}


def put(tx: Session, drafts: Sequence[dict[str, Any]]) -> None:
    """Insert or replace drafts: workspace_id, user_id, field, text, caret, revision, device_id, updated_at each."""
    _upsert(tx, _DRAFTS, drafts, key=("workspace_id", "field"), keep=("id", "user_id"))


def clear(tx: Session, *, workspace_id: str, now: datetime, field: str = "composer") -> int | None:
    """Leave an empty draft behind what was sent, so that older typing is not taken for newer; its revision, if any."""
    statement = (
        update(_DRAFTS)
        .where(_DRAFTS.c.workspace_id == workspace_id, _DRAFTS.c.field == field, _DRAFTS.c.text != "")
        .values(text="", caret=0, revision=_DRAFTS.c.revision + 1, updated_at=now)
        .returning(_DRAFTS.c.revision)
    )
    return tx.execute(statement).scalar_one_or_none()


def set_spots(tx: Session, spots: Sequence[dict[str, Any]]) -> None:
    """Write where people are in workspaces: `workspace_id` and `spot` each. No activity, no new version."""
    if spots:
        tx.connection().execute(_SET_SPOT, list(spots))


def device_places(session: Session, user_ids: Collection[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The records of every device of these people, by person and device."""
    rows = session.execute(
        select_columns(_PLACES.c.user_id, _PLACES.c.device_id, _PLACES.c.place).where(_PLACES.c.user_id.in_(user_ids))
    )
    return {(row.user_id, row.device_id): row.place for row in rows}


def put_places(tx: Session, places: Sequence[dict[str, Any]]) -> None:
    """Insert or replace devices' records: user_id, device_id, workspace_id, place, updated_at each."""
    _upsert(tx, _PLACES, places, key=("user_id", "device_id"), keep=("id",))


def last_events(session: Session, workspace_ids: Collection[str]) -> dict[str, int]:
    """The newest event's sequence of each workspace that has a story."""
    query = (
        select_columns(col(WorkspaceEvent.workspace_id), func.max(col(WorkspaceEvent.sequence)))
        .where(col(WorkspaceEvent.workspace_id).in_(workspace_ids))
        .group_by(col(WorkspaceEvent.workspace_id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _upsert(
    tx: Session, table: Any, rows: Sequence[dict[str, Any]], *, key: tuple[str, ...], keep: tuple[str, ...]
) -> None:
    if not rows:
        return
    connection = tx.connection()
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(table)
    columns = {name: statement.excluded[name] for name in rows[0] if name not in {*key, *keep}}
    statement = statement.on_conflict_do_update(index_elements=list(key), set_=columns)
    connection.execute(statement, [{"id": new_id(), **row} for row in rows])
