"""Listens for what happens in the open workspace and repaints it: the tab follows, the server works."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import reflex as rx

from jambot.errors import GrantExpired, JamBotError, NotFound
from jambot.events import listening
from jambot.events.types import (
    AccessChanged,
    Event,
    MessageDelta,
    WorkspaceSaved,
    user_topic,
    workspace_topic,
)
from jambot.services import services
from jambot.web.policy import signed_in
from jambot.web.states.base import person, workspace_in
from jambot.web.states.jambot import JamBotState
from jambot.web.states.session import SessionState
from jambot.web.states.stream import StreamState
from jambot.web.states.tab import Standing, TabState
from jambot.workspaces.recovery import Recovered

PAINT_EVERY_S = 0.05
LOOK_AGAIN_S = 30.0
LOOK_AGAIN_ALONE_S = 5.0


class FollowState(rx.State):
    """Holds nothing; its one handler runs as long as the page is open."""

    @rx.event(background=True, supersedes=True)
    @signed_in
    async def follow(self) -> None:
        """Repaint at most 20 times a second, until the tab is gone or opens another workspace, or its login ends."""
        async with self:
            # The address and not the state: this may run before the workspace of a new address is opened.
            me, open_id = await person(self), workspace_in(self.router.url.path)
        topics = [user_topic(me.user_id), *([workspace_topic(open_id)] if open_id else [])]
        async with listening(services().bus, *topics) as inbox:
            # What happened between the read on load and this subscription would be missed otherwise.
            async with self:
                (await self.get_state(SessionState))._note_live()
                await self._repaint(open_id)
            is_answering = True
            while True:
                events = await _next_events(inbox, is_answering=is_answering)
                async with self:
                    # Asked before every drawing: a login may end in silence, and then nothing more may reach the tab.
                    if (await person(self)).user_id != me.user_id:
                        return
                    (await self.get_state(SessionState))._note_live()
                    await self._draw(events, open_id, missed=inbox.missed or not events)
                    is_answering = (await self.get_state(JamBotState)).is_answering
                inbox.missed = False
                await asyncio.sleep(PAINT_EVERY_S)

    async def _draw(self, events: Sequence[Event], open_id: str, *, missed: bool) -> None:
        if any(isinstance(each, AccessChanged) for each in events) and await self._closed():
            return
        here = [event for event in events if getattr(event, "workspace_id", "") == open_id]
        stream = await self.get_state(StreamState)
        whole = True
        for piece in (each for each in here if isinstance(each, MessageDelta)):
            whole = stream._extend(piece.message_id, piece.offset, piece.text) and whole
        for saved in (each for each in here if isinstance(each, WorkspaceSaved)):
            session = await self.get_state(SessionState)
            session.saved_revision, session.saved_at = saved.revision, saved.at
        if missed or any(isinstance(each, WorkspaceSaved) and each.fields != ("place",) for each in here):
            await self._take_over_draft(open_id)
        if missed or not whole or any(not isinstance(each, MessageDelta | WorkspaceSaved) for each in here):
            await self._repaint(open_id)
        if missed or any(not isinstance(each, MessageDelta | WorkspaceSaved) for each in events):
            session = await self.get_state(SessionState)
            await session._repaint(await person(self))

    async def _take_over_draft(self, open_id: str) -> None:
        """What was typed on another device appears here too; the scripts keep both texts where both were changed.

        This device's own saves are no news: coming back late they would bring a deleted word back.
        """
        page, me = await self.get_state(JamBotState), await person(self)
        if not open_id or page.workspace_id != open_id:
            return
        try:
            draft = await services().autosave.load(me, open_id)
        except JamBotError:
            return
        if draft.revision > page.draft_revision and draft.device_id != (me.device_id or ""):
            page.draft, page.draft_revision = draft.text, draft.revision

    async def _closed(self) -> bool:
        """What is open to this person changed. A tab that showed what is somebody else's forgets all of it, and loads
        itself again: the browser remembers the windows of before."""
        session = await self.get_state(SessionState)
        if not session._saw_shared:
            return False
        session._saw_shared = False
        await session._open(None)
        (await self.get_state(TabState)).standing = Standing.RELOAD.value
        return True

    async def _repaint(self, open_id: str) -> None:
        page = await self.get_state(JamBotState)
        if not open_id or page.workspace_id != open_id:
            return
        try:
            await page._reload()
        except (NotFound, GrantExpired):
            session, me = await self.get_state(SessionState), await person(self)
            await session._open(None)
            closed = await services().recovery.closed(me, open_id)
            session._explain(Recovered(view=None, reason="gone", closed=closed))
        except JamBotError:
            # The next event, or the next look, draws it; the page keeps what it has.
            return


async def _next_events(inbox, *, is_answering: bool) -> list[Event]:
    """Everything that is waiting, or nothing after a while without events: time to look by oneself.

    An answer whose writer died tells nobody, so while one is being written the look comes sooner.
    """
    wait_s = LOOK_AGAIN_S if services().bus.is_whole and not is_answering else LOOK_AGAIN_ALONE_S
    try:
        first = await asyncio.wait_for(inbox.next(), wait_s)
    except TimeoutError:
        return []
    return [first, *inbox.take_waiting()]
