"""The story of a workspace as rows: what happened in it, in order, and every move between lists.

Everything here is a piece of somebody's unit of work; call it with the workspace's row already held by the unit.

    kinds of event: workspace.created, .renamed, .changed, .status, .trashed, .restored, .mission_linked, and the kinds
    of `jambot.events.types` that others record: message.added, message.settled, proposal.changed, mission.changed,
    step.progress, asset.changed. `data` carries ids, names of states and figures, never a person's text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jambot.db.models import Chat, StatusChange, UserSession, WorkspaceEvent, WorkspaceStatus
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import Tx
from jambot.errors import WrongState
from jambot.events.types import WorkspaceChanged
from jambot.ids import new_id

LONGEST_DEVICE = 80


def record_event(tx: Tx, workspace_id: str, kind: str, data: dict[str, Any], now: datetime) -> int:
    """Append to the workspace's story and return the event's sequence; sequences have no gaps."""
    rows.hold(tx, workspace_id)
    sequence = rows.last_event(tx, workspace_id) + 1
    tx.add(WorkspaceEvent(workspace_id=workspace_id, sequence=sequence, kind=kind, data=data, at=now))
    tx.flush()
    return sequence


def new_workspace(
    tx: Tx,
    *,
    user_id: str,
    now: datetime,
    workspace_id: str | None = None,
    name: str = "",
    description: str = "",
    is_demo: bool = False,
    last_device: str = "",
) -> UserSession:
    """Insert a workspace with its empty chat. A given name is the person's own and is never overwritten by a guess."""
    chat_id = new_id()
    workspace = UserSession(
        id=workspace_id or new_id(),
        user_id=user_id,
        name=name,
        description=description,
        title_source="user" if name else "auto",
        chat_id=chat_id,
        is_demo=is_demo,
        last_device=last_device[:LONGEST_DEVICE],
        created_at=now,
        updated_at=now,
        last_activity_at=now,
        status_changed_at=now,
    )
    tx.add(workspace)
    tx.flush()
    tx.add(Chat(id=chat_id, user_id=user_id, workspace_id=workspace.id, created_at=now))
    _record_status(tx, workspace, "", WorkspaceStatus.ACTIVE, actor=user_id, reason="created", now=now)
    record_event(tx, workspace.id, "workspace.created", {}, now)
    announce(tx, workspace, "created")
    return workspace


def wake(tx: Tx, workspace: UserSession, now: datetime, *, device: str = "") -> None:
    """Something was changed in it: it becomes the newest, and active again wherever it was listed.

    Args:
        device: what people call the device it was changed on; empty when nobody's device did it.

    Raises:
        WrongState: it is in the trash.
    """
    require_open(workspace)
    workspace.last_activity_at = max(now, workspace.last_activity_at)
    workspace.updated_at = now
    workspace.last_device = device[:LONGEST_DEVICE] or workspace.last_device
    tx.add(workspace)
    move(tx, workspace, WorkspaceStatus.ACTIVE, actor=workspace.user_id, reason="used again", now=now)


def move(tx: Tx, workspace: UserSession, to: WorkspaceStatus, *, actor: str, reason: str, now: datetime) -> bool:
    """List the workspace under another status; False when it is there already."""
    before = workspace.status
    if before == to:
        return False
    workspace.status = to
    workspace.status_changed_at = now
    workspace.updated_at = now
    tx.add(workspace)
    _record_status(tx, workspace, before, to, actor=actor, reason=reason, now=now)
    record_event(tx, workspace.id, "workspace.status", {"from": before, "to": to.value}, now)
    announce(tx, workspace, "status")
    return True


def announce(tx: Tx, workspace: UserSession, change: str) -> None:
    """Tell followers of the workspace and of the history, once this unit is committed."""
    tx.emit(WorkspaceChanged(workspace_id=workspace.id, user_id=workspace.user_id, change=change))


def require_open(workspace: UserSession) -> None:
    """Raise `WrongState` for a workspace in the trash: it can be read, not written."""
    if workspace.deleted_at is not None:
        raise WrongState("This workspace is in the trash. Restore it to go on.")


def _record_status(
    tx: Tx, workspace: UserSession, before: str, to: WorkspaceStatus, *, actor: str, reason: str, now: datetime
) -> None:
    tx.add(
        StatusChange(
            entity="workspace",
            entity_id=workspace.id,
            workspace_id=workspace.id,
            from_status=before,
            to_status=to,
            actor=actor,
            reason=reason,
            at=now,
        )
    )
