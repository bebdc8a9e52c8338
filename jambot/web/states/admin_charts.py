"""The four charts, drawn from stored samples."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError
from jambot.services import services
from jambot.web.admin_charts import Chart, HeatRow, durations_chart, heat_rows, states_chart, store_chart
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.base import person


class AdminChartsState(rx.State):
    """`trouble` and `trouble_below` are the codes of what went wrong with the upper and the lower two, else empty."""

    states: Chart = Chart()
    store: Chart = Chart()
    durations: Chart = Chart()
    heat: list[HeatRow] = []
    is_loaded: bool = False
    trouble: str = ""
    trouble_below: str = ""

    @rx.event
    @admins
    async def load(self):
        """On load: all four."""
        await self._read(await person(self))

    async def _read(self, me: Principal) -> None:
        dashboard, chosen = services().desk.dashboard, view_here(self).range
        self.trouble = self.trouble_below = ""
        try:
            course = await dashboard.course(me, chosen)
            self.states, self.store = states_chart(course), store_chart(course)
        except JamBotError as failure:
            self.trouble = failure.code
        try:
            self.durations = durations_chart(await dashboard.durations(me, chosen))
            self.heat = heat_rows(await dashboard.heat(me))
        except JamBotError as failure:
            self.trouble_below = failure.code
        self.is_loaded = True
