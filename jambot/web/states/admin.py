"""The dashboard's frame: which view it shows, its figures, and the watch that keeps every panel true.

Every handler of these states is closed to everybody but admins, and the use cases ask once more. Each panel has a state
of its own and reads by itself, so that one may fail without the others.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import reflex as rx

from jambot.access import Principal
from jambot.admin.view import REFRESHES, changed
from jambot.clock import iso
from jambot.errors import JamBotError
from jambot.events import listening
from jambot.events.types import ADMIN_TOPIC, FiguresSampled
from jambot.services import services
from jambot.web.admin_address import address_of
from jambot.web.admin_cards import Card, cards, details
from jambot.web.admin_items import KindCount, kind_counts
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.admin_charts import AdminChartsState
from jambot.web.states.admin_look import AdminLookState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.admin_tail import AdminTailState
from jambot.web.states.base import person
from jambot.web.states.frame import framed
from jambot.web.states.session import SessionState

LOOK_AGAIN_S = 15.0


class AdminState(rx.State):
    """`trouble` is the code of what went wrong with the figures, else empty."""

    range: str = "6h"
    refresh: str = "live"
    cards: list[Card] = []
    details: list[Card] = []
    kinds: list[KindCount] = []
    counted_at: str = ""
    store_p95: str = ""
    trouble: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: the figures; the other panels load by themselves."""
        view = view_here(self)
        self.range, self.refresh = view.range, view.refresh
        await self._read(await framed(self))

    @rx.event(background=True, supersedes=True)
    @admins
    async def watch(self) -> None:
        """Keep every panel true while the page is open, looking again at most as often as the view says."""
        async with self:
            pause_s = REFRESHES[view_here(self).refresh]
        if not pause_s:
            return
        async with listening(services().bus, ADMIN_TOPIC) as inbox:
            while True:
                heard = []
                with suppress(TimeoutError):
                    heard.append(await asyncio.wait_for(inbox.next(), LOOK_AGAIN_S))
                heard += inbox.take_waiting()
                async with self:
                    # Asked before every drawing: who is no admin any more hears no more of what happens.
                    me = await person(self)
                    if not me.is_admin:
                        return
                    await self._look(
                        me, with_charts=not heard or any(isinstance(each, FiguresSampled) for each in heard)
                    )
                    (await self.get_state(SessionState))._note_live()
                await asyncio.sleep(pause_s)

    @rx.event
    @admins
    async def choose(self, name: str, value: str):
        """Show another view: the address says which."""
        return rx.redirect(address_of(changed(view_here(self), **{name: value})))

    async def _look(self, me: Principal, *, with_charts: bool) -> None:
        await self._read(me)
        for panel in (AdminTableState, AdminTailState, AdminLookState):
            await (await self.get_state(panel))._read(me)
        if with_charts:
            await (await self.get_state(AdminChartsState))._read(me)

    async def _read(self, me: Principal) -> None:
        dashboard = services().desk.dashboard
        try:
            now, course = await dashboard.now(me), await dashboard.course(me, self.range)
        except JamBotError as failure:
            self.trouble = failure.code
            return
        self.cards, self.details, self.kinds = cards(now, course), details(now, course), kind_counts(now)
        self.counted_at, self.trouble = iso(now.counted_at), ""
        latency = course.whole.percentile_ms("store", 0.95)
        self.store_p95 = "" if latency is None else f"{latency:.1f} ms"
