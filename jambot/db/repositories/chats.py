"""Every question asked of chats and their messages.

The order of a chat is its `sequence`: taken from the chat's own row by one UPDATE, which on PostgreSQL also locks the
chat until the unit ends. A unit that fails gives its numbers back, so there are no gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, update
from sqlmodel import Session, col, select

from jambot.db.models import Chat, ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.models.base import table_of
from jambot.db.models.search import SearchDocument
from jambot.errors import NotFound
from jambot.ids import is_id


def workspace_id_of(session: Session, *, user_id: str, chat_id: str) -> str:
    """The workspace a person's chat belongs to. Raises `NotFound`."""
    if not is_id(chat_id):
        raise NotFound
    found = session.exec(select(Chat.workspace_id).where(Chat.id == chat_id, Chat.user_id == user_id)).first()
    if found is None:
        raise NotFound
    return found


def workspace_of_chat(session: Session, chat_id: str) -> str:
    """The workspace of anybody's chat, for callers who then ask whether it may be seen. Raises `NotFound`."""
    found = session.get(Chat, chat_id) if is_id(chat_id) else None
    if found is None:
        raise NotFound
    return found.workspace_id


def require_message(session: Session, *, user_id: str, message_id: str) -> ChatMessage:
    """A person's message. Raises `NotFound`."""
    if not is_id(message_id):
        raise NotFound
    found = session.exec(
        select(ChatMessage).where(ChatMessage.id == message_id, ChatMessage.user_id == user_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def sent_by(session: Session, user_id: str) -> int:
    """How many messages a person sent."""
    query = (
        select(func.count())
        .select_from(ChatMessage)
        .where(ChatMessage.user_id == user_id, ChatMessage.role == MessageRole.USER)
    )
    return session.exec(query).one()


def sent_as(session: Session, chat_id: str, client_id: str) -> ChatMessage | None:
    """The message that was already sent under this client id."""
    return session.exec(
        select(ChatMessage).where(ChatMessage.chat_id == chat_id, ChatMessage.client_id == client_id)
    ).first()


def window(session: Session, chat_id: str, *, before: int | None = None, limit: int) -> list[ChatMessage]:
    """The last `limit` messages with a sequence below `before`, oldest first."""
    query = select(ChatMessage).where(ChatMessage.chat_id == chat_id)
    if before is not None:
        query = query.where(ChatMessage.sequence < before)
    rows = session.exec(query.order_by(col(ChatMessage.sequence).desc()).limit(limit)).all()
    return list(reversed(rows))


def message_at(session: Session, chat_id: str, sequence: int) -> ChatMessage | None:
    return session.exec(
        select(ChatMessage).where(ChatMessage.chat_id == chat_id, ChatMessage.sequence == sequence)
    ).first()


def add(tx: Session, message: ChatMessage) -> ChatMessage:
    """Give `message` the next sequence of its chat and insert it."""
    message.sequence = tx.execute(_NEXT_SEQUENCE, {"wanted": message.chat_id}).scalar_one() - 1
    tx.execute(_ADD_MESSAGE, message.model_dump())
    return message


_NEXT_SEQUENCE = (
    update(Chat)
    .where(col(Chat.id) == bindparam("wanted"))
    .values(next_sequence=col(Chat.next_sequence) + 1)
    .returning(col(Chat.next_sequence))
    .execution_options(synchronize_session=False)
)
# Past the session's bookkeeping: this runs for every message, and nothing looks at the row again in its unit.
_ADD_MESSAGE = insert(table_of(ChatMessage))
_ADD_DOCUMENT = insert(table_of(SearchDocument))


def remove_after(tx: Session, chat_id: str, sequence: int) -> Sequence[str]:
    """Take away every message behind `sequence` and give their numbers back; the ids that went."""
    gone = tx.execute(
        delete(ChatMessage)
        .where(col(ChatMessage.chat_id) == chat_id, col(ChatMessage.sequence) > sequence)
        .returning(col(ChatMessage.id))
        .execution_options(synchronize_session=False)
    ).scalars()
    removed = list(gone)
    tx.execute(
        update(Chat)
        .where(col(Chat.id) == chat_id)
        .values(next_sequence=sequence + 1)
        .execution_options(synchronize_session=False)
    )
    return removed


def streaming_in(session: Session, chat_id: str) -> ChatMessage | None:
    """The answer being written in this chat, whatever its lease says."""
    return session.exec(
        select(ChatMessage).where(ChatMessage.status == MessageStatus.STREAMING, ChatMessage.chat_id == chat_id)
    ).first()


def lapsed(session: Session, *, now: datetime, workspace_id: str | None = None, limit: int = 500) -> list[ChatMessage]:
    """Answers whose writer stopped renewing its lease."""
    query = select(ChatMessage).where(
        ChatMessage.status == MessageStatus.STREAMING, col(ChatMessage.lease_expires_at) < now
    )
    if workspace_id is not None:
        query = query.where(ChatMessage.workspace_id == workspace_id)
    return list(session.exec(query.limit(limit).with_for_update(skip_locked=True)).all())


def keep(
    tx: Session, message_id: str, *, owner: str, content: str | None, lease_expires_at: datetime, now: datetime
) -> bool:
    """Renew `owner`'s lease on an answer, and keep its text so far unless None; False when it is no longer theirs."""
    values: dict[str, Any] = {"lease_expires_at": lease_expires_at}
    if content is not None:
        values |= {"content": content, "updated_at": now}
    result = tx.execute(
        update(ChatMessage)
        .where(
            col(ChatMessage.id) == message_id,
            col(ChatMessage.lease_owner) == owner,
            col(ChatMessage.status) == MessageStatus.STREAMING,
        )
        .values(**values)
        .returning(col(ChatMessage.id))
        .execution_options(synchronize_session=False)
    )
    return result.scalar_one_or_none() is not None


def count(session: Session, chat_id: str) -> int:
    """How many messages of people and of the assistant a chat has."""
    return session.exec(
        select(func.count())
        .select_from(ChatMessage)
        .where(ChatMessage.chat_id == chat_id, col(ChatMessage.role).in_((MessageRole.USER, MessageRole.ASSISTANT)))
    ).one()


def add_searchable(tx: Session, message: ChatMessage) -> None:
    """Put a new message's text where full-text search finds it."""
    _add_document(tx, "message", message.id, message.workspace_id, message.user_id, message.content)


def make_searchable(tx: Session, message: ChatMessage) -> None:
    """Put the present text of a message that changed where full-text search finds it."""
    _put_document(tx, "message", message.id, message.workspace_id, message.user_id, message.content)


def make_title_searchable(tx: Session, workspace: UserSession) -> None:
    """Put the workspace's present name where full-text search finds it."""
    _put_document(tx, "title", workspace.id, workspace.id, workspace.user_id, workspace.name)


def _put_document(tx: Session, kind: str, entity_id: str, workspace_id: str, user_id: str, body: str) -> None:
    known = tx.execute(
        update(SearchDocument)
        .where(col(SearchDocument.entity_id) == entity_id)
        .values(body=body)
        .returning(col(SearchDocument.id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if known is None and body:
        _add_document(tx, kind, entity_id, workspace_id, user_id, body)


def _add_document(tx: Session, kind: str, entity_id: str, workspace_id: str, user_id: str, body: str) -> None:
    tx.execute(
        _ADD_DOCUMENT,
        {"kind": kind, "entity_id": entity_id, "workspace_id": workspace_id, "user_id": user_id, "body": body},
    )


def forget_searchable(tx: Session, message_ids: Sequence[str]) -> None:
    """Messages that are gone must not be found."""
    tx.execute(
        delete(SearchDocument)
        .where(col(SearchDocument.entity_id).in_(message_ids))
        .execution_options(synchronize_session=False)
    )
