"""What every part of the manager stands on: the store, the codec, the clock, the listeners."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from hmac import compare_digest

import structlog

from jambot.clock import Clock, SystemClock
from jambot.sessions.codec import Codec
from jambot.sessions.config import DriftPolicy, SessionConfig
from jambot.sessions.errors import InvalidSession
from jambot.sessions.events import Listener, Listeners, Seldom, SessionEvent, SessionEventName
from jambot.sessions.kinds import KindPolicy
from jambot.sessions.moments import clock_us, from_us, span_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session
from jambot.sessions.stores.protocol import PromptStore, RemoteStore, SessionStore
from jambot.sessions.tickets import Ticket, parse

_CONFLICT_EVERY_US = 5_000_000
log = structlog.get_logger(__name__)


class Totals:
    """What this manager did since it was made."""

    def __init__(self) -> None:
        self.created = 0
        self.expired = 0
        self.evicted = 0
        self.cleaned = 0


class Core:
    """Shared ground of the manager's parts; not used by itself."""

    def __init__(self, store: SessionStore, config: SessionConfig | None = None, *, clock: Clock | None = None) -> None:
        self.config = config or SessionConfig()
        self._store = store
        self._look = store.look if isinstance(store, PromptStore) else None
        self._clock = clock or SystemClock()
        self._now_us = clock_us(self._clock)
        self._kinds = self.config.kind_policies()
        self._codec = Codec(
            cipher=self.config.cipher(), namespace=self.config.namespace, max_bytes=self.config.max_data_bytes
        )
        self._touch_us = span_us(self.config.touch_interval)
        self._idle_after_us = span_us(self.config.idle_after)
        self._watches_drift = (self.config.ip_policy, self.config.agent_policy) != (DriftPolicy.OFF, DriftPolicy.OFF)
        self._listeners = Listeners()
        self._totals = Totals()
        self._conflicts = Seldom(span_us=_CONFLICT_EVERY_US)
        self._outbox: list[SessionEvent] = []
        self._posting: asyncio.Task[None] | None = None

    @property
    def store(self) -> SessionStore:
        """Where the sessions are."""
        return self._store

    @property
    def is_store_away(self) -> bool:
        """Whether the store left the last operations without an answer, so that they fail at once for a moment."""
        return isinstance(self._store, RemoteStore) and self._store.breaker.is_open

    def now(self) -> datetime:
        """The moment every decision of this manager is taken at."""
        return self._clock.now()

    def policy(self, kind: str) -> KindPolicy:
        """The rules of a kind; `InvalidSession` for one that is not registered."""
        return self._kind(kind)

    @property
    def codec(self) -> Codec:
        """How this manager codes and seals what it keeps; for those who move records."""
        return self._codec

    def _kind(self, name: str) -> KindPolicy:
        policy = self._kinds.get(name) if isinstance(name, str) else None
        if policy is None:
            raise InvalidSession("kind", f"is none of: {', '.join(sorted(self._kinds))}")
        return policy

    def _policy_of(self, kept: Record | Session) -> KindPolicy:
        """The policy of a stored kind; one that is no longer registered is treated as a credential, the strictest."""
        return self._kinds.get(kept.kind) or KindPolicy(name="unregistered", credential=True, refreshable=False)

    async def _find(self, session_id: str, *, opening: bool, now_us: int) -> Record | None:
        """The living record an id or handle stands for.

        Args:
            opening: the caller will act as its owner, so a credential must be shown whole; a handle is not enough.
        """
        ticket = parse(session_id)
        if ticket is None:
            return None
        record = await self._store.get(ticket.handle, now_us=now_us)
        return record if record is not None and self._opens(ticket, record, opening=opening) else None

    def _opens(self, ticket: Ticket, record: Record, *, opening: bool) -> bool:
        """Whether a secret that was shown is the right one; without one, whether the handle is enough."""
        if ticket.secret_hash is not None:
            return compare_digest(ticket.secret_hash, record.secret_hash)
        return not (opening and self._policy_of(record).credential)

    def _session(self, record: Record, shown_id: str, now_us: int) -> Session:
        return self._codec.session(record, shown_id=shown_id, now_us=now_us)

    def _tell(
        self, name: SessionEventName, records: Iterable[Record], *, now_us: int, reason: str | None = None
    ) -> None:
        """Say what happened, here and to the other processes on the store; never waits."""
        if not self._store.has_peers and not self._listeners.heard(name):
            return
        for record in records:
            event = SessionEvent(
                name=name,
                session_id=record.handle,
                user_id=record.user_id,
                kind=record.kind,
                at=from_us(now_us),
                reason=reason,
            )
            self._listeners.emit(event)
            if self._store.has_peers:
                self._outbox.append(event)
        if self._outbox and (self._posting is None or self._posting.done()):
            self._posting = asyncio.get_running_loop().create_task(self._post())

    def _tell_conflict(self, record: Record, *, now_us: int, reason: str) -> None:
        """Say that a write was refused, of each session every five seconds at most: two may fight for long."""
        if self._conflicts.passes(record.handle, now_us):
            self._tell(SessionEventName.CONFLICT, [record], now_us=now_us, reason=reason)

    async def _post(self) -> None:
        while self._outbox:
            batch, self._outbox = self._outbox, []
            try:
                await self._store.publish(batch)
            except Exception:
                log.warning("session.events_not_published", count=len(batch), exc_info=True)

    def on(self, event: str, listener: Listener) -> None:
        """Call `listener` (plain: in a thread; async: as a task) after each such event, in order, apart from you."""
        self._listeners.on(event, listener)

    def on_missed(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when events of other processes may have been lost, once they are heard again.

        What you keep in step with sessions by their events may be old then: forget it. Returns the call that stops it.
        """
        return self._listeners.on_missed(callback)

    def off(self, event: str, listener: Listener) -> bool:
        """Stop calling it; False when it was not registered."""
        return self._listeners.off(event, listener)

    async def events_settled(self, timeout_s: float = 5.0) -> bool:
        """Wait until all events so far were published and heard; False when a listener took longer."""
        if self._posting is not None:
            await asyncio.wait([self._posting], timeout=timeout_s)
        return await self._listeners.settled(timeout_s)
