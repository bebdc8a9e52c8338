"""Everything that is one person's, whichever table it is in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, or_, select
from sqlmodel import Session, SQLModel

from jambot.db.models import Asset, AuditEntry, User

Rows = list[dict[str, Any]]
_SECRET = {"password_hash", "token_hash"}
# Sealed: whoever holds the key exports it opened.
_SEALED = {"session_metadata"}
# Logins are exported as facts, found words are those of the messages, answers and counts those of the resources.
_ELSEWHERE = {"engine_sessions", "engine_session_users", "search_documents", "idempotency_keys", "workspace_counts"}


def everything_of(session: Session, user_id: str) -> dict[str, Rows]:
    """The person's rows of every table that has an owner, without secrets, in the order they were made."""
    found = {"users": _rows(session, _table(User), _column(User, "id"), user_id)}
    for table in SQLModel.metadata.sorted_tables:
        if "user_id" in table.columns and table.name not in _ELSEWHERE:
            found[table.name] = _rows(session, table, table.columns["user_id"], user_id)
    audit = _table(AuditEntry)
    mine = or_(audit.columns["actor_id"] == user_id, audit.columns["subject"] == user_id)
    found["audit"] = [_told(dict(row._mapping), user_id) for row in session.execute(select(audit).where(mine))]
    return found


def blobs_of(session: Session, user_id: str) -> list[str]:
    """The ids of the person's stored files."""
    table = _table(Asset)
    wanted = select(table.columns["blob_id"]).where(
        table.columns["user_id"] == user_id, table.columns["blob_id"].is_not(None)
    )
    return [row[0] for row in session.execute(wanted)]


def _rows(session: Session, table: Table, owner: Column[Any], user_id: str) -> Rows:
    columns = [column for column in table.columns if column.name not in _SECRET | _SEALED]
    wanted = select(*columns).where(owner == user_id).order_by(table.columns["id"])
    return [dict(row._mapping) for row in session.execute(wanted)]


def _told(entry: dict[str, Any], user_id: str) -> dict[str, Any]:
    """An entry of the audit without what whoever acted was looking for, which may name somebody else."""
    if entry["actor_id"] == user_id:
        return entry
    return entry | {"details": {name: value for name, value in entry["details"].items() if name != "matching"}}


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _column(model: type[SQLModel], name: str) -> Column[Any]:
    return _table(model).columns[name]
