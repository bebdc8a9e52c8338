"""The contract of a session store. Every store passes the same conformance suite, unchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import msgspec

from jambot.sessions.breaker import Breaker
from jambot.sessions.events import SessionEvent
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, Records


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """What a create did.

    Attributes:
        record: the stored record; an earlier one when `existed`.
        existed: a living session already had this lookup, and nothing was written.
        evicted: sessions that made room for it: over the user's limit, or over the store's capacity.
    """

    record: Record
    existed: bool = False
    evicted: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which sessions to list, newest first. `after` is the last (created_us, handle) of the page before."""

    user_id: str | None = None
    kind: str | None = None
    state: SessionState | None = None
    include_expired: bool = False
    idle_after_us: int
    limit: int = 100
    after: tuple[int, str] | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStats:
    """Counts at one moment. `by_user` holds the hundred users with the most living sessions."""

    total: int = 0
    active: int = 0
    idle: int = 0
    expiring: int = 0
    expired: int = 0
    by_user: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)
    mean_duration_s: float = 0.0


class SessionStore(Protocol):
    """Keeps records until their end. Safe to call from any task of one event loop.

    `now_us` decides what has ended: such a record is gone for every reader, swept or not, and is never revived.
    Any method may raise `StoreUnavailable` when the backend does not answer; nothing is then promised about a write.
    """

    has_peers: bool
    """Whether other processes share this store, so that events are worth publishing."""

    bite_s: float
    """How long one `cleanup` may hold up others, in seconds: longer where every write ends with a flush or a trip."""

    async def start(self) -> None:
        """Make ready: connect, create what is missing. Calling it again changes nothing."""
        ...

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        """Add a record, atomically within `limit` living sessions of its user and kind (0: any number).

        At the limit the oldest by creation are evicted; with `refuse`, `TooManySessions` is raised and nothing written.
        """
        ...

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        """The living record, or None. Moves nothing."""
        ...

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        """Replace the record if its version is `expected_version`; the stored one gets the next version,
        or the record's own where that is later: then it stands for several writes (`record.next_version`).

        Counts, lease and fence are the store's own and stay. Where a later use moved the times, those stay too.

        Returns:
            What is stored now, or None when the session is gone; a late save never brings it back.

        Raises:
            StaleVersion: someone else wrote first. StaleFence: the lock numbered `fence` is no longer the last.
        """
        ...

    async def touch(self, record: Record, *, now_us: int) -> bool:
        """Write the three times of `record` if the stored version is still its version and its access is not later.

        Not a write in the sense of `version`. Returns False when the session is gone or was written meanwhile.
        """
        ...

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        """Remove it. Returns what was removed if it was alive, so that one of several callers gets it.

        With a `secret_hash` or a `version` only a record that has it is removed.
        """
        ...

    async def exists(self, handle: str, *, now_us: int) -> bool:
        """Whether it is alive."""
        ...

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        """The living record with this lookup."""
        ...

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        """The user's living records, newest first."""
        ...

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        """Remove the user's records but one. Returns those that were alive."""
        ...

    async def list(self, query: Query, *, now_us: int) -> Records:
        """One page, newest first."""
        ...

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        """Remove up to `limit` ended records, earliest end first; each is returned to exactly one caller.

        A record stays while a believed request is at work in it. Of what is returned the handle, the kind and the user
        are true; a store need not have read the rest.
        """
        ...

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        """Counts by state, user and kind."""
        ...

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        """Add to the counters (never below 0; requests whose lease ran out do not count) and prolong the lease.

        Returns the record with its counters, or None when the session is gone. An ended but unswept session can be
        left (negative numbers) but not entered.
        """
        ...

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        """Take the lock until `lease_us` (a moment) and return its fence, higher than every one before; None if held.

        Raises:
            SessionNotFound: there is no such living session.
        """
        ...

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        """Give the lock back; False when `owner` no longer held it."""
        ...

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Hear events that other processes published; returns the call that stops it.

        `missed` is called when some may have been lost on the way.
        """
        ...

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        """Tell the other processes on this store. Best effort: what is lost here is still true in the store."""
        ...

    def aside(self) -> SessionStore:
        """A store of the same kind in the same place for what managers note for themselves, shared by all of them.

        Nothing in it shows in this store, and whoever asks for it closes it. It needs no start once this one has.
        """
        ...

    async def close(self) -> None:
        """Let go of connections. Calling it again changes nothing."""
        ...


@runtime_checkable
class SealingStore(Protocol):
    """A store that seals by itself, beside what the manager seals; it can be told to use its newest key."""

    async def reseal(self, handle: str) -> bool:
        """Seal the session's row with the newest key; False when it is already, or gone."""
        ...


@runtime_checkable
class PromptStore(Protocol):
    """A store that may answer `get` at once, for the hottest path: a coroutine takes longer than a lookup."""

    look: Callable[[str, int], Record | None] | None
    """As `get(handle, now_us=...)`; None where that has to wait."""


@runtime_checkable
class RemoteStore(Protocol):
    """A store that may be away, and whose operations then fail at once: each would wait for its whole time limit."""

    breaker: Breaker
    """Open while the store leaves operations without an answer."""
