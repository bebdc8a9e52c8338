"""The table of sessions: what the address asks for, and what is chosen in it."""

from __future__ import annotations

from dataclasses import replace

import reflex as rx

from jambot.access import Principal
from jambot.admin.doing import MOST_CHOSEN, Selection
from jambot.admin.session_rows import Filter
from jambot.admin.session_table import TooManyPeople
from jambot.admin.view import COLUMNS, FILTERS, AdminView, changed
from jambot.errors import JamBotError
from jambot.services import services
from jambot.web.admin_address import address_of
from jambot.web.admin_items import SessionLine, about, kind_name, session_line
from jambot.web.policy import admins
from jambot.web.states.admin_address import view_here
from jambot.web.states.base import person
from jambot.web.strings import t

PAGE_SIZE = 50


class AdminTableState(rx.State):
    """`newer`, `older` and `export` are addresses, empty where there is no way; `columns` says which are shown."""

    rows: list[SessionLine] = []
    count: str = ""
    kinds: list[dict[str, str]] = []
    devices: list[str] = []
    columns: dict[str, bool] = {}
    kind: str = ""
    life: str = ""
    device: str = ""
    person_query: str = ""
    address: str = ""
    spans: dict[str, str] = {}
    chips: list[dict[str, str]] = []
    sort: str = "created"
    up: bool = False
    newer: str = ""
    older: str = ""
    export: str = ""
    is_loading: bool = True
    is_narrowed: bool = False
    is_vague: bool = False
    trouble: str = ""
    chosen: list[str] = []
    is_all_chosen: bool = False
    is_page_chosen: bool = False
    is_part_chosen: bool = False
    can_move: bool = False

    @rx.event
    @admins
    async def load(self):
        """On load: what the address asks for; another choice of sessions forgets what was chosen."""
        self.is_loading = True
        yield
        view = view_here(self)
        shown = replace(view, session="", range="", refresh="", columns=(), cursor="")
        if self._shown != shown:
            self.chosen, self.is_all_chosen = [], False
        self._shown = shown
        me = await person(self)
        self._is_exact = True
        await self._read(me)
        try:
            self.devices = await services().desk.table.devices(me)
        except JamBotError as failure:
            self.trouble = failure.code
        self.is_loading = False

    @rx.event
    @admins
    async def search(self, form: dict[str, str]):
        """Show only what the form of filters asks for."""
        asked = {name: str(form[name]) for name in FILTERS if name in form}
        return rx.redirect(address_of(changed(view_here(self), **asked)))

    @rx.event
    @admins
    async def sort_by(self, name: str):
        """Sort by a moment; by the same one again, the other way round."""
        view = view_here(self)
        up = "1" if view.sort == name and not view.up else "0"
        return rx.redirect(address_of(changed(view, sort=name, up=up)))

    @rx.event
    @admins
    async def toggle_column(self, name: str):
        """Show a column, or no longer."""
        view = view_here(self)
        shown = set(view.columns) ^ {name}
        return rx.redirect(address_of(changed(view, columns=",".join(shown))), replace=True)

    @rx.event
    @admins
    def choose(self, handle: str) -> None:
        """Choose a session, or no longer."""
        if handle in self.chosen:
            self.chosen = [each for each in self.chosen if each != handle]
        elif len(self.chosen) < MOST_CHOSEN:
            self.chosen = [*self.chosen, handle]
        self.is_all_chosen = False
        self._mark()

    @rx.event
    @admins
    def choose_page(self) -> None:
        """Choose every session of this page but one's own; when all are chosen already, none."""
        here = [row.handle for row in self.rows if not row.is_mine]
        if set(here) <= set(self.chosen):
            self.chosen = [each for each in self.chosen if each not in here]
        else:
            self.chosen = list(dict.fromkeys([*self.chosen, *here]))[:MOST_CHOSEN]
        self.is_all_chosen = False
        self._mark()

    @rx.event
    @admins
    def choose_matching(self) -> None:
        """Choose all that match, on this page or not."""
        self.is_all_chosen, self.chosen = True, []
        self._mark()

    @rx.event
    @admins
    def forget_choice(self) -> None:
        """Choose nothing."""
        self._forget()

    _shown: AdminView | None = None
    _filter: Filter = Filter()
    _is_exact: bool = True

    def _forget(self) -> None:
        self.chosen, self.is_all_chosen = [], False
        self._mark()

    def _selection(self) -> Selection:
        """What an action would be about."""
        return Selection(matching=self._filter) if self.is_all_chosen else Selection(handles=tuple(self.chosen))

    def _mark(self) -> None:
        chosen = set(self.chosen)
        self.rows = [
            replace(row, is_chosen=(row.handle in chosen or self.is_all_chosen) and not row.is_mine)
            for row in self.rows
        ]
        open_to_choice = [row.is_chosen for row in self.rows if not row.is_mine]
        self.is_page_chosen = bool(open_to_choice) and all(open_to_choice)
        self.is_part_chosen = any(open_to_choice) and not self.is_page_chosen

    async def _read(self, me: Principal) -> None:
        view = view_here(self)
        self._show(view)
        desk, now = services().desk, services().clock.now()
        try:
            page = await desk.table.page(
                me,
                view.filter,
                order=view.order,
                descending=not view.up,
                cursor=view.cursor or None,
                limit=PAGE_SIZE,
            )
        except TooManyPeople:
            self.rows, self.count, self.newer, self.older = [], "", "", ""
            self.trouble, self.is_vague, self._is_exact = "", True, False
            self._forget()
            return
        except JamBotError as failure:
            self.trouble = failure.code
            return
        self.trouble, self.is_vague = "", False
        self.can_move = bool(desk.targets.names)
        known = {*services().sessions.config.kind_policies(), *filter(None, [view.kind])}
        self.kinds = [{"kind": kind, "name": kind_name(kind)} for kind in sorted(known)]
        self.rows = [
            session_line(
                row,
                now,
                href=address_of(changed(view, session=row.handle)),
                is_mine=row.handle == me.login_id,
                is_chosen=False,
            )
            for row in page.rows
        ]
        self._mark()
        if self._is_exact:
            await self._count(me)
        self.newer = address_of(changed(view, cursor=page.newer)) if page.newer else ""
        self.older = address_of(changed(view, cursor=page.older)) if page.older else ""

    async def _count(self, me: Principal) -> None:
        """How many match: an exact number stays true while the page is open, a reckoned one is reckoned once."""
        try:
            estimate = await services().desk.table.estimate(me, self._filter)
        except JamBotError as failure:
            self.trouble = failure.code
            return
        self.count, self._is_exact = about(estimate), estimate.is_exact

    def _show(self, view: AdminView) -> None:
        self._filter = view.filter
        self.kind, self.life, self.device = view.kind, view.state, view.device
        self.person_query, self.address = view.person, view.address
        self.spans = {name: getattr(view, name) for name in FILTERS[5:]}
        self.sort, self.up = view.sort, view.up
        self.columns = {name: name in view.columns for name in COLUMNS}
        self.chips = [
            {"name": name, "label": t(f"sessions.{name}"), "value": value}
            for name in ("person", "address", *FILTERS[5:])
            if (value := getattr(view, name))
        ]
        self.is_narrowed = any(getattr(view, name) for name in FILTERS)
        query = address_of(replace(view, session="", cursor="")).partition("?")[2]
        self.export = f"/api/admin/sessions/export?{query}"
