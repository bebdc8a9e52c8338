"""Domains as an admin goes through them: pages of them, of who belongs, of what is open; and what an end would hit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlmodel import Session as DbSession

from jambot.access import Action, Principal, require
from jambot.admin.rows import Page
from jambot.auth.domains import CountedDomain, Member, folded
from jambot.auth.grant_view import GrantView, grant_view
from jambot.clock import Clock, iso
from jambot.db import UnitOfWork
from jambot.db.models import Grant
from jambot.db.repositories import domain_pages as pages
from jambot.db.repositories import domains as rows
from jambot.db.repositories.domain_pages import Reach
from jambot.db.types import parse_iso
from jambot.errors import InvalidInput, NotFound
from jambot.ids import is_id
from jambot.workspaces.cursors import Cursors

LARGEST_PAGE = 100
Ending = Literal["domain", "member", "grant"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainImpact:
    """What an end would hit, counted at one moment. `name` is whose end it is; `keeps` that another way stays open."""

    name: str
    reach: Reach
    keeps: bool
    counted_at: datetime


class DomainDesk:
    """Reads only; `auth.domains` and `auth.grants` change. Every question is for admins."""

    def __init__(self, *, work: UnitOfWork, clock: Clock, cursors: Cursors) -> None:
        self._work = work
        self._clock = clock
        self._cursors = cursors

    async def page(
        self, me: Principal, *, query: str = "", cursor: str | None = None, limit: int = 50
    ) -> Page[CountedDomain]:
        """Domains by name; `query` is looked for in it. Raises `InvalidInput`, `BadCursor`."""
        folding = folded(query.strip())
        after = self._after(me, "domains", cursor, limit)
        now = self._clock.now()
        key = None if after is None else (str(after[0]), str(after[1]))
        found = await self._work.read(lambda db: pages.page(db, now=now, query=folding, after=key, limit=limit + 1))
        return self._page(me, "domains", found, limit, CountedDomain.of, lambda row: [row["name_key"], row["id"]])

    async def domain(self, me: Principal, domain_id: str) -> CountedDomain:
        """One of them. Raises `NotFound`."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        found = await self._work.read(lambda db: pages.one(db, domain_id, now)) if is_id(domain_id) else None
        if found is None:
            raise NotFound
        return CountedDomain.of(found)

    async def members(
        self, me: Principal, domain_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> Page[Member]:
        """Who belongs to a domain, owners first, then by e-mail. Raises `NotFound`, `InvalidInput`, `BadCursor`."""
        listing = f"members {domain_id}"
        after = self._after(me, listing, cursor, limit)
        key = None if after is None else (str(after[0]), str(after[1]), str(after[2]))

        def query(db: DbSession) -> Sequence[Any]:
            rows.require(db, domain_id)
            return pages.members(db, domain_id, after=key, limit=limit + 1)

        found = await self._work.read(query)
        return self._page(
            me, listing, found, limit, Member.of, lambda row: [row["role"], row["email_key"], row["user_id"]]
        )

    async def grants(
        self, me: Principal, domain_id: str, *, cursor: str | None = None, limit: int = 50
    ) -> Page[GrantView]:
        """The grants of a domain that hold, the newest first. Raises `NotFound`, `InvalidInput`, `BadCursor`."""
        listing, now = f"grants {domain_id}", self._clock.now()
        after = self._after(me, listing, cursor, limit)
        key = None if after is None else (parse_iso(after[0]), str(after[1]))

        def query(db: DbSession) -> Sequence[Any]:
            rows.require(db, domain_id)
            return rows.grants(db, domain_id=domain_id, holding_at=now, after=key, limit=limit + 1)

        found = await self._work.read(query)
        return self._page(
            me, listing, found, limit, lambda row: grant_view(*row), lambda row: [iso(row[0].granted_at), row[0].id]
        )

    async def impact(self, me: Principal, domain_id: str, ending: Ending, subject: str = "") -> DomainImpact:
        """What ending a domain, somebody's membership (`subject` their id) or a grant (its id) would hit, now.

        Raises:
            NotFound: there is none.
        """
        require(me, Action.ADMINISTER)
        now = self._clock.now()

        def query(db: DbSession) -> DomainImpact:
            domain = rows.require(db, domain_id)
            if ending == "domain":
                reach = pages.reach(db, domain_id, now=now)
                return DomainImpact(name=domain.name, reach=reach, keeps=False, counted_at=now)
            user_id = subject
            if ending == "grant":
                grant = db.get(Grant, subject) if is_id(subject) else None
                if grant is None or grant.domain_id != domain_id or grant.ended_at is not None:
                    raise NotFound
                user_id = grant.user_id
            user = rows.person(db, user_id)
            held = [each for each, *_ in rows.grants(db, user_id=user_id, domain_id=domain_id, holding_at=now)]
            is_member = rows.role_in(db, user_id, domain_id) is not None
            keeps = is_member or len(held) > 1 if ending == "grant" else bool(held)
            reach = Reach() if keeps else pages.reach(db, domain_id, now=now, user_id=user_id)
            return DomainImpact(name=user.name or user.email, reach=reach, keeps=keeps, counted_at=now)

        return await self._work.read(query)

    def _after(self, me: Principal, listing: str, cursor: str | None, limit: int) -> list[Any] | None:
        require(me, Action.ADMINISTER)
        if not 1 <= limit <= LARGEST_PAGE:
            raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.")
        if not cursor:
            return None
        return self._cursors.read(cursor, user_id=me.user_id, listing=listing, now=self._clock.now())

    def _page(
        self,
        me: Principal,
        listing: str,
        found: Sequence[Any],
        limit: int,
        seen: Callable[[Any], T],
        key: Callable[[Any], list[Any]],
    ) -> Page[T]:
        marker = None
        if len(found) > limit:
            marker = self._cursors.sign(
                key(found[limit - 1]), user_id=me.user_id, listing=listing, now=self._clock.now()
            )
        return Page(rows=[seen(row) for row in found[:limit]], next_cursor=marker)
