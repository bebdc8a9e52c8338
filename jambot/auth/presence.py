"""Which pages are open on which device now. A page says so itself; one whose process died is not believed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import OpenPage
from jambot.db.repositories import devices as rows
from jambot.db.repositories.administration import PAGES_BELIEVED_FOR
from jambot.errors import JamBotError
from jambot.events.types import DevicesChanged
from jambot.ids import new_id
from jambot.log import get_log

SEEN_EVERY = timedelta(seconds=30)
log = get_log(__name__)


class Presence:
    """The open pages of this process, and through the database those of all."""

    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._open: set[str] = set()

    @asynccontextmanager
    async def here(self, me: Principal, workspace_id: str | None = None) -> AsyncIterator[None]:
        """The caller's page is open, on this workspace or none, until this is left. Never stands in the page's way."""
        now = self._clock.now()
        page_id = new_id()

        def enter(tx: Tx) -> None:
            page = OpenPage(
                id=page_id,
                user_id=me.user_id,
                login_id=me.login_id,
                workspace_id=workspace_id,
                opened_at=now,
                seen_at=now,
            )
            rows.open_page(tx, page)
            tx.emit(DevicesChanged(user_id=me.user_id))

        def leave(tx: Tx) -> None:
            rows.close_page(tx, page_id)
            tx.emit(DevicesChanged(user_id=me.user_id))

        try:
            await self._work.write(enter)
        except JamBotError as failure:
            log.warning("presence.not_noted", error=failure.code)
        self._open.add(page_id)
        try:
            yield
        finally:
            self._open.discard(page_id)
            with suppress(JamBotError):
                await self._work.write(leave)

    async def run(self) -> None:
        """Say again and again that the pages of this process are open, in one statement for all; until cancelled."""
        while True:
            await asyncio.sleep(SEEN_EVERY.total_seconds())
            with suppress(JamBotError):
                await self.tell()

    async def tell(self) -> None:
        """Say once that the pages of this process are open."""
        now, open_now = self._clock.now(), tuple(self._open)
        if open_now:
            await self._work.write(lambda tx: rows.see_pages(tx, open_now, now))

    async def forget(self) -> int:
        """Remove pages whose process died; how many."""
        before = self._clock.now() - PAGES_BELIEVED_FOR
        return await self._work.write(lambda tx: rows.forget_pages(tx, before))
