"""A person's own devices. Passwords and deletion are posted by the scripts, never through a state."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError
from jambot.services import services
from jambot.web.device_items import Clocks, DeviceItem, EndedItem, clocks_of, device_item, ended_item
from jambot.web.key_items import KeyItem, key_item
from jambot.web.policy import signed_in
from jambot.web.states.auth import AuthState
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.states.proof import OTHERS, ProofState
from jambot.web.strings import t
from jambot.web.view_models import initials


class SettingsState(rx.State):
    this_device: DeviceItem = DeviceItem()
    other_devices: list[DeviceItem] = []
    clocks: Clocks = Clocks()
    ended: list[EndedItem] = []
    keys: list[KeyItem] = []
    is_loading: bool = True
    trouble: str = ""
    profile_note: str = ""

    @rx.event
    @signed_in
    async def load(self):
        """On load: where this person is signed in."""
        self.is_loading, self.trouble = True, ""
        yield
        try:
            me = await framed(self)
            await self._read(me)
        except JamBotError as failure:
            self.trouble = failure.code
        finally:
            self.is_loading = False

    @rx.event
    @signed_in
    async def sign_out_device(self, login_id: str):
        """Sign one device out, at once."""
        me = await person(self)
        return await self._ending(me, login_id)

    @rx.event
    @signed_in
    async def sign_out_others(self):
        """Sign out everywhere but here."""
        me = await person(self)
        return await self._ending(me, OTHERS)

    @rx.event
    @signed_in
    async def rename_me(self, form: dict[str, str]) -> None:
        """Change how this person is called, and say that it is done."""
        me, name = await person(self), form.get("name", "").strip()
        self.profile_note = ""
        if name and name != me.name:
            await services().auth.rename(me, name=name)
            auth = await self.get_state(AuthState)
            auth.user_name, auth.user_initials = name, initials(name)
        if name:
            self.profile_note = t("notice.saved")

    @rx.event
    @signed_in
    async def revoke_key(self, key_id: str):
        """Revoke an API key, at once."""
        me = await person(self)
        await services().auth.keys.revoke(me, checked_id(key_id))
        await self._read(me)
        (await self.get_state(NoticeState))._say(t("keys.revoked"))
        return NoticeState.fade

    async def _ending(self, me: Principal, wanted: str):
        done = await (await self.get_state(ProofState))._end(me, wanted)
        await self._read(me)
        return done

    async def _read(self, me: Principal) -> None:
        now, found = services().clock.now(), await services().auth.device_list(me)
        items = [device_item(view, now, is_current=view.login.id == me.login_id) for view in found.devices]
        this = next((each for each in items if each.is_current), DeviceItem())
        clocks = next((clocks_of(view.login, now) for view in found.devices if view.login.id == me.login_id), Clocks())
        ended = [ended_item(each) for each in found.ended]
        # Only what changed travels: this runs again with every change on any device.
        if this != self.this_device:
            self.this_device = this
        if clocks != self.clocks:
            self.clocks = clocks
        others = [each for each in items if not each.is_current]
        if others != self.other_devices:
            self.other_devices = others
        if ended != self.ended:
            self.ended = ended
        keys = [key_item(each, now) for each in await services().auth.keys.mine(me)]
        if keys != self.keys:
            self.keys = keys
