"""What was a guest's becomes a person's: every row changes its owner, in the caller's one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, UniqueConstraint, and_, delete, exists, select, update
from sqlmodel import Session, SQLModel

from jambot.db.models import User

# Ends with the guest: ways in, traces of devices, and what the database counts by itself.
_NOT_ADOPTED = {
    "login_records",
    "open_pages",
    "api_keys",
    "grants",
    "domain_members",
    "idempotency_keys",
    "workspace_counts",
    "invites",
}


def adopt(session: Session, *, guest_id: str, user_id: str) -> None:
    """Give all of the guest's to the user, and remove the guest. Of two rows for one thing the user's own stays."""
    for table in SQLModel.metadata.sorted_tables:
        if table.name in _NOT_ADOPTED or not _has_owner(table):
            continue
        owner = table.columns["user_id"]
        for constraint in table.constraints:
            if isinstance(constraint, UniqueConstraint) and owner in set(constraint.columns):
                session.execute(delete(table).where(owner == guest_id, _twin(table, constraint, user_id)))
        changes: dict[str, Any] = {"user_id": user_id}
        if table.name == "search_documents":
            # The full-text index has the owner as a word, and looks again only where the text is written.
            changes["body"] = table.columns["body"]
        session.execute(update(table).where(owner == guest_id).values(**changes))
    session.execute(delete(User).where(_user_id() == guest_id))


def _has_owner(table: Table) -> bool:
    column = table.columns.get("user_id")
    return column is not None and any(key.target_fullname == "users.id" for key in column.foreign_keys)


def _twin(table: Table, constraint: UniqueConstraint, user_id: str) -> Any:
    """Whether the user has a row that differs from this one in its owner alone."""
    other = table.alias()
    same = [
        other.columns[column.name] == table.columns[column.name]
        for column in constraint.columns
        if column.name != "user_id"
    ]
    return exists(select(other.columns["user_id"]).where(and_(other.columns["user_id"] == user_id, *same)))


def _user_id() -> Any:
    return SQLModel.metadata.tables["users"].columns["id"]
