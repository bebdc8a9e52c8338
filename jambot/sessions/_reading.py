"""Finding sessions: by id, by user, by page; counting them."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from msgspec.structs import replace

from jambot.errors import BadCursor
from jambot.sessions import expiration
from jambot.sessions._core import Core
from jambot.sessions.config import DriftPolicy
from jambot.sessions.errors import InvalidSession
from jambot.sessions.expiration import SessionState, Strategy, touch_due
from jambot.sessions.moments import from_us, to_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session
from jambot.sessions.stores.protocol import Query, StoreStats
from jambot.sessions.tickets import parse
from jambot.sessions.values import clean_agent

LARGEST_PAGE = 1000
Sessions = list[Session]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    """Some sessions, newest first; `cursor` asks for the next ones, None when these were the last."""

    sessions: tuple[Session, ...]
    cursor: str | None

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions)

    def __len__(self) -> int:
        return len(self.sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStats:
    """Counts at one moment, and what this manager did since it was made."""

    now: StoreStats
    created: int
    expired: int
    evicted: int
    cleaned: int


class Reading(Core):
    """The manager's questions. Only `get` with `touch` moves anything."""

    async def get(
        self,
        session_id: str,
        touch: bool = True,
        *,
        ip_address: str | None = None,
        user_agent: str | None = None,
    ) -> Session | None:
        """The living session `session_id` opens, or None.

        Args:
            touch: this is a person's use of it, which extends a sliding or hybrid session. Pass False for programs.
            ip_address, user_agent: from where it is used now; compared as `ip_policy` and `agent_policy` say.

        Raises:
            SessionUnreadable: it is there, but its data does not open. Where nothing is sealed, damage is only met
                when `data` or `pins` are read.
        """
        now_us = self._now_us()
        ticket = parse(session_id)
        if ticket is None:
            return None
        look, handle = self._look, ticket.handle
        record = await self._store.get(handle, now_us=now_us) if look is None else look(handle, now_us)
        if record is None or not self._opens(ticket, record, opening=True):
            return None
        session = self._session(record, session_id, now_us)
        if self._watches_drift and self._refuses_drift(session, ip_address, user_agent):
            return None
        idle_us, longest_us = now_us - record.accessed_us, self._touch_us
        # Its ttl is at least what it was last given, or a later end was promised before the clock was set back. So most
        # uses need not read the facts, where the ttl stands.
        given_us = record.expires_us - record.extended_us
        if not touch or not touch_due(idle_us=idle_us, ttl_us=given_us, longest_us=longest_us):
            return session
        if not touch_due(idle_us=idle_us, ttl_us=session.terms.ttl_us, longest_us=longest_us):
            return session
        return await self._touched(session, now_us)

    async def validate(self, session_id: str, *, ip_address: str | None = None, user_agent: str | None = None) -> bool:
        """Whether `get` would find it. Never extends."""
        found = await self.get(session_id, touch=False, ip_address=ip_address, user_agent=user_agent)
        return found is not None

    async def exists(self, session_id: str) -> bool:
        """Whether the session an id or handle stands for is alive. Never extends."""
        return await self._find(session_id, opening=False, now_us=self._now_us()) is not None

    async def find(self, handle: str) -> Session | None:
        """The session a handle names, for those who administer sessions. Never extends; its `id` is the handle."""
        now_us = self._now_us()
        record = await self._find(handle, opening=False, now_us=now_us)
        return None if record is None else self._codec.listed(record, now_us=now_us)

    async def state(self, session_id: str) -> SessionState:
        """What an id or handle looks like now; an unknown one reads as expired."""
        now_us = self._now_us()
        record = await self._find(session_id, opening=False, now_us=now_us)
        return SessionState.EXPIRED if record is None else record.state(now_us, self._idle_after_us)

    async def list(
        self,
        *,
        user_id: str | None = None,
        kind: str | None = None,
        state: SessionState | str | None = None,
        include_expired: bool = False,
        limit: int = 100,
        cursor: str | None = None,
        offset: int = 0,
    ) -> SessionPage:
        """One page, newest first. Never extends.

        Args:
            include_expired: also those that ended and were not swept yet.
            cursor: from the page before. `offset` works too, but costs as much as all it skips.

        Raises:
            BadCursor: the cursor is not one of ours.
        """
        if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
            raise InvalidSession("limit", f"must be between 1 and {LARGEST_PAGE}")
        if not isinstance(offset, int) or offset < 0:
            raise InvalidSession("offset", "must be a number that is not negative")
        now_us = self._now_us()
        query = Query(
            user_id=user_id,
            kind=kind,
            state=None if state is None else _state(state),
            include_expired=include_expired,
            idle_after_us=self._idle_after_us,
            limit=limit + 1,
            after=None if cursor is None else _read_cursor(cursor),
            offset=offset,
        )
        records = await self._store.list(query, now_us=now_us)
        more = len(records) > limit
        records = records[:limit]
        return SessionPage(
            sessions=tuple(self._codec.listed(r, now_us=now_us) for r in records),
            cursor=_cursor(records[-1]) if more else None,
        )

    async def get_user_sessions(self, user_id: str, *, kind: str | None = None) -> Sessions:
        """The user's living sessions, newest first. Never extends."""
        now_us = self._now_us()
        records = await self._store.by_user(user_id, kind=kind, now_us=now_us)
        return [self._codec.listed(r, now_us=now_us) for r in records]

    async def get_by_user(self, user_id: str, *, kind: str | None = None) -> Session | None:
        """The user's latest living session."""
        sessions = await self.get_user_sessions(user_id, kind=kind)
        return sessions[0] if sessions else None

    async def stats(self) -> SessionStats:
        """Counts by state, user (the busiest hundred) and kind."""
        found = await self._store.stats(idle_after_us=self._idle_after_us, now_us=self._now_us())
        totals = self._totals
        return SessionStats(
            now=found,
            created=totals.created,
            expired=totals.expired,
            evicted=totals.evicted,
            cleaned=totals.cleaned,
        )

    async def get_metrics(self) -> dict[str, Any]:
        """The figures a monitor wants."""
        stats = await self.stats()
        return {
            "active_sessions": stats.now.total,
            "total_sessions_created": stats.created,
            "total_sessions_expired": stats.expired,
            "total_sessions_cleaned": stats.cleaned,
            "session_timeout_minutes": self.config.ttl.total_seconds() / 60,
            "max_concurrent_requests": self.config.max_concurrent_requests,
        }

    def has_scope(self, session: Session, scope: str) -> bool:
        """Whether the session may act in `scope` now; a session that ended may nothing."""
        return scope in session.scopes and not expiration.expired(session.expires_at, self.now())

    async def _touched(self, session: Session, now_us: int) -> Session | None:
        """The session after a use; None when it went away meanwhile."""
        now = from_us(now_us)
        extended_us = session.record.extended_us if session.strategy is Strategy.FIXED else now_us
        ends_us = to_us(expiration.end_when_used(session.lifetime, now))
        moved = replace(session.record, accessed_us=now_us, extended_us=extended_us, expires_us=ends_us)
        if await self._store.touch(moved, now_us=now_us):
            return replace(session, record=moved)
        current = await self._find(session.id, opening=True, now_us=now_us)
        return None if current is None else self._session(current, session.id, now_us)

    def _refuses_drift(self, session: Session, ip_address: str | None, user_agent: str | None) -> bool:
        refused = False
        for field, policy, before, now in (
            ("ip_address", self.config.ip_policy, session.ip_address, ip_address),
            ("user_agent", self.config.agent_policy, session.user_agent, clean_agent(user_agent)),
        ):
            if policy is DriftPolicy.OFF or before is None or now is None or before == now:
                continue
            log.warning("session.used_from_elsewhere", session=session.handle, field=field, policy=policy.value)
            refused = refused or policy is DriftPolicy.REFUSE
        return refused


def _state(value: SessionState | str) -> SessionState:
    try:
        return SessionState(value)
    except ValueError:
        raise InvalidSession("state", f"is none of: {', '.join(SessionState)}") from None


def _cursor(record: Record) -> str:
    place = struct.pack(">q", record.created_us) + UUID(record.handle).bytes
    return base64.urlsafe_b64encode(place).decode()


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        place = base64.urlsafe_b64decode(cursor)
        return struct.unpack(">q", place[:8])[0], str(UUID(bytes=place[8:]))
    except (ValueError, TypeError, struct.error, binascii.Error) as exc:
        raise BadCursor from exc
