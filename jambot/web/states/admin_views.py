"""The views of the dashboard that somebody gave a name: at the head of the dashboard, and at the left of every page."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from jambot.access import Principal
from jambot.admin.view import kept, query_of
from jambot.errors import InvalidInput, JamBotError
from jambot.services import services
from jambot.web import routes
from jambot.web.admin_address import address_with
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.base import checked_id, person


@dataclass(frozen=True, kw_only=True)
class ViewLine:
    """A view; `is_here` says that the page shows it now."""

    id: str = ""
    name: str = ""
    href: str = ""
    is_here: bool = False


class AdminViewsState(rx.State):
    """`here` is the name of the view that the page shows, else empty; `renaming` the id of the one being renamed."""

    views: list[ViewLine] = []
    here: str = ""
    renaming: str = ""
    error: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: the caller's views."""
        self.renaming, self.error = "", ""
        try:
            await self._read(await person(self))
        except JamBotError:
            # The rest of the page says what is wrong; without names there is still the whole dashboard.
            self.views, self.here = [], ""

    @rx.event
    @admins
    async def save(self, form: dict[str, str]):
        """Keep what the page shows under a name."""
        me = await person(self)
        try:
            await services().desk.views.save(me, name=str(form.get("name", "")), query=query_of(view_here(self)))
        except InvalidInput as refused:
            self.error = refused.detail
            return
        self.error = ""
        await self._read(me)

    @rx.event
    @admins
    def rename(self, view_id: str):
        """Begin to rename a view; again: leave it as it is."""
        self.renaming, self.error = "" if self.renaming == view_id else view_id, ""
        return rx.set_focus("view-name") if self.renaming else None

    @rx.event
    @admins
    def turn(self, is_open: bool) -> None:
        """The menu opens or closes: it begins anew."""
        self.renaming, self.error = "", ""

    @rx.event
    @admins
    async def renamed(self, form: dict[str, str]):
        """Give the view that is being renamed its new name."""
        me = await person(self)
        try:
            await services().desk.views.rename(me, checked_id(self.renaming), name=str(form.get("name", "")))
        except InvalidInput as refused:
            self.error = refused.detail
            return
        self.renaming, self.error = "", ""
        await self._read(me)

    @rx.event
    @admins
    async def delete(self, view_id: str):
        """Forget a view; what it showed is not touched."""
        me = await person(self)
        await services().desk.views.delete(me, checked_id(view_id))
        self.renaming, self.error = "", ""
        await self._read(me)

    async def _read(self, me: Principal) -> None:
        is_dashboard = self.router.url.path.rstrip("/") == routes.ADMIN
        query = kept(query_of(view_here(self)))
        self.views = [
            ViewLine(
                id=view.id,
                name=view.name,
                href=address_with(view.query),
                is_here=is_dashboard and view.query == query,
            )
            for view in await services().desk.views.all(me)
        ]
        self.here = next((view.name for view in self.views if view.is_here), "")
