"""Reads and stores the messages of a workspace. Asking the assistant is `assistant.turns`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock, iso
from jambot.db.models import ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.repositories import chats as rows
from jambot.db.repositories import domains
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import InvalidInput
from jambot.failpoint import failpoint
from jambot.workspaces import conversation
from jambot.workspaces.message_text import checked_client_id, checked_content
from jambot.workspaces.story import wake
from jambot.workspaces.view import MessageView

WINDOW = 50
LARGEST_WINDOW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Messages oldest first; `next_before` is what to ask the older ones with, None when there are none."""

    messages: tuple[MessageView, ...]
    next_before: int | None


class ChatService:
    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def window(
        self, me: Principal, workspace_id: str, *, before: int | None = None, limit: int = WINDOW
    ) -> Window:
        """The last messages of a workspace, or the last of those before a sequence.

        Raises:
            NotFound: not there, or not yours.
            InvalidInput: `limit` is not 1 to 100, or `before` is below 1.
        """
        return await self._window(me, lambda _: workspace_id, before, limit)

    async def window_of_chat(
        self, me: Principal, chat_id: str, *, before: int | None = None, limit: int = WINDOW
    ) -> Window:
        """`window`, asked by the chat's id."""
        return await self._window(me, lambda session: rows.workspace_of_chat(session, chat_id), before, limit)

    async def workspace_of(self, me: Principal, chat_id: str) -> str:
        """The id of the workspace a chat belongs to. Raises `NotFound`."""
        return await self._work.read(lambda s: rows.workspace_id_of(s, user_id=me.user_id, chat_id=chat_id))

    async def message(self, me: Principal, message_id: str) -> MessageView:
        """One message. Raises `NotFound`."""

        def query(session: Session) -> ChatMessage:
            return rows.require_message(session, user_id=me.user_id, message_id=message_id)

        found = await self._work.read(query)
        if self._has_lapsed(found):
            await self.settle_lapsed(found.workspace_id)
            found = await self._work.read(query)
        return message_view(found)

    async def store(self, me: Principal, chat_id: str, content: str, *, client_id: str | None = None) -> MessageView:
        """Store a message of the person, without an answer; the same `client_id` again is the same message.

        Raises:
            NotFound, InvalidInput, TooLarge, WrongState: nothing was stored.
        """
        content = checked_content(content)
        if client_id is not None:
            checked_client_id(client_id)

        def change(tx: Tx) -> ChatMessage:
            workspace_id = rows.workspace_id_of(tx, user_id=me.user_id, chat_id=chat_id)
            workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
            if client_id is not None and (known := rows.sent_as(tx, chat_id, client_id)):
                return known
            message = conversation.append(
                tx,
                workspace,
                role=MessageRole.USER,
                content=content,
                client_id=client_id,
                now=self._clock.now(),
                device=me.device,
            )
            failpoint("msg.before_commit")
            return message

        message = await self._work.write(change)
        failpoint("msg.after_commit")
        return message_view(message)

    async def edit(self, me: Principal, message_id: str, content: str) -> MessageView:
        """Replace the text of an own message; what was answered to it stays.

        Raises:
            NotFound, InvalidInput, TooLarge, WrongState: nothing was changed.
        """
        content = checked_content(content)

        def change(tx: Tx) -> ChatMessage:
            message = rows.require_message(tx, user_id=me.user_id, message_id=message_id)
            workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=message.workspace_id, hold=True)
            now = self._clock.now()
            wake(tx, workspace, now, device=me.device)
            conversation.edit(tx, message, content=content, now=now)
            return message

        return message_view(await self._work.write(change))

    async def keep(self, me: Principal, message_id: str) -> MessageView:
        """Leave an answer that was interrupted or failed as it is: nobody is asked about it any more.

        Raises:
            NotFound: not there, or not yours.
            WrongState: this is no answer that stopped half way.
        """

        def change(tx: Tx) -> ChatMessage:
            message = rows.require_message(tx, user_id=me.user_id, message_id=message_id)
            conversation.keep_as_is(tx, message, now=self._clock.now())
            return message

        return message_view(await self._work.write(change))

    async def settle_lapsed(self, workspace_id: str | None = None) -> int:
        """Settle answers whose writer is gone, in one workspace or everywhere; how many there were."""
        return await self._work.write(
            lambda tx: conversation.settle_lapsed(tx, now=self._clock.now(), workspace_id=workspace_id)
        )

    async def _window(self, me: Principal, find: Callable[[Session], str], before: int | None, limit: int) -> Window:
        if not 1 <= limit <= LARGEST_WINDOW or (before is not None and before < 1):
            raise InvalidInput(f"limit must be 1 to {LARGEST_WINDOW}, before at least 1.")

        def query(session: Session) -> tuple[UserSession, list[ChatMessage]]:
            now = self._clock.now()
            workspace = domains.readable(session, user_id=me.user_id, workspace_id=find(session), now=now)
            # One more than asked for tells whether there are older ones.
            return workspace, rows.window(session, workspace.chat_id, before=before, limit=limit + 1)

        workspace, found = await self._work.read(query)
        if any(map(self._has_lapsed, found)):
            await self.settle_lapsed(workspace.id)
            _, found = await self._work.read(query)
        shown = found[-limit:]
        return Window(
            messages=tuple(map(message_view, shown)), next_before=shown[0].sequence if len(found) > limit else None
        )

    def _has_lapsed(self, message: ChatMessage) -> bool:
        return has_lapsed(message, self._clock.now())


def has_lapsed(message: ChatMessage, now: datetime) -> bool:
    """Whether this is a streaming answer that nobody writes any more."""
    return (
        message.status == MessageStatus.STREAMING
        and message.lease_expires_at is not None
        and message.lease_expires_at < now
    )


def message_view(message: ChatMessage) -> MessageView:
    return MessageView(
        id=message.id,
        sequence=message.sequence,
        role=message.role,
        content=message.content,
        status=message.status,
        created_at=iso(message.created_at),
        error_message=message.error_message,
        client_id=message.client_id,
        metadata=message.message_metadata,
    )
