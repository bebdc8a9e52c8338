"""A change of what a workspace is called and keeps is one new version of it. Each is a piece of a unit of work."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from jambot.access import Principal
from jambot.db.models import UserSession
from jambot.db.repositories import chats as chat_rows
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import Tx
from jambot.errors import StaleVersion
from jambot.workspaces.story import announce, record_event, require_open


def held(tx: Tx, me: Principal, workspace_id: str, *, version: int | None = None) -> UserSession:
    """The caller's workspace, held by this unit to be changed.

    Args:
        version: the version the change is based on, or None to change whatever is there.

    Raises:
        NotFound, WrongState (it is in the trash).
        StaleVersion: someone changed it meanwhile; `extra["version"]` is the present one.
    """
    workspace = rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
    require_open(workspace)
    if version is not None and version != workspace.version:
        raise StaleVersion(version=workspace.version)
    return workspace


def write_version(
    tx: Tx,
    workspace: UserSession,
    fields: dict[str, Any],
    now: datetime,
    *,
    title_source: Literal["user", "auto"] = "user",
) -> None:
    """Write changed fields as one new version; without any there is none."""
    if not fields:
        return
    for field, value in fields.items():
        setattr(workspace, field, value)
    workspace.version += 1
    workspace.updated_at = now
    tx.add(workspace)
    tx.flush()
    kind = "changed"
    if "name" in fields:
        # A person who clears the name asks for a guessed one again.
        workspace.title_source = title_source if workspace.name else "auto"
        chat_rows.make_title_searchable(tx, workspace)
        kind = "renamed"
    record_event(tx, workspace.id, f"workspace.{kind}", {"fields": sorted(fields)}, now)
    announce(tx, workspace, kind)
