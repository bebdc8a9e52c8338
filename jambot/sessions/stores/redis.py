"""Sessions in Redis: shared by every process, one round trip per operation, gone by themselves if nobody sweeps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from jambot.sessions.errors import SessionNotFound, StaleFence, StaleVersion, TooManySessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.record import Record, Records
from jambot.sessions.stores import redis_scripts as scripts
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.redis_feed import Feed
from jambot.sessions.stores.redis_record import HEADER_BYTES, content, decode, encode
from jambot.sessions.stores.redis_wire import Wire

_LOOK_AT_MOST = 2000
_COUNT_AT_ONCE = 1000
_BUSIEST_USERS = 100


class RedisStore:
    """Sessions in Redis.

    What Redis acknowledged it may still lose when it crashes or fails over: people then sign in again. Keep nothing
    here that has no other home.

    Args:
        url: `redis://[user:password@]host:port/db`, or `rediss://` for TLS.
        namespace: keeps several managers apart; all keys of one share a hash tag, and so a slot of a cluster.
        timeout_s: how long Redis may take to answer before `StoreUnavailable`.
    """

    has_peers = True

    def __init__(self, url: str, *, namespace: str = "session", timeout_s: float = 2.0) -> None:
        # No retries: a command whose answer was lost may have been carried out, and must not be carried out twice.
        self._client = Redis.from_url(
            url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
        )
        self._tag = f"jambot:{{{namespace}}}"
        self._wire = Wire(self._client.connection_pool, timeout_s=timeout_s)
        # A listener waits for as long as nothing happens, which a timeout would take for a lost connection.
        self._hearing = Redis.from_url(url, socket_connect_timeout=timeout_s, health_check_interval=15)
        self.feed = Feed(self._hearing, f"{self._tag}:events")

    async def start(self) -> None:
        await self._wire.ask("PING")

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        said, *rest = await self._run(scripts.CREATE, now_us, record.handle, encode(record), limit, int(refuse))
        if said == b"existed":
            return Created(record=decode(rest[0]), existed=True)
        if said == b"full":
            raise TooManySessions
        if said == b"taken":
            raise StaleVersion("A session with this handle exists already.")
        return Created(record=record, evicted=tuple(decode(r) for r in rest))

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        stored = await self._wire.ask("GET", f"{self._tag}:s:{handle}")
        if stored is None:
            return None
        record = decode(stored)
        return record if record.live(now_us) else None

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        said, *rest = await self._run(
            scripts.SET,
            now_us,
            record.handle,
            expected_version,
            "" if fence is None else fence,
            record.accessed_us,
            record.extended_us,
            record.expires_us,
            record.secret_hash,
            content(record),
        )
        if said == b"fence":
            raise StaleFence
        if said == b"stale":
            raise StaleVersion
        return decode(rest[0]) if said == b"written" else None

    async def touch(self, record: Record, *, now_us: int) -> bool:
        times = (record.accessed_us, record.extended_us, record.expires_us)
        return bool(await self._run(scripts.TOUCH, now_us, record.handle, record.version, *times))

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        wanted = "" if version is None else version
        return _found(await self._run(scripts.DELETE, now_us, handle, secret_hash or b"", wanted))

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return await self.get(handle, now_us=now_us) is not None

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        return _found(await self._run(scripts.BY_LOOKUP, now_us, lookup))

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        return [decode(r) for r in await self._run(scripts.BY_USER, now_us, user_id, kind or "")]

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        gone = await self._run(scripts.DELETE_BY_USER, now_us, user_id, kind or "", except_handle or "")
        return [decode(r) for r in gone]

    async def list(self, query: Query, *, now_us: int) -> Records:
        found: Records = []
        wanted = query.offset + query.limit
        score, handle = ("", "") if query.after is None else (str(query.after[0]), query.after[1])
        while len(found) < wanted:
            score, handle, some = await self._run(
                scripts.PAGE,
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
            found += [decode(r) for r in some]
            if not score:
                break
        return found[query.offset :]

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        gone = await self._run(scripts.CLEANUP, now_us, limit)
        return [_remembered(r, now_us) for r in gone]

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        states: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        users: Counter[str] = Counter()
        used_us, first, seen = 0, 0, _COUNT_AT_ONCE
        while seen == _COUNT_AT_ONCE:
            seen, *some, used = await self._run(scripts.STATS, now_us, first, idle_after_us, _COUNT_AT_ONCE)
            for counter, counted in zip((states, kinds, users), some, strict=True):
                counter.update(json.loads(counted))
            used_us += int(used)
            first += seen
        total = sum(kinds.values())
        return StoreStats(
            total=total,
            active=states["active"],
            idle=states["idle"],
            expiring=states["expiring"],
            expired=states["expired"],
            by_user=dict(users.most_common(_BUSIEST_USERS)),
            by_kind=dict(kinds),
            mean_duration_s=used_us / total / 1e6 if total else 0.0,
        )

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        return _found(await self._run(scripts.COUNT, now_us, handle, requests, connections, lease_us))

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        fence = await self._run(scripts.LOCK, now_us, handle, owner, lease_us)
        if fence < 0:
            raise SessionNotFound
        return fence or None

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        return bool(await self._run(scripts.UNLOCK, now_us, handle, owner))

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        return self.feed.listen(listener, missed)

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        await self._wire.ask("PUBLISH", f"{self._tag}:events", self.feed.message(events))

    async def close(self) -> None:
        await self.feed.close()
        await self._hearing.aclose()
        await self._wire.close()
        await self._client.aclose()

    async def _run(self, script: str, now_us: int, *args: Any) -> Any:
        return await self._wire.run(script, f"{self._tag}:c", self._tag, now_us, *args)


def _found(stored: bytes | None) -> Record | None:
    return None if stored is None else decode(stored)


def _remembered(swept: bytes, now_us: int) -> Record:
    """A swept session; of one that Redis had dropped by itself only its `handle:kind` is left."""
    if len(swept) > HEADER_BYTES:
        return decode(swept)
    handle, kind = swept.decode().split(":")
    return Record(
        handle=handle,
        secret_hash=b"",
        kind=kind,
        user_id=None,
        lookup=None,
        created_us=now_us,
        accessed_us=now_us,
        extended_us=now_us,
        expires_us=now_us,
        version=0,
        facts=b"",
        body=b"",
    )
