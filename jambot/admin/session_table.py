"""The table of sessions of every kind: filters, three orders, pages in both directions, an estimate, an export."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from jambot.access import Action, Principal, require
from jambot.admin.session_rows import STATES, Filter, SessionRow, SessionRows, told
from jambot.clean import visible_name
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.models import User
from jambot.db.repositories import administration, audit, users
from jambot.errors import BadCursor, InvalidInput
from jambot.ids import is_id
from jambot.sessions import SessionManager, SessionState, StoreUnavailable
from jambot.sessions.moments import from_us, to_us
from jambot.sessions.search import Effort, Estimate, Found, FoundPage, Order, Span, Wanted
from jambot.sessions.stores import sql_search
from jambot.sessions.stores.protocol import StoreStats
from jambot.workspaces.cursors import Cursors

LARGEST_PAGE = 200
MOST_PEOPLE = 1_000
MOST_WALKS = 8
"""How often a page without a row goes on to the next stretch before it is shown empty."""
MOST_DEVICES = 50
MOST_USES = 100_000
_EXPORT_PAGE = 1_000


class TooManyPeople(InvalidInput):
    """More than 1,000 people match. Write more of the name or the e-mail."""

    code = "too_many_people"


class SessionTable:
    """Looks through the sessions in the application's database."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        sessions: SessionManager,
        cursors: Cursors,
        effort: Effort | None = None,
        most_people: int = MOST_PEOPLE,
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._cursors = cursors
        self._effort = effort or Effort()
        self._most_people = most_people

    async def page(
        self,
        me: Principal,
        wanted: Filter,
        *,
        order: Order = Order.CREATED,
        descending: bool = True,
        cursor: str | None = None,
        limit: int = 50,
    ) -> SessionRows:
        """One page.

        Raises:
            BadCursor: it is of another order, of another person, or forged. InvalidInput
        """
        require(me, Action.ADMINISTER)
        if not 1 <= limit <= LARGEST_PAGE:
            raise InvalidInput(f"A page has 1 to {LARGEST_PAGE} rows.")
        back, after = self._place(me, order, descending, cursor)
        asked = await self.asked(wanted)
        found = FoundPage(rows=(), after=after)
        for _ in range(MOST_WALKS):
            found = await self._work.read(
                lambda db, after=found.after: sql_search.page(
                    db, asked, order=order, descending=descending is not back, after=after, limit=limit
                )
            )
            if found.rows or found.after is None:
                break
        rows = found.rows[::-1] if back else found.rows
        # A page read backwards goes on towards the newer where a page read forwards goes on towards the older; on its
        # other side lie the rows one came from.
        onward = found.after
        behind = _key(rows[-1 if back else 0], order) if cursor and rows else None
        older, newer = (behind, onward) if back else (onward, behind)
        return SessionRows(
            rows=await self.shown(rows),
            older=None if older is None else self._cursor(me, order, descending, False, older),
            newer=None if newer is None else self._cursor(me, order, descending, True, newer),
        )

    async def estimate(self, me: Principal, wanted: Filter) -> Estimate:
        """How many match, exactly where that is quick."""
        require(me, Action.ADMINISTER)
        try:
            stats = (await self._sessions.stats()).now
        except StoreUnavailable:
            # Counting all took too long; what is walked over is still counted.
            stats = StoreStats()
        total = stats.total + stats.expired
        if total and (known := _known(stats, wanted)) is not None:
            return Estimate(count=known, is_exact=True)
        asked = await self.asked(wanted)
        return await self._work.read(lambda db: sql_search.estimate(db, asked, total=total))

    async def devices(self, me: Principal) -> list[str]:
        """The names of devices there are, to choose from."""
        require(me, Action.ADMINISTER)
        namespace = self._sessions.config.namespace
        return await self._work.read(lambda db: sql_search.devices(db, namespace=namespace, most=MOST_DEVICES))

    async def online(self) -> int:
        """How many people used a session in the last minutes."""
        config = self._sessions.config
        since_us = to_us(self._clock.now() - config.idle_after)
        return await self._work.read(
            lambda db: sql_search.online(db, namespace=config.namespace, since_us=since_us, most=MOST_USES)
        )

    async def exported(
        self, me: Principal, wanted: Filter, *, order: Order = Order.CREATED, descending: bool = True
    ) -> AsyncIterator[Sequence[SessionRow]]:
        """Every row that matches, in pages; that it was asked for is noted first.

        Raises:
            Forbidden: the caller is no admin any more; asked before each page.
        """
        require(me, Action.ADMINISTER)
        at = self._clock.now()
        await self._work.write(
            lambda tx: audit.record(tx, at=at, action="sessions.exported", actor_id=me.user_id, filter=told(wanted))
        )
        asked, after = await self.asked(wanted), None
        while True:
            await self._work.read(lambda db: administration.require_admin(db, me.user_id))
            found = await self._work.read(
                lambda db, after=after: sql_search.page(
                    db, asked, order=order, descending=descending, after=after, limit=_EXPORT_PAGE
                )
            )
            yield await self.shown(found.rows)
            after = found.after
            if after is None:
                return

    async def asked(self, wanted: Filter) -> Wanted:
        """The question for the store that a filter stands for."""
        if wanted.state not in STATES:
            raise InvalidInput(f"Choose a state: {', '.join(filter(None, STATES))}.")
        config = self._sessions.config
        return Wanted(
            namespace=config.namespace,
            now_us=to_us(self._clock.now()),
            idle_after_us=to_us(from_us(0) + config.idle_after),
            kinds=wanted.kinds,
            state=SessionState(wanted.state) if wanted.state in tuple(SessionState) else None,
            with_ended=wanted.state == "any",
            user_ids=await self.people(wanted.person),
            address=wanted.address,
            device=wanted.device,
            created=_span(wanted.created_since, wanted.created_until),
            used=_span(wanted.used_since, wanted.used_until),
            effort=self._effort,
        )

    async def people(self, person: str) -> tuple[str, ...] | None:
        """The ids of the people meant; None for everybody.

        Raises:
            TooManyPeople: they are not cut short, or an action would leave some of them out unsaid.
        """
        person = person.strip()
        if not person:
            return None
        if is_id(person):
            return (person,)
        found = await self._work.read(lambda db: users.page(db, query=person, limit=self._most_people + 1))
        if len(found) > self._most_people:
            raise TooManyPeople
        return tuple(user.id for user in found)

    async def names(self, user_ids: set[str]) -> dict[str, str]:
        """What to call people, by their ids; those who are gone are left out."""
        named = await self._work.read(lambda db: users.names_by_id(db, user_ids))
        return {user_id: visible_name(user.name) or user.email for user_id, user in named.items()}

    async def shown(self, found: Sequence[Found]) -> list[SessionRow]:
        """What was found, with the names of the people."""
        ids = {each.user_id for each in found if each.user_id}
        named = await self._work.read(lambda db: users.names_by_id(db, ids))
        return [_row(each, named.get(each.user_id or "")) for each in found]

    def _place(
        self, me: Principal, order: Order, descending: bool, cursor: str | None
    ) -> tuple[bool, tuple[int, str] | None]:
        """Whether the page lies before the cursor, and where that is."""
        if not cursor:
            return False, None
        listing = f"sessions:{order}:{descending}"
        values = self._cursors.read(cursor, user_id=me.user_id, listing=listing, now=self._clock.now())
        match values:
            case [bool(back), int(moment_us), str(handle)]:
                return back, (moment_us, handle)
        raise BadCursor

    def _cursor(self, me: Principal, order: Order, descending: bool, back: bool, place: tuple[int, str]) -> str:
        listing = f"sessions:{order}:{descending}"
        return self._cursors.sign([back, *place], user_id=me.user_id, listing=listing, now=self._clock.now())


def _known(stats: StoreStats, wanted: Filter) -> int | None:
    """How many match where the counts say it: everything, one state, or kinds; else None."""
    if wanted == Filter(state=wanted.state):
        counts = {"": stats.total, "any": stats.total + stats.expired}
        return counts[wanted.state] if wanted.state in counts else getattr(stats, wanted.state, None)
    if wanted == Filter(kinds=wanted.kinds):
        return sum(stats.by_kind.get(kind, 0) for kind in set(wanted.kinds))
    return None


def _key(found: Found, order: Order) -> tuple[int, str]:
    moments = {Order.CREATED: found.created_us, Order.USED: found.accessed_us, Order.ENDS: found.expires_us}
    return moments[order], found.handle


def _span(since: datetime | None, until: datetime | None) -> Span:
    return Span(since_us=None if since is None else to_us(since), until_us=None if until is None else to_us(until))


def _row(found: Found, user: User | None) -> SessionRow:
    return SessionRow(
        handle=found.handle,
        kind=found.kind,
        state=found.state.value,
        user_id=found.user_id,
        email=user.email if user else "",
        name=visible_name(user.name) if user else "",
        device=visible_name(found.device or ""),
        ip_address=visible_name(found.ip_address or ""),
        created_at=from_us(found.created_us),
        last_used_at=from_us(found.accessed_us),
        ends_at=from_us(found.expires_us),
        version=found.version,
        connections=found.connections,
        active_requests=found.requests,
    )
