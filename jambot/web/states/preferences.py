"""How the person likes the page, as its attributes and classes say it."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.auth.preferences import COLUMNS, Density, Preferences, SendKey
from jambot.services import services
from jambot.web.policy import signed_in
from jambot.web.states.base import person
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t

__all__ = ["COLUMNS", "PreferencesState"]


class PreferencesState(rx.State):
    """`hidden` is `hidden_columns` as classes of the table."""

    density: Density = "compact"
    send_key: SendKey = "enter"
    hidden_columns: list[str] = ["messages"]
    hidden: str = "no-messages"
    _of: str = ""

    @rx.event
    @signed_in
    async def choose_density(self, density: Density):
        """One line for each workspace in the sidebar, or two."""
        return await self._change(density=density)

    @rx.event
    @signed_in
    async def choose_send_key(self, send_key: SendKey):
        """Which key sends; the other one starts a new line."""
        return await self._change(send_key=send_key)

    @rx.event
    @signed_in
    async def show_column(self, name: str, shown: bool) -> None:
        """Show a column of the history, or no longer."""
        others = [each for each in self.hidden_columns if each != name]
        me = await person(self)
        self._show(await services().preferences.change(me, hidden_columns=others if shown else [*others, name]))

    async def _know(self, me: Principal) -> None:
        """Read what this person chose, once for each tab and person."""
        if self._of != me.user_id:
            self._show(await services().preferences.of(me))
            self._of = me.user_id

    async def _change(self, **values: str):
        self._show(await services().preferences.change(await person(self), **values))
        (await self.get_state(NoticeState))._say(t("notice.saved"))
        return NoticeState.fade

    def _show(self, chosen: Preferences) -> None:
        columns = list(chosen.hidden_columns)
        wanted = {
            "density": chosen.density,
            "send_key": chosen.send_key,
            "hidden_columns": columns,
            "hidden": " ".join(f"no-{name}" for name in columns),
        }
        for name, value in wanted.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
