"""What the start page offers beyond the list of workspaces, read when it is opened."""

from __future__ import annotations

import reflex as rx

from jambot.services import services
from jambot.web import routes
from jambot.web.policy import signed_in
from jambot.web.start_items import StarterItem, starter_item
from jambot.web.states.base import person


class StartState(rx.State):
    starters: list[StarterItem] = []

    @rx.event
    @signed_in
    async def load(self) -> None:
        """On load of the start page."""
        if self.router.url.path.rstrip("/") not in {"", routes.NEW}:
            return
        now = services().clock.now()
        found = await services().finished.last(await person(self))
        starters = [starter_item(each, now) for each in found]
        if starters != self.starters:
            self.starters = starters
