"""Signing devices out, and the password that this may ask for first: the same question on every page."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import ReauthRequired
from jambot.services import services
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t

OTHERS = "others"


class ProofState(rx.State):
    """The script that posts the password says `proved`, and what was wanted is done without being asked for again."""

    is_asked: bool = False
    _wanted: str = ""

    @rx.event
    @signed_in
    async def proved(self):
        """The password was given: do what it was asked for."""
        me = await person(self)
        return await self._end(me, self._wanted) if self._wanted else None

    @rx.event
    @signed_in
    def cancel(self) -> None:
        """Nobody is signed out."""
        self.is_asked, self._wanted = False, ""

    async def _end(self, me: Principal, wanted: str):
        """Sign out the device of the login `wanted`, or all `OTHERS`; asks for the password when it is long ago."""
        try:
            if wanted == OTHERS:
                await services().auth.end_other_devices(me)
            else:
                await services().auth.end_device(me, checked_id(wanted))
        except ReauthRequired:
            self.is_asked, self._wanted = True, wanted
            return None
        self.is_asked, self._wanted = False, ""
        (await self.get_state(NoticeState))._say(t("notice.signed_out"))
        return NoticeState.fade
