"""A person's history: their workspaces as a paged list, and what is written in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock, iso
from jambot.db.repositories import domain_pages
from jambot.db.repositories import search as found_rows
from jambot.db.repositories import workspaces as rows
from jambot.db.search_schema import PREFIX_LENGTHS
from jambot.db.types import parse_iso
from jambot.db.unit_of_work import UnitOfWork
from jambot.errors import InvalidInput
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.fields import checked_status
from jambot.workspaces.found import HistoryPage, MessageHit, SearchPage, SharedPage, hit_of, shared_row
from jambot.workspaces.present import row_view
from jambot.workspaces.words import words_of

__all__ = ["History", "HistoryPage", "MessageHit", "SearchPage"]

LARGEST_PAGE = 100
MOST_OFFSET = 100_000


class History:
    """Reads only; nothing here changes a status or an order."""

    def __init__(self, *, work: UnitOfWork, clock: Clock, cursors: Cursors) -> None:
        self._work = work
        self._clock = clock
        self._cursors = cursors

    async def page(
        self,
        me: Principal,
        *,
        query: str = "",
        status: str | None = None,
        trash: bool = False,
        cursor: str | None = None,
        limit: int = 50,
        count: bool = False,
    ) -> HistoryPage:
        """A page of the list, of those with the words of `query` in their title, or of the trash.

        Raises:
            InvalidInput: `limit` is not 1 to 100, or there is no such status.
            BadCursor.
        """
        _check_limit(limit)
        wanted = None if status is None else checked_status(status).value
        total = await self._work.read(lambda s: rows.count(s, me.user_id, status=wanted)) if count else None
        if trash:
            return await self._trash(me, cursor, limit)
        if query.strip():
            return await self._titles(me, query, wanted, cursor, limit, total)
        listing = f"history {wanted}"
        after = self._key(me, listing, cursor)
        key = None if after is None else (bool(after[0]), parse_iso(after[1]), after[2])
        found = await self._work.read(
            lambda session: rows.page(session, me.user_id, status=wanted, after=key, limit=limit + 1)
        )
        return self._page(me, listing, found, limit, _list_key, total)

    async def counts(self, me: Principal) -> dict[str, int]:
        """How many workspaces are listed under each status that has any."""
        return await self._work.read(lambda session: rows.counts(session, me.user_id))

    async def shared(self, me: Principal, *, query: str = "", cursor: str | None = None, limit: int = 50) -> SharedPage:
        """Other people's workspaces that are open to the caller through a domain, the one used last first.

        Args:
            query: words that must all be in the title.

        Raises:
            InvalidInput, BadCursor.
        """
        _check_limit(limit)
        now, listing, words = self._clock.now(), _named("shared", query), words_of(query)
        if query.strip() and not words:
            return SharedPage(rows=(), next_cursor=None)
        key = self._key(me, listing, cursor)
        after = None if key is None else (parse_iso(key[0]), str(key[1]))
        found = await self._work.read(
            lambda s: domain_pages.shared_with(
                s, me.user_id, now, columns=rows.LISTED, words=words, after=after, limit=limit + 1
            )
        )
        marker = None
        if len(found) > limit:
            last = found[limit - 1]
            marker = self._sign(me, listing, [iso(last["last_activity_at"]), last["id"]])
        return SharedPage(rows=tuple(map(shared_row, found[:limit])), next_cursor=marker)

    async def numbered_page(
        self, me: Principal, *, number: int, limit: int = 50, status: str | None = None
    ) -> HistoryPage:
        """The list by page number, from 1, for callers who cannot use cursors; with its total.

        Raises:
            InvalidInput: the page is further than 100,000 rows down.
        """
        _check_limit(limit)
        if not 1 <= number <= MOST_OFFSET // limit:
            raise InvalidInput("There is no such page; use the cursor to go further.")
        wanted = None if status is None else checked_status(status).value

        def query(session: Session) -> tuple[Sequence[RowMapping], int]:
            found = rows.page(
                session, me.user_id, status=wanted, after=None, limit=limit + 1, offset=(number - 1) * limit
            )
            return found, rows.count(session, me.user_id, status=wanted)

        found, total = await self._work.read(query)
        return self._page(
            me,
            f"history {wanted}",
            found,
            limit,
            _list_key,
            total,
        )

    async def search(self, me: Principal, query: str, *, cursor: str | None = None, limit: int = 20) -> SearchPage:
        """Messages outside the trash with every word of `query`; the last word may be a beginning.

        Raises:
            InvalidInput, BadCursor.
        """
        _check_limit(limit)
        listing = _named("messages", query)

        def ask(session: Session, words: Sequence[str], begins: bool, before: int | None) -> Sequence[RowMapping]:
            return found_rows.messages(session, me.user_id, words, begins=begins, before=before, limit=limit + 1)

        found, begins = await self._found(me, listing, query, cursor, limit, ask)
        hits = tuple(map(hit_of, found[:limit]))
        return SearchPage(hits=hits, next_cursor=self._next_found(me, listing, found, limit, begins))

    async def _trash(self, me: Principal, cursor: str | None, limit: int) -> HistoryPage:
        after = self._key(me, "trash", cursor)
        key = None if after is None else (parse_iso(after[0]), after[1])
        found = await self._work.read(lambda session: rows.trashed(session, me.user_id, after=key, limit=limit + 1))
        return self._page(me, "trash", found, limit, lambda row: [iso(row["deleted_at"]), row["id"]], None)

    async def _titles(
        self, me: Principal, query: str, status: str | None, cursor: str | None, limit: int, total: int | None
    ) -> HistoryPage:
        listing = _named(f"titles {status}", query)

        def ask(session: Session, words: Sequence[str], begins: bool, before: int | None) -> Sequence[RowMapping]:
            return found_rows.titles(
                session, me.user_id, words, begins=begins, status=status, before=before, limit=limit + 1
            )

        found, begins = await self._found(me, listing, query, cursor, limit, ask)
        return HistoryPage(
            rows=tuple(map(row_view, found[:limit])),
            next_cursor=self._next_found(me, listing, found, limit, begins),
            total=total,
        )

    async def _found(
        self,
        me: Principal,
        listing: str,
        query: str,
        cursor: str | None,
        limit: int,
        ask: Callable[[Session, Sequence[str], bool, int | None], Sequence[RowMapping]],
    ) -> tuple[Sequence[RowMapping], bool]:
        """Documents, and whether the last word was taken for a beginning.

        A long beginning costs the index as much as there are matches, a whole word only a page. So a page full of
        whole words is answered as such, and beginnings are looked for only when that is not enough.
        """
        words = words_of(query)
        after = self._key(me, listing, cursor)
        if not words:
            return (), True
        before = None if after is None else int(after[1])

        def look(session: Session) -> tuple[Sequence[RowMapping], bool]:
            if after is not None:
                return ask(session, words, bool(after[0]), before), bool(after[0])
            if len(words[-1]) > max(PREFIX_LENGTHS) and len(found := ask(session, words, False, None)) > limit:
                return found, False
            return ask(session, words, True, None), True

        return await self._work.read(look)

    def _key(self, me: Principal, listing: str, cursor: str | None) -> list[Any] | None:
        if cursor is None:
            return None
        return self._cursors.read(cursor, user_id=me.user_id, listing=listing, now=self._clock.now())

    def _page(
        self,
        me: Principal,
        listing: str,
        found: Sequence[RowMapping],
        limit: int,
        key: Callable[[RowMapping], list[Any]],
        total: int | None,
    ) -> HistoryPage:
        marker = None
        if len(found) > limit:
            marker = self._sign(me, listing, key(found[limit - 1]))
        return HistoryPage(rows=tuple(map(row_view, found[:limit])), next_cursor=marker, total=total)

    def _next_found(
        self, me: Principal, listing: str, found: Sequence[RowMapping], limit: int, begins: bool
    ) -> str | None:
        if len(found) <= limit:
            return None
        return self._sign(me, listing, [int(begins), found[limit - 1]["document"]])

    def _sign(self, me: Principal, listing: str, values: list[Any]) -> str:
        return self._cursors.sign(values, user_id=me.user_id, listing=listing, now=self._clock.now())


def _list_key(row: RowMapping) -> list[Any]:
    return [int(row["pinned"]), iso(row["last_activity_at"]), row["id"]]


def _named(listing: str, query: str) -> str:
    """The list of one query: its cursors fit no other."""
    return f"{listing} {sha256(query.encode('utf-8', 'replace')).hexdigest()}"


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput(f"limit must be 1 to {LARGEST_PAGE}.")
