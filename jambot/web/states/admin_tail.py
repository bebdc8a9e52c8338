"""The live tail: the newest of what happens to sessions, bounded, filtered, and held still on request."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.admin.session_table import TooManyPeople
from jambot.admin.view import changed
from jambot.errors import JamBotError
from jambot.services import services
from jambot.sessions import SessionEventName
from jambot.web.admin_address import address_of
from jambot.web.admin_items import TailLine, tail_line
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.base import person

MOST_LINES = 60


class AdminTailState(rx.State):
    """`waiting` is how many happened while it is held still; `trouble` is the code of what went wrong."""

    lines: list[TailLine] = []
    event: str = ""
    is_paused: bool = False
    waiting: int = 0
    is_loaded: bool = False
    trouble: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: the newest lines."""
        await self._read(await person(self))

    @rx.event
    @admins
    async def only(self, event: str):
        """Show only one event, or all."""
        self.event = event if event in tuple(SessionEventName) else ""
        self.is_paused = False
        await self._read(await person(self))

    @rx.event
    @admins
    async def pause(self):
        """Hold it still, or go on."""
        self.is_paused = not self.is_paused
        await self._read(await person(self))

    async def _read(self, me: Principal) -> None:
        desk, view = services().desk, view_here(self)
        try:
            wanted = view.filter
            people = await desk.table.people(wanted.person)
            after = self.lines[0].id if self.is_paused and self.lines else ""
            found = await desk.log.newest(
                me, after=after, user_ids=people, event=self.event, kind=view.kind, limit=MOST_LINES
            )
            if self.is_paused and self.lines:
                self.waiting = len(found)
                return
            names = await desk.table.names({entry.user_id for entry in found if entry.user_id})
        except TooManyPeople:
            self.lines, self.trouble, self.waiting, self.is_loaded = [], "", 0, True
            return
        except JamBotError as failure:
            self.trouble = failure.code
            return
        self.trouble, self.waiting, self.is_loaded = "", 0, True
        self.lines = [
            tail_line(entry, names.get(entry.user_id or "", ""), address_of(changed(view, session=entry.handle)))
            for entry in found
        ]
