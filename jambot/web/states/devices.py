"""Follows a person's devices on every page: says which workspace is open here, and asks about a new device."""

from __future__ import annotations

import asyncio

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError
from jambot.events import listening
from jambot.events.types import devices_topic
from jambot.services import services
from jambot.web import routes
from jambot.web.device_items import NewDevice, new_device
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person, workspace_in
from jambot.web.states.notice import NoticeState
from jambot.web.states.proof import ProofState
from jambot.web.states.settings import SettingsState
from jambot.web.strings import t

PAINT_EVERY_S = 0.5
# The list of devices also grows older by itself; a page without it only waits for news.
LOOK_AGAIN_S = 30.0
LOOK_AGAIN_ELSEWHERE_S = 300.0


class DeviceState(rx.State):
    news: list[NewDevice] = []

    @rx.event(background=True, supersedes=True)
    @signed_in
    async def watch(self) -> None:
        """While the page is open: it is noted as open here, and what changes on other devices is shown."""
        async with self:
            me, path = await person(self), self.router.url.path
        wait_s = LOOK_AGAIN_S if path.rstrip("/") == routes.SETTINGS else LOOK_AGAIN_ELSEWHERE_S
        async with (
            services().presence.here(me, workspace_in(path) or None),
            listening(services().bus, devices_topic(me.user_id)) as inbox,
        ):
            while True:
                async with self:
                    # Asked before every drawing: a login may end in silence, and then nothing more may reach the tab.
                    if (await person(self)).login_id != me.login_id:
                        return
                    await self._draw(me, path)
                await asyncio.sleep(PAINT_EVERY_S)
                try:
                    await asyncio.wait_for(inbox.next(), wait_s)
                except TimeoutError:
                    continue
                inbox.take_waiting()

    @rx.event
    @signed_in
    async def confirm(self, login_id: str):
        """Say that a new device is one's own."""
        me = await person(self)
        await services().auth.confirm_device(me, checked_id(login_id))
        await self._draw(me, self.router.url.path)
        (await self.get_state(NoticeState))._say(t("devices.confirmed"))
        return NoticeState.fade

    @rx.event
    @signed_in
    async def disown(self, login_id: str):
        """Sign a new device out, at once; when the password was given long ago, it is asked for first."""
        me = await person(self)
        done = await (await self.get_state(ProofState))._end(me, login_id)
        await self._draw(me, self.router.url.path)
        return done

    async def _draw(self, me: Principal, path: str) -> None:
        try:
            news = [new_device(record) for record in await services().auth.new_devices(me)]
            if news != self.news:
                self.news = news
            if path.rstrip("/") == routes.SETTINGS:
                await (await self.get_state(SettingsState))._read(me)
        except JamBotError:
            # The next event, or the next look, draws it; the page keeps what it has.
            return
