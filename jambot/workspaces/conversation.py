"""What may happen to a conversation, each as a piece of one unit of work: append, settle, edit, cut back.

Every piece keeps what the history shows of the workspace true in the same commit.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jambot.db.models import ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.repositories import chats as rows
from jambot.db.unit_of_work import Tx
from jambot.errors import WrongState
from jambot.events.types import MessageAdded, MessageChanged, MessageSettled
from jambot.failpoint import failpoint
from jambot.workspaces.message_text import preview_of, title_of
from jambot.workspaces.story import record_event, wake

COUNTED = frozenset({MessageRole.USER, MessageRole.ASSISTANT})


def append(
    tx: Tx,
    workspace: UserSession,
    *,
    role: MessageRole,
    content: str,
    now: datetime,
    status: MessageStatus = MessageStatus.COMPLETE,
    client_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    lease_owner: str | None = None,
    lease_expires_at: datetime | None = None,
    is_activity: bool = True,
    device: str = "",
) -> ChatMessage:
    """Add a message at the end. The first one of a person also names a workspace that nobody has named.

    `device` is what people call the one it was written on. With `is_activity` False it leaves the workspace where it
    is listed.
    """
    if is_activity:
        wake(tx, workspace, now, device=device)
    # All of the workspace's changes before the first statement, so that they are one UPDATE.
    if role in COUNTED:
        workspace.message_count += 1
    is_named_by_it = role is MessageRole.USER and workspace.title_source == "auto" and not workspace.name
    if is_named_by_it:
        workspace.name = title_of(content)
    if status is not MessageStatus.STREAMING:
        workspace.preview = preview_of(content)
    tx.add(workspace)
    failpoint("msg.before_insert")
    message = rows.add(
        tx,
        ChatMessage(
            chat_id=workspace.chat_id,
            workspace_id=workspace.id,
            user_id=workspace.user_id,
            sequence=0,
            role=role,
            content=content,
            status=status,
            client_id=client_id,
            message_metadata=metadata or {},
            lease_owner=lease_owner,
            lease_expires_at=lease_expires_at,
            created_at=now,
            updated_at=now,
        ),
    )
    failpoint("msg.after_insert")
    if is_named_by_it:
        rows.make_title_searchable(tx, workspace)
    if status is not MessageStatus.STREAMING:
        rows.add_searchable(tx, message)
    record_event(
        tx,
        workspace.id,
        "message.added",
        {"message_id": message.id, "sequence": message.sequence, "role": role.value},
        now,
    )
    tx.emit(
        MessageAdded(
            workspace_id=workspace.id, user_id=workspace.user_id, message_id=message.id, sequence=message.sequence
        )
    )
    return message


def settle(
    tx: Tx,
    message: ChatMessage,
    *,
    status: MessageStatus,
    now: datetime,
    content: str | None = None,
    error_message: str = "",
    metadata: dict[str, Any] | None = None,
) -> None:
    """End an answer for good: give up its lease and keep the text it has, or `content`."""
    message.status = status
    message.content = message.content if content is None else content
    message.error_message = error_message
    message.message_metadata = {**message.message_metadata, **(metadata or {})}
    message.lease_owner = message.lease_expires_at = None
    message.updated_at = now
    tx.add(message)
    rows.make_searchable(tx, message)
    workspace = tx.get(UserSession, message.workspace_id)
    if workspace is not None:
        workspace.preview = preview_of(message.content) or workspace.preview
        tx.add(workspace)
    record_event(
        tx,
        message.workspace_id,
        "message.settled",
        {"message_id": message.id, "sequence": message.sequence, "status": status.value},
        now,
    )
    tx.emit(
        MessageSettled(
            workspace_id=message.workspace_id,
            user_id=message.user_id,
            message_id=message.id,
            sequence=message.sequence,
            status=status,
        )
    )


def settle_lapsed(tx: Tx, *, now: datetime, before: datetime | None = None, workspace_id: str | None = None) -> int:
    """Settle every answer whose lease ended before `before`, or before `now`, as interrupted, with the text it had;
    how many there were."""
    found = rows.lapsed(tx, now=before or now, workspace_id=workspace_id)
    for message in found:
        settle(tx, message, status=MessageStatus.INTERRUPTED, now=now)
    return len(found)


def edit(tx: Tx, message: ChatMessage, *, content: str, now: datetime) -> None:
    """Replace the text of a person's own message. Raises `WrongState` for anything else."""
    if message.role != MessageRole.USER:
        raise WrongState("Only your own messages can be edited.")
    if message.content == content:
        return
    message.content = content
    message.updated_at = now
    message.message_metadata = {**message.message_metadata, "edited_at": now.isoformat()}
    tx.add(message)
    tx.flush()
    rows.make_searchable(tx, message)
    tx.emit(changed(message))


def keep_as_is(tx: Tx, answer: ChatMessage, *, now: datetime) -> None:
    """Ask no more about an answer that stopped half way. Raises `WrongState` for anything else."""
    if answer.status not in {MessageStatus.INTERRUPTED, MessageStatus.FAILED}:
        raise WrongState("Only an answer that was interrupted or failed can be left as it is.")
    if answer.message_metadata.get("kept"):
        return
    answer.message_metadata = {**answer.message_metadata, "kept": True}
    answer.updated_at = now
    tx.add(answer)
    tx.emit(changed(answer))


def reopen(
    tx: Tx, answer: ChatMessage, *, so_far: str, lease_owner: str, lease_expires_at: datetime, now: datetime
) -> None:
    """Write a settled answer again, behind the text in `so_far`."""
    answer.content = so_far
    answer.status = MessageStatus.STREAMING
    answer.error_message = ""
    answer.message_metadata = {}
    answer.lease_owner = lease_owner
    answer.lease_expires_at = lease_expires_at
    answer.updated_at = now
    tx.add(answer)
    tx.flush()
    tx.emit(changed(answer))


def cut_after(tx: Tx, workspace: UserSession, message: ChatMessage) -> None:
    """Take away everything said after `message`."""
    removed = rows.remove_after(tx, message.chat_id, message.sequence)
    if removed:
        rows.forget_searchable(tx, removed)
        workspace.message_count = rows.count(tx, message.chat_id)
        workspace.preview = preview_of(message.content)
        tx.add(workspace)
        tx.emit(changed(message))


def changed(message: ChatMessage) -> MessageChanged:
    return MessageChanged(
        workspace_id=message.workspace_id, user_id=message.user_id, message_id=message.id, sequence=message.sequence
    )
