"""The first commit of a turn, in pieces: who has the turn, what was asked, which row the answer goes to.

All of it runs inside one unit of work with the workspace's row held, so that the database decides every race.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from jambot.access import Principal
from jambot.assistant.answer import LEASE, AnswerRow
from jambot.db.models import ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.repositories import assets as asset_rows
from jambot.db.repositories import chats as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import Tx
from jambot.errors import NotFound, QuotaExceeded, TurnInProgress, WrongState
from jambot.workspaces import conversation
from jambot.workspaces.chat import has_lapsed
from jambot.workspaces.story import new_workspace, wake


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """`message_id` and `sequence` are the person's message, `answer_id` the row the answer is written to."""

    workspace_id: str
    chat_id: str
    message_id: str
    sequence: int
    answer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the first commit made; `answer` is None when an earlier request had already begun this turn."""

    started: TurnStarted
    answer: AnswerRow | None


def workspace_for(tx: Tx, me: Principal, workspace_id: str | None, client_id: str, now: datetime) -> UserSession:
    """The workspace a message goes to, held; without an id, a new one. Raises `NotFound`."""
    if workspace_id is not None:
        return workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
    # Named by the request that makes it, so that a resend finds it whatever became of the first answer.
    workspace_id = str(uuid5(UUID(me.user_id), f"workspace of {client_id}"))
    with suppress(NotFound):
        return workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
    return new_workspace(tx, user_id=me.user_id, workspace_id=workspace_id, now=now, last_device=me.device)


def already_begun(tx: Tx, workspace: UserSession, client_id: str) -> tuple[ChatMessage | None, Begun | None]:
    """The message that was sent before under this client id, and its turn when it has one."""
    question = rows.sent_as(tx, workspace.chat_id, client_id)
    if question is None:
        return None, None
    follower = rows.message_at(tx, workspace.chat_id, question.sequence + 1)
    return question, None if follower is None else Begun(started=_started(question, follower), answer=None)


class GuestLimit(QuotaExceeded):
    """This is as much as can be tried without an account. Create one to go on; your work stays."""

    code = "guest_limit"


def require_guest_room(tx: Tx, me: Principal, most: int) -> None:
    """Raise `GuestLimit` when a guest has sent as many messages as they may."""
    if rows.sent_by(tx, me.user_id) >= most:
        raise GuestLimit


def claim(tx: Tx, workspace: UserSession, now: datetime) -> None:
    """Take the workspace's turn. Raises `TurnInProgress` while another answer is being written."""
    streaming = rows.streaming_in(tx, workspace.chat_id)
    if streaming is None:
        return
    if not has_lapsed(streaming, now):
        raise TurnInProgress
    conversation.settle(tx, streaming, status=MessageStatus.INTERRUPTED, now=now)
    tx.flush()


def claim_at(tx: Tx, me: Principal, message_id: str, now: datetime) -> tuple[UserSession, ChatMessage]:
    """Take the turn of the workspace a message is in; both of them.

    Raises:
        NotFound, TurnInProgress, WrongState: nothing was changed.
    """
    workspace_id = rows.require_message(tx, user_id=me.user_id, message_id=message_id).workspace_id
    workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
    wake(tx, workspace, now, device=me.device)
    claim(tx, workspace, now)
    # Read again now that it is held: it may have been removed while this unit waited.
    tx.expire_all()
    return workspace, rows.require_message(tx, user_id=me.user_id, message_id=message_id)


def require_last_answer(tx: Tx, answer: ChatMessage) -> None:
    """Raise `WrongState` unless `answer` is the assistant's and nothing was said after it."""
    if answer.role != MessageRole.ASSISTANT or rows.message_at(tx, answer.chat_id, answer.sequence + 1) is not None:
        raise WrongState("Only the last answer can be written again.")


def append_answer(tx: Tx, workspace: UserSession, question: ChatMessage, now: datetime) -> Begun:
    """An empty answer under a lease, behind everything said."""
    owner = secrets.token_hex(16)
    answer = conversation.append(
        tx,
        workspace,
        role=MessageRole.ASSISTANT,
        content="",
        status=MessageStatus.STREAMING,
        lease_owner=owner,
        lease_expires_at=now + LEASE,
        now=now,
    )
    return _begun(question, answer, owner, so_far="")


def reopen_answer(tx: Tx, question: ChatMessage, answer: ChatMessage, *, so_far: str, now: datetime) -> Begun:
    """A settled answer under a new lease, with the text in `so_far`."""
    owner = secrets.token_hex(16)
    conversation.reopen(tx, answer, so_far=so_far, lease_owner=owner, lease_expires_at=now + LEASE, now=now)
    return _begun(question, answer, owner, so_far=so_far)


def attached(tx: Tx, workspace: UserSession, asset_ids: Sequence[str]) -> dict[str, Any]:
    """A message's mention of files, by id and by the name they had. Raises `NotFound` for one that is not here."""
    wanted = list(dict.fromkeys(asset_ids))
    found = asset_rows.among(tx, workspace.id, wanted) if wanted else {}
    if len(found) != len(wanted):
        raise NotFound
    return {"assets": [{"id": each, "name": found[each].name} for each in wanted]} if wanted else {}


def _begun(question: ChatMessage, answer: ChatMessage, owner: str, *, so_far: str) -> Begun:
    row = AnswerRow(
        message_id=answer.id,
        workspace_id=answer.workspace_id,
        user_id=answer.user_id,
        owner=owner,
        sequence=answer.sequence,
        so_far=so_far,
    )
    return Begun(started=_started(question, answer), answer=row)


def _started(question: ChatMessage, answer: ChatMessage) -> TurnStarted:
    return TurnStarted(
        workspace_id=question.workspace_id,
        chat_id=question.chat_id,
        message_id=question.id,
        sequence=question.sequence,
        answer_id=answer.id,
    )
