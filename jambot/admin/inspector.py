"""One session from close by: its terms, its counts, what happened to it. Never its contents, nor what opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.access import Action, Principal, require
from jambot.admin.session_log import LogEntry, SessionLog
from jambot.clean import visible_name
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.models import User
from jambot.db.repositories import administration, users
from jambot.errors import NotFound
from jambot.ids import is_id
from jambot.sessions import Session, SessionManager
from jambot.sessions.health import Health, HealthMonitor
from jambot.sessions.moments import from_us, to_us

MOST_EVENTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetail:
    """A session as the inspector shows it.

    Attributes:
        state: expired for one that is gone; its log is then all there is.
        pins: the names of what is pinned; the values are its owner's.
        lease_until: until when its running requests are believed in. locked_until: None when nobody holds its lock.
        open_pages: how many of its pages are open now.
        requests, errors: what this process saw of it.
    """

    handle: str
    kind: str
    state: str
    user_id: str | None
    email: str
    name: str
    device: str = ""
    ip_address: str = ""
    user_agent: str = ""
    strategy: str = ""
    ttl: timedelta | None = None
    max_age: timedelta | None = None
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    extended_at: datetime | None = None
    ends_at: datetime | None = None
    version: int = 0
    scopes: Sequence[str] = ()
    pins: Sequence[str] = ()
    connections: int = 0
    active_requests: int = 0
    lease_until: datetime | None = None
    locked_until: datetime | None = None
    fence: int = 0
    is_readable: bool = True
    open_pages: int = 0
    requests: int = 0
    errors: int = 0
    last_request_at: datetime | None = None
    events: Sequence[LogEntry] = ()


class Inspector:
    """Looks at one session at a time."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        sessions: SessionManager,
        log: SessionLog,
        health: HealthMonitor,
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        self._log = log
        self._health = health

    async def inspect(self, me: Principal, handle: str) -> SessionDetail:
        """The session a handle names, or what the log still knows of one that is gone.

        Raises:
            NotFound: there is none, and nothing is known of one.
        """
        require(me, Action.ADMINISTER)
        if not is_id(handle):
            raise NotFound
        events = await self._log.newest(me, handle=handle, limit=MOST_EVENTS)
        session = await self._sessions.find(handle)
        if session is None and not events:
            raise NotFound
        user_id = session.user_id if session else events[0].user_id
        named = await self._work.read(lambda db: users.names_by_id(db, {user_id} if user_id else set()))
        user = named.get(user_id or "")
        if session is not None:
            return await self._detail(session, user, events)
        return SessionDetail(
            handle=handle,
            kind=events[0].kind,
            state="expired",
            user_id=user_id,
            email=user.email if user else "",
            name=visible_name(user.name) if user else "",
            events=events,
        )

    async def _detail(self, session: Session, user: User | None, events: Sequence[LogEntry]) -> SessionDetail:
        now = self._clock.now()
        namespace = self._sessions.config.namespace
        held = await self._work.read(
            lambda db: administration.held(db, namespace=namespace, handle=session.handle, now=now)
        )
        seen: Health = self._health.of(session.handle)
        return SessionDetail(
            handle=session.handle,
            kind=session.kind,
            state=session.state(now, self._sessions.config.idle_after).value,
            user_id=session.user_id,
            email=user.email if user else "",
            name=visible_name(user.name) if user else "",
            device=visible_name(str(session.metadata.get("device", ""))),
            ip_address=visible_name(session.ip_address or ""),
            user_agent=visible_name(session.user_agent or "", most=256),
            strategy=session.strategy.value,
            ttl=session.ttl,
            max_age=session.max_age,
            created_at=session.created_at,
            last_used_at=session.last_accessed_at,
            extended_at=session.extended_at,
            ends_at=session.expires_at,
            version=session.version,
            scopes=[visible_name(scope) for scope in session.scopes],
            pins=sorted(visible_name(name) for name in session.pins),
            connections=session.connection_count,
            active_requests=session.active_requests,
            lease_until=_ahead(held.lease_us, now) if session.active_requests else None,
            locked_until=_ahead(held.lock_until_us, now),
            fence=held.fence,
            is_readable=session.readable,
            open_pages=held.open_pages,
            requests=seen.requests,
            errors=seen.errors,
            last_request_at=seen.last_activity_at,
            events=events,
        )


def _ahead(moment_us: int, now: datetime) -> datetime | None:
    return from_us(moment_us) if moment_us > to_us(now) else None
