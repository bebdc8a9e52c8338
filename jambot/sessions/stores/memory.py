"""Sessions in this process: for development, tests and single-process use. Nothing outlives the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hmac import compare_digest
from itertools import islice

from msgspec.structs import replace

from jambot.sessions.errors import BadConfiguration, SessionNotFound, StaleFence, StaleVersion, TooManySessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, Records, merged_times, next_version
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.shelf import Shelf

_BUSIEST_USERS = 100
_MOST_NOTES = 1_000_000


class MemoryStore:
    """A bounded shelf of records; the least recently used gives way.

    No method awaits between reading and writing, so each is atomic on its event loop. A sweep costs what it removes.

    Args:
        max_sessions: at so many the least recently used gives way.
    """

    has_peers = False
    bite_s = 0.002

    def __init__(self, *, max_sessions: int = 10_000) -> None:
        if max_sessions < 1:
            raise BadConfiguration("max_sessions", "must be at least 1")
        self._max_sessions = max_sessions
        self._shelf = Shelf()
        self._locks: dict[str, tuple[str, int]] = {}
        self._put_off: set[str] = set()  # by a sweep, to the end of a request's lease
        self._aside: MemoryStore | None = None

    async def start(self) -> None:
        """Nothing to make ready."""

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        if record.lookup is not None and (earlier := await self.by_lookup(record.lookup, now_us=now_us)):
            return Created(record=earlier, existed=True)
        if self._shelf.find(record.handle) is not None:
            raise StaleVersion("A session with this handle exists already.")
        evicted = self._make_room(record, limit=limit, refuse=refuse, now_us=now_us)
        self._shelf.add(record)
        return Created(record=record, evicted=tuple(evicted))

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        return self.look(handle, now_us)

    def look(self, handle: str, now_us: int) -> Record | None:
        """As `get`, without waiting."""
        record = self._shelf.find(handle)
        if record is None or record.expires_us <= now_us:
            return None
        self._shelf.use(handle)
        return record

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        stored = self._living(record.handle, now_us)
        if stored is None:
            return None
        if fence is not None and stored.fence != fence:
            raise StaleFence
        if stored.version != expected_version:
            raise StaleVersion
        written = replace(
            merged_times(stored, record),
            version=next_version(expected_version, record),
            connections=stored.connections,
            requests=stored.requests,
            lease_us=stored.lease_us,
            fence=stored.fence,
        )
        self._write(written)
        return written

    async def touch(self, record: Record, *, now_us: int) -> bool:
        stored = self._living(record.handle, now_us)
        if stored is None or stored.version != record.version or stored.accessed_us > record.accessed_us:
            return False
        times = {"accessed_us": record.accessed_us, "extended_us": record.extended_us, "expires_us": record.expires_us}
        self._write(replace(stored, **times))
        return True

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        record = self._living(handle, now_us)
        if record is None or (secret_hash is not None and not compare_digest(secret_hash, record.secret_hash)):
            return None
        return None if version is not None and version != record.version else self._remove(record)

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return self._living(handle, now_us) is not None

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        record = self._shelf.find_lookup(lookup)
        return record if record is not None and record.live(now_us) else None

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        return list(reversed(self._of_user(user_id, kind, now_us)))

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        return [self._remove(r) for r in self._of_user(user_id, kind, now_us) if r.handle != except_handle]

    async def list(self, query: Query, *, now_us: int) -> Records:
        source = (
            self._shelf.newest_first(query.after)
            if query.user_id is None
            else self._newest_of(query.user_id, query.after)
        )
        found = (r for r in source if _matches(r, query, now_us))
        return list(islice(found, query.offset, query.offset + query.limit))

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        removed: Records = []
        while len(removed) < limit and (record := self._shelf.take_ended(now_us)) is not None:
            if record.sweepable(now_us):
                removed.append(self._remove(record))
            else:
                self._put_off.add(record.handle)
                self._shelf.remind(max(record.expires_us, record.lease_us), record.handle)
        return removed

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        states = Counter(r.state(now_us, idle_after_us) for r in self._shelf)
        living = [r for r in self._shelf if r.live(now_us)]
        users = Counter(r.user_id for r in living if r.user_id is not None)
        used_us = sum(r.accessed_us - r.created_us for r in living)
        return StoreStats(
            total=len(living),
            active=states[SessionState.ACTIVE],
            idle=states[SessionState.IDLE],
            expiring=states[SessionState.EXPIRING],
            expired=states[SessionState.EXPIRED],
            by_user=dict(users.most_common(_BUSIEST_USERS)),
            by_kind=dict(Counter(r.kind for r in living)),
            mean_duration_s=used_us / len(living) / 1e6 if living else 0.0,
        )

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        stored = self._shelf.find(handle)
        if stored is None or (not stored.live(now_us) and (requests > 0 or connections > 0)):
            return None
        believed = stored.requests if stored.lease_us > now_us else 0
        counted = replace(
            stored,
            requests=max(0, believed + requests),
            connections=max(0, stored.connections + connections),
            lease_us=max(stored.lease_us, lease_us),
        )
        self._shelf.replace(counted)
        if counted.requests == 0 and handle in self._put_off:
            self._put_off.discard(handle)
            self._shelf.remind(counted.expires_us, handle)
        return counted

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        stored = self._living(handle, now_us)
        if stored is None:
            raise SessionNotFound
        holder = self._locks.get(handle)
        if holder is not None and holder[1] > now_us:
            return None
        self._locks[handle] = (owner, lease_us)
        self._shelf.replace(replace(stored, fence=stored.fence + 1))
        return stored.fence + 1

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        holder = self._locks.get(handle)
        if holder is None or holder[0] != owner:
            return False
        del self._locks[handle]
        return holder[1] > now_us

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        return lambda: None

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        """Nobody else shares this memory."""

    def aside(self) -> MemoryStore:
        if self._aside is None:
            self._aside = MemoryStore(max_sessions=_MOST_NOTES)
        return self._aside

    async def close(self) -> None:
        """Nothing to let go of."""

    def _living(self, handle: str, now_us: int) -> Record | None:
        record = self._shelf.find(handle)
        return record if record is not None and record.live(now_us) else None

    def _of_user(self, user_id: str, kind: str | None, now_us: int) -> Records:
        return [r for r in self._shelf.of_user(user_id) if r.live(now_us) and (kind is None or r.kind == kind)]

    def _newest_of(self, user_id: str, after: tuple[int, str] | None) -> Iterator[Record]:
        mine = reversed(self._shelf.of_user(user_id))
        return (r for r in mine if after is None or (r.created_us, r.handle) < after)

    def _make_room(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Records:
        mine = self._of_user(record.user_id, record.kind, now_us) if limit and record.user_id is not None else []
        if refuse and mine and len(mine) >= limit:
            raise TooManySessions
        evicted = [self._remove(r) for r in mine[: max(0, len(mine) - limit + 1)]] if limit else []
        while len(self._shelf) >= self._max_sessions:
            evicted.append(self._remove(next(iter(self._shelf))))
        return evicted

    def _write(self, written: Record) -> None:
        self._shelf.replace(written)
        self._shelf.use(written.handle)

    def _remove(self, record: Record) -> Record:
        self._locks.pop(record.handle, None)
        self._put_off.discard(record.handle)
        self._shelf.remove(record)
        return record


def _matches(record: Record, query: Query, now_us: int) -> bool:
    if query.kind is not None and record.kind != query.kind:
        return False
    if query.state is not None:
        return record.state(now_us, query.idle_after_us) is query.state
    return query.include_expired or record.live(now_us)
