"""Grants: a membership of a domain for a while, given for a reason, that ends by itself and closes what it opened.

A grant holds when its row says so at this moment (`repositories.domains`): no cache, no job decides. `run` only marks
what is over and tells the open pages, in the second in which it is.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlmodel import Session as DbSession

from jambot.access import Action, Principal, may, may_grant
from jambot.auth.domains import user_of
from jambot.auth.grant_view import GrantView, grant_view
from jambot.clean import clean_text
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import Grant, Mission, User
from jambot.db.repositories import audit
from jambot.db.repositories import domains as rows
from jambot.errors import Forbidden, InvalidInput, JamBotError, NotFound
from jambot.events import EventBus, listening
from jambot.events.types import ADMIN_TOPIC, AccessChanged, MissionChanged, UserChanged
from jambot.ids import is_id
from jambot.log import get_log
from jambot.sessions import SessionEvent, SessionManager

LONGEST = timedelta(hours=8)
SHORTEST = timedelta(minutes=1)
LOOK_AT_LEAST_EVERY_S = 30.0
KIND = "grant"
log = get_log(__name__)


class Grants:
    """Gives grants, ends them, and sees to it that those that are over are felt at once."""

    def __init__(self, *, sessions: SessionManager, work: UnitOfWork, bus: EventBus, clock: Clock) -> None:
        self._sessions = sessions
        self._work = work
        self._bus = bus
        self._clock = clock
        for name in ("deleted", "expired", "evicted"):
            sessions.on(name, self._heard)

    async def give(
        self,
        me: Principal,
        *,
        domain_id: str,
        span: timedelta,
        reason: str,
        user_id: str | None = None,
        email: str | None = None,
        mission_id: str | None = None,
    ) -> GrantView:
        """Open a domain to somebody for one minute to eight hours, and no longer than a mission if one is named.

        Args:
            user_id, email: who is meant, by one of them.
            reason: why, in words; both people see it.

        Raises:
            NotFound: no such domain, person or running mission; or the domain is not the caller's to decide on.
            Forbidden: the caller looks in by a grant, and a grant cannot grant.
            InvalidInput: the span or the reason will not do.
        """
        reason = clean_text(reason).strip()[:500]
        if not reason:
            raise InvalidInput("Say why.")
        if not SHORTEST <= span <= LONGEST:
            raise InvalidInput("A grant lasts one minute to eight hours.")
        user = await self._work.read(lambda db: self._admit(db, me, domain_id, user_id, email, mission_id))
        # The engine keeps the life of it, so that it stands among all sessions; the row says what it opens.
        session = await self._sessions.grant(user.id, [f"domain:{domain_id}"], span, me.user_id, reason=reason)
        grant = Grant(
            id=session.handle,
            domain_id=domain_id,
            user_id=user.id,
            granted_by=me.user_id,
            reason=reason,
            mission_id=mission_id,
            granted_at=session.created_at,
            ends_at=session.created_at + span,
        )

        def change(tx: Tx) -> GrantView:
            domain = rows.require(tx, domain_id)
            tx.add(grant)
            audit.record(
                tx,
                at=grant.granted_at,
                action="grant.given",
                actor_id=me.user_id,
                subject=user.id,
                reason=reason,
                grant_id=grant.id,
                domain=domain.name,
                minutes=int(span.total_seconds() // 60),
            )
            tx.emit(AccessChanged(user_id=user.id, domain_id=domain_id, change="granted"))
            return grant_view(grant, domain, user, tx.get(User, me.user_id))

        return await self._work.write(change)

    async def end(self, me: Principal, grant_id: str, *, reason: str = "") -> None:
        """End a grant now: for admins, owners of its domain, whoever gave it, and whoever holds it.

        Raises:
            NotFound: there is no such grant that holds, or it is none of the caller's.
        """

        def change(tx: Tx) -> None:
            grant = tx.get(Grant, grant_id) if is_id(grant_id) else None
            if grant is None or grant.ended_at is not None:
                raise NotFound
            involved = me.user_id in (grant.user_id, grant.granted_by)
            if not involved and not may_grant(me, rows.role_in(tx, me.user_id, grant.domain_id)):
                raise NotFound
            self._close(tx, grant, why="ended", actor_id=me.user_id, reason=clean_text(reason).strip()[:500])

        await self._work.write(change)
        await self._sessions.delete(grant_id, reason="ended")

    async def mine(self, me: Principal) -> list[GrantView]:
        """What is open to the caller by grants at this moment, the newest first."""
        now = self._clock.now()
        found = await self._work.read(lambda db: rows.grants(db, user_id=me.user_id, holding_at=now))
        return [grant_view(*each) for each in found]

    async def of_domain(self, me: Principal, domain_id: str) -> list[GrantView]:
        """The grants of a domain, also those that are over: for its members and admins. Raises `NotFound`."""

        def query(db: DbSession) -> list[GrantView]:
            rows.require(db, domain_id)
            if rows.role_in(db, me.user_id, domain_id) is None and not may(me, Action.ADMINISTER):
                raise NotFound
            return [grant_view(*each) for each in rows.grants(db, domain_id=domain_id)]

        return await self._work.read(query)

    async def all(self, me: Principal, *, holding: bool = True, user_id: str | None = None) -> list[GrantView]:
        """Everybody's grants, the newest first; for admins.

        Args:
            holding: only those that hold now; else also those that are over.
        """
        if not may(me, Action.ADMINISTER):
            raise Forbidden
        now = self._clock.now() if holding else None
        found = await self._work.read(lambda db: rows.grants(db, user_id=user_id, holding_at=now))
        return [grant_view(*each) for each in found]

    async def settle(self) -> int:
        """Mark what is over and tell the open pages; how many. Running it again at once finds nothing."""
        now = self._clock.now()
        if not await self._work.read(lambda db: rows.due(db, now)):
            return 0

        def change(tx: Tx) -> list[str]:
            over = rows.due(tx, now)
            for grant in over:
                self._close(tx, grant, why=rows.why_over(tx, grant, now), actor_id=None)
            return [grant.id for grant in over]

        ended = await self._work.write(change)
        for grant_id in ended:
            await self._sessions.delete(grant_id, reason="over")
        return len(ended)

    async def run(self) -> None:
        """Settle whenever a grant's time comes, a mission ends or somebody's standing changes; until cancelled."""
        async with listening(self._bus, ADMIN_TOPIC) as heard:
            while True:
                wait_s = LOOK_AT_LEAST_EVERY_S
                with suppress(JamBotError):
                    await self.settle()
                    wait_s = await self._until_next_end()
                deadline = asyncio.get_running_loop().time() + wait_s
                while (left := deadline - asyncio.get_running_loop().time()) > 0:
                    try:
                        event = await asyncio.wait_for(heard.next(), left)
                    except TimeoutError:
                        break
                    if isinstance(event, AccessChanged | MissionChanged | UserChanged) or heard.missed:
                        heard.missed = False
                        break

    async def _until_next_end(self) -> float:
        at = await self._work.read(rows.next_end)
        left = (at - self._clock.now()).total_seconds() if at else LOOK_AT_LEAST_EVERY_S
        return min(max(left, 0.01), LOOK_AT_LEAST_EVERY_S)

    def _admit(
        self,
        db: DbSession,
        me: Principal,
        domain_id: str,
        user_id: str | None,
        email: str | None,
        mission_id: str | None,
    ) -> User:
        rows.require(db, domain_id)
        if not may_grant(me, rows.role_in(db, me.user_id, domain_id)):
            now = self._clock.now()
            raise Forbidden("A grant cannot grant.") if domain_id in rows.open_to(db, me.user_id, now) else NotFound
        if mission_id is not None:
            mission = db.get(Mission, mission_id) if is_id(mission_id) else None
            if mission is None or mission.status in rows.OVER:
                raise NotFound
        return user_of(db, user_id=user_id, email=email)

    def _close(self, tx: Tx, grant: Grant, *, why: str, actor_id: str | None, reason: str = "") -> None:
        now = self._clock.now()
        grant.ended_at, grant.end_reason = now, why
        tx.add(grant)
        audit.record(
            tx,
            at=now,
            action="grant.ended",
            actor_id=actor_id,
            subject=grant.user_id,
            reason=reason,
            grant_id=grant.id,
            domain_id=grant.domain_id,
            why=why,
        )
        tx.emit(AccessChanged(user_id=grant.user_id, domain_id=grant.domain_id, change="ended"))

    async def _heard(self, event: SessionEvent) -> None:
        """The engine ended the session of a grant, as an admin may in the list of all sessions: so the grant ends."""
        if event.kind != KIND:
            return

        def change(tx: Tx) -> None:
            grant = tx.get(Grant, event.session_id)
            if grant is not None and grant.ended_at is None:
                self._close(tx, grant, why="time" if event.name == "expired" else "ended", actor_id=None)

        await self._work.write(change)
