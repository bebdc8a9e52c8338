"""The history and the Trash as tables: filters are in the address, pages go by cursor."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError
from jambot.services import services
from jambot.web import routes
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.states.session import SessionState
from jambot.web.strings import t
from jambot.web.view_models import HitItem, SessionItem, hit_item, session_item

PAGE_SIZE = 50
STATUSES = ("active", "completed", "abandoned", "archived")
LONGEST_QUERY = 200


class HistoryState(rx.State):
    """`trouble` is the code of what went wrong while loading, else empty."""

    rows: list[SessionItem] = []
    hits: list[HitItem] = []
    query: str = ""
    status: str = ""
    is_loading: bool = True
    is_first_page: bool = True
    has_older: bool = False
    trouble: str = ""
    _next: str | None = None

    @rx.event
    @signed_in
    async def load(self):
        """On load of the history: what the address asks for."""
        asked = self.router.url.query_parameters
        self.query = asked.get("q", "")[:LONGEST_QUERY]
        self.status = asked.get("status", "") if asked.get("status") in STATUSES else ""
        async for step in self._fill(trash=False, cursor=asked.get("cursor") or None):
            yield step

    @rx.event
    @signed_in
    async def load_trash(self):
        """On load of the Trash."""
        self.query = self.status = ""
        async for step in self._fill(trash=True, cursor=self.router.url.query_parameters.get("cursor") or None):
            yield step

    @rx.event
    @signed_in
    def search(self, form: dict[str, str]):
        """Look for words in titles and messages."""
        return rx.redirect(routes.history(query=str(form.get("q", "")).strip()[:LONGEST_QUERY], status=self.status))

    @rx.event
    @signed_in
    def filter_status(self, status: str):
        """Show only one status, or all."""
        return rx.redirect(routes.history(query=self.query, status=status if status in STATUSES else ""))

    @rx.event
    @signed_in
    def older(self):
        """Go to the next page; the browser's Back is the way back."""
        return rx.redirect(routes.history(query=self.query, status=self.status, cursor=self._next or ""))

    @rx.event
    @signed_in
    def newest(self):
        """Go to the first page."""
        return rx.redirect(routes.history(query=self.query, status=self.status))

    @rx.event
    @signed_in
    async def restore(self, workspace_id: str):
        """Take a workspace out of the Trash and say so."""
        await services().trash.restore(await person(self), checked_id(workspace_id))
        self.rows = [row for row in self.rows if row.id != workspace_id]
        (await self.get_state(NoticeState))._say(t("notice.restored"))
        return [NoticeState.fade, SessionState.list_sessions]

    async def _fill(self, *, trash: bool, cursor: str | None):
        self.is_loading, self.trouble = True, ""
        yield
        try:
            me = await framed(self)
            await self._read(me, trash=trash, cursor=cursor)
        except JamBotError as failure:
            self.trouble = failure.code
        finally:
            self.is_loading = False

    async def _read(self, me: Principal, *, trash: bool, cursor: str | None) -> None:
        history, now = services().history, services().clock.now()
        page = await history.page(
            me, query=self.query, status=self.status or None, trash=trash, cursor=cursor, limit=PAGE_SIZE
        )
        self.rows = [session_item(row, now) for row in page.rows]
        self._next = page.next_cursor
        self.is_first_page, self.has_older = cursor is None, page.next_cursor is not None
        found = await history.search(me, self.query) if self.query and cursor is None else None
        self.hits = [hit_item(each, now) for each in found.hits] if found else []
