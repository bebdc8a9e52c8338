"""Sessions in Redis: shared by every process, one round trip per operation, gone by themselves if nobody sweeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from jambot.sessions.errors import BadConfiguration, SessionNotFound, StaleFence, StaleVersion, TooManySessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.record import Record, Records, next_version
from jambot.sessions.stores import redis_changing, redis_ending, redis_finding, redis_making
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.redis_adopting import ADOPT
from jambot.sessions.stores.redis_counting import Counting
from jambot.sessions.stores.redis_feed import Feed
from jambot.sessions.stores.redis_lua import Script
from jambot.sessions.stores.redis_record import content, decode, decode_all, encode, place, stays_ms, swept
from jambot.sessions.stores.redis_turn import Turns
from jambot.sessions.stores.redis_wire import Wire
from jambot.sessions.tickets import handle_of

_LOOK_AT_MOST = 500
_SWEEP_AT_MOST = 1000
_ADOPT_AT_ONCE = 200
_TAKEN = "A session with this handle exists already."


class RedisStore:
    """Sessions in Redis.

    What Redis acknowledged it may still lose when it crashes or fails over: people then sign in again. Keep nothing
    here that has no other home.

    Args:
        url: `redis://[user:password@]host:port/db`, or `rediss://` for TLS; without one, `host` and the others say it.
        namespace: keeps several managers apart; all keys of one share a hash tag, and so a slot of a cluster.
        timeout_s: how long Redis may take to answer before `StoreUnavailable`.
    """

    has_peers = True
    bite_s = 0.002

    def __init__(
        self,
        url: str | None = None,
        *,
        host: str | None = None,
        port: int = 6379,
        password: str | None = None,
        db: int = 0,
        namespace: str = "session",
        timeout_s: float = 2.0,
    ) -> None:
        if url is not None and host is not None:
            raise BadConfiguration("store", "a Redis has a url or a host, not both")
        url = url or f"redis://:{quote(password or '', safe='')}@{host or 'localhost'}:{port}/{db}"
        self._given: tuple[str, str, float] = url, namespace, timeout_s
        # No retries: a command whose answer was lost may have been carried out, and must not be carried out twice.
        try:
            self._client = Redis.from_url(
                url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
            )
        except ValueError as exc:
            raise BadConfiguration("store", "a Redis is redis://<address> or rediss://<address>") from exc
        self._prefix = f"jambot:{{{namespace}}}:"
        self._sessions = self._prefix.encode() + b"s"
        self._wire = Wire(self._client.connection_pool, timeout_s=timeout_s)
        self.breaker = self._wire.breaker
        self._creating = Turns(self._wire, redis_making.CREATE, self._prefix)
        self._counting = Counting(self._wire, self._prefix)
        self._deleting = Turns(self._wire, redis_ending.DELETE, self._prefix)
        # A listener waits for as long as nothing happens, which a timeout would take for a lost connection.
        self._hearing = Redis.from_url(url, socket_connect_timeout=timeout_s, health_check_interval=15)
        self.feed = Feed(self._hearing, f"{self._prefix}events")

    async def start(self) -> None:
        looked_at = _ADOPT_AT_ONCE
        while looked_at == _ADOPT_AT_ONCE:
            looked_at = await self._wire.run(ADOPT, self._prefix, _ADOPT_AT_ONCE)
        await self._counting.take_over()

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        handle, stored = place(record.handle), encode(record)
        if record.lookup is None and not record.requests and (limit == 0 or record.user_id is None):
            ms, whose = stays_ms(record, now_us), (record.kind, record.user_id or "")
            times = record.created_us, record.expires_us
            if await self._creating.call(handle, stored, ms, *whose, *times, weight=len(stored)):
                return Created(record=record)
            raise StaleVersion(_TAKEN)
        said, *rest = await self._run(redis_making.CREATE_WITHIN, now_us, handle, stored, limit, int(refuse))
        if said == b"existed":
            return Created(record=decode(rest[1], handle_of(rest[0])), existed=True)
        if said == b"full":
            raise TooManySessions
        if said == b"taken":
            raise StaleVersion(_TAKEN)
        return Created(record=record, evicted=tuple(decode_all(rest)))

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        stored = await self._wire.ask("GET", self._sessions + place(handle))
        if stored is None:
            return None
        record = decode(stored, handle)
        return record if record.expires_us > now_us else None

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        said, *rest = await self._run(
            redis_changing.SET,
            now_us,
            place(record.handle),
            expected_version,
            "" if fence is None else fence,
            record.accessed_us,
            record.extended_us,
            record.expires_us,
            record.secret_hash,
            content(record),
            next_version(expected_version, record),
        )
        if said == b"fence":
            raise StaleFence
        if said == b"stale":
            raise StaleVersion
        return decode(rest[0], record.handle) if said == b"written" else None

    async def touch(self, record: Record, *, now_us: int) -> bool:
        times = (record.accessed_us, record.extended_us, record.expires_us)
        return bool(await self._run(redis_changing.TOUCH, now_us, place(record.handle), record.version, *times))

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        wanted = "" if version is None else version
        stored = await self._deleting.call(place(handle), secret_hash or b"", wanted, now_us)
        return None if stored is None else decode(stored, handle)

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return await self.get(handle, now_us=now_us) is not None

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        found = decode_all(await self._run(redis_finding.BY_LOOKUP, now_us, lookup))
        return found[0] if found else None

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        found = decode_all(await self._wire.run(redis_finding.BY_USER, self._prefix, user_id))
        return [r for r in found if r.expires_us > now_us and kind in (None, r.kind)]

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        kept = b"" if except_handle is None else place(except_handle)
        return decode_all(await self._run(redis_ending.DELETE_BY_USER, now_us, user_id, kind or "", kept))

    async def list(self, query: Query, *, now_us: int) -> Records:
        found: Records = []
        wanted = query.offset + query.limit
        score, handle = ("", b"") if query.after is None else (str(query.after[0]), place(query.after[1]))
        while len(found) < wanted:
            score, handle, some = await self._run(
                redis_finding.PAGE,
                now_us,
                query.user_id or "",
                query.kind or "",
                query.state or "",
                int(query.include_expired),
                query.idle_after_us,
                wanted - len(found),
                score,
                handle,
                _LOOK_AT_MOST,
            )
            found += decode_all(some)
            if not score:
                break
        return found[query.offset :]

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        gone = await self._run(redis_ending.CLEANUP, now_us, min(limit, _SWEEP_AT_MOST))
        return [swept(member, now_us) for member in gone]

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        return await self._counting.stats(idle_after_us=idle_after_us, now_us=now_us)

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        stored = await self._run(redis_changing.COUNT, now_us, place(handle), requests, connections, lease_us)
        return None if stored is None else decode(stored, handle)

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        fence = await self._run(redis_changing.LOCK, now_us, place(handle), owner, lease_us)
        if fence < 0:
            raise SessionNotFound
        return fence or None

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        return bool(await self._run(redis_changing.UNLOCK, now_us, place(handle), owner))

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        return self.feed.listen(listener, missed)

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        await self._wire.ask("PUBLISH", f"{self._prefix}events", self.feed.message(events))

    def aside(self) -> RedisStore:
        url, namespace, timeout_s = self._given
        return RedisStore(url, namespace=f"{namespace}~", timeout_s=timeout_s)

    async def close(self) -> None:
        await self.feed.close()
        await self._hearing.aclose()
        await self._wire.close()
        await self._client.aclose()

    async def _run(self, script: Script, now_us: int, *args: Any) -> Any:
        return await self._wire.run(script, self._prefix, now_us, *args)
