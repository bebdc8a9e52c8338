"""The history and the Trash as tables: filters are in the address, pages go by cursor, the browser keeps the ticks."""

from __future__ import annotations

import reflex as rx

from jambot.access import Principal
from jambot.errors import InvalidInput, JamBotError
from jambot.services import services
from jambot.web import routes
from jambot.web.asset_items import size_text
from jambot.web.hit_items import HitItem, hit_items
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person
from jambot.web.states.frame import framed
from jambot.web.states.notice import NoticeState
from jambot.web.states.undo import UndoState
from jambot.web.strings import t
from jambot.web.view_models import SessionItem, session_item
from jambot.workspaces.found import HistoryPage, SharedPage
from jambot.workspaces.many import MOST, Deed

PAGE_SIZE = 50
SHARED = "shared"
"""A choice beside the statuses: what others share with the reader. Nothing of it can be changed here."""
STATUSES = ("active", "completed", "abandoned", "archived", SHARED)
LONGEST_QUERY = 200


class HistoryState(rx.State):
    """`trouble` is the code of what went wrong while loading, else empty.

    `counts` has a figure for each status that has any. `loses` says what would go
    while a question about deleting for ever is open.
    """

    rows: list[SessionItem] = []
    hits: list[HitItem] = []
    query: str = ""
    status: str = ""
    counts: dict[str, str] = {}
    how_many: str = ""
    is_loading: bool = True
    is_first_page: bool = True
    has_older: bool = False
    has_shared: bool = False
    trouble: str = ""
    loses: str = ""
    _doomed: tuple[str, ...] = ()
    _next: str | None = None

    @rx.event
    @signed_in
    async def load(self):
        """On load of the history: what the address asks for."""
        asked = self.router.url.query_parameters
        self.query = asked.get("q", "").strip()[:LONGEST_QUERY]
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
        return rx.redirect(self._address(cursor=self._next or ""))

    @rx.event
    @signed_in
    def newest(self):
        """Go to the first page."""
        return rx.redirect(self._address())

    @rx.event
    @signed_in
    async def do(self, deed: Deed, ids: list[str], everything: bool):
        """Do something to the chosen rows, or to `everything` the list shows on all its pages; with one Undo."""
        me = await person(self)
        chosen = await self._meant(me, ids, everything=everything)
        if chosen:
            undo = await self.get_state(UndoState)
            name = next((row.name for row in self.rows if row.id == chosen[0]), "") if len(chosen) == 1 else ""
            await undo._do(me, chosen, deed, name=name)
        return [NoticeState.fade, HistoryState.load_trash if self._is_trash() else HistoryState.load]

    @rx.event
    @signed_in
    async def ask_to_delete(self, ids: list[str], everything: bool) -> None:
        """Say what would go for ever with the chosen rows of the Trash, before it does."""
        me = await person(self)
        self._doomed = tuple(await self._meant(me, ids, everything=everything))
        if self._doomed:
            gone = await services().many.contents(me, self._doomed)
            counted = (
                _figure(len(self._doomed), t("trash.workspace"), t("trash.workspaces")),
                _figure(gone.messages, t("trash.message"), t("trash.messages")),
                _figure(gone.missions, t("trash.mission"), t("trash.missions")),
                _figure(gone.assets, t("trash.file"), t("trash.files")),
            )
            size = f" ({size_text(gone.size_bytes)})" if gone.size_bytes else ""
            self.loses = ", ".join(words for words in counted if not words.startswith("0 ")) + size

    @rx.event
    @signed_in
    def keep(self) -> None:
        """Delete nothing after all."""
        self._doomed, self.loses = (), ""

    @rx.event
    @signed_in
    async def delete_forever(self):
        """Delete what was asked about. There is no way back."""
        doomed, self._doomed, self.loses = self._doomed, (), ""
        count = await services().many.delete_forever(await person(self), doomed)
        (await self.get_state(NoticeState))._say(
            f"{_figure(count, t('trash.workspace'), t('trash.workspaces'))} {t('notice.deleted')}"
        )
        return [NoticeState.fade, HistoryState.load_trash]

    def _is_trash(self) -> bool:
        return self.router.url.path.rstrip("/") == routes.TRASH

    def _address(self, cursor: str = "") -> str:
        if self._is_trash():
            return routes.trash(cursor=cursor)
        return routes.history(query=self.query, status=self.status, cursor=cursor)

    async def _meant(self, me: Principal, ids: list[str], *, everything: bool) -> list[str]:
        if len(ids) > MOST:
            raise InvalidInput
        if self.status == SHARED:
            return []
        if not everything:
            return [checked_id(each) for each in ids]
        many = services().many
        return list(await many.matching(me, query=self.query, status=self.status or None, trash=self._is_trash()))

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
        page: HistoryPage | SharedPage
        if self.status == SHARED:
            page = await history.shared(me, query=self.query, cursor=cursor, limit=PAGE_SIZE)
            self.rows = [session_item(each.row, now, owner=each.owner) for each in page.rows]
        else:
            page = await history.page(
                me, query=self.query, status=self.status or None, trash=trash, cursor=cursor, limit=PAGE_SIZE
            )
            self.rows = [session_item(row, now) for row in page.rows]
        self._next = page.next_cursor
        self.is_first_page, self.has_older = cursor is None, page.next_cursor is not None
        searches = self.query and cursor is None and self.status != SHARED
        found = await history.search(me, self.query) if searches else None
        self.hits = hit_items(found.hits, now) if found else []
        if not trash:
            counts = await history.counts(me)
            self.counts = {status: f"{number:,}" for status, number in counts.items()}
            self.how_many = self._how_many(sum(counts.values()), counts.get(self.status, 0))
            self.has_shared = self.status == SHARED or bool((await history.shared(me, limit=1)).rows)

    def _how_many(self, total: int, listed: int) -> str:
        """How many workspaces there are; with a filter, how many of them it leaves, where that is known."""
        if self.status == SHARED:
            return ""
        if not self.query:
            return f"{listed:,} {t('panel.of')} {total:,}" if self.status else f"{total:,}"
        is_whole = self.is_first_page and not self.has_older
        return f"{len(self.rows)} {t('panel.of')} {total:,}" if is_whole else ""


def _figure(count: int, one: str, many: str) -> str:
    """A number and what it counts, such as "1 message" or "1,284 messages"."""
    return f"{count:,} {one if count == 1 else many}"
