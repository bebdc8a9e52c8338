"""The session engine on Redis, beside raw redis-py and other session libraries on the same server."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.exceptions import LockError

from jambot.clock import ManualClock
from jambot.sessions import RedisStore, SessionConfig, SessionManager
from tests.benchmarks.measure import Row, median
from tests.benchmarks.peers import TTL_S, Peers
from tests.benchmarks.racing import race, rows, timed_batches

TOGETHER = 32
CONTENDERS = 8
TO_SWEEP = 100_000
FEW, MANY = 10_000, 100_000


async def redis_rows(url: str, peers: Peers, data: dict[str, Any]) -> list[Row]:
    """S1 to S4, S8, S13, S14 and S16."""
    payload = msgspec.json.encode(data)
    raw = redis.Redis.from_url(url, max_connections=64)
    await raw.set("raw", payload)
    config = SessionConfig(auto_cleanup=False, ttl=timedelta(seconds=TTL_S))
    async with SessionManager(RedisStore(url, timeout_s=30), config) as manager:
        made = [
            *await _sliding(manager, raw, peers, data, payload),
            *await _making(manager, raw, data, payload),
            *await _listing(manager, raw, data, payload),
            *await _contending(manager, raw, data, payload),
            await _weighing(raw, manager, data, payload),
        ]
    made += await _counting(url)
    made += await _sweeping(url, data)
    await raw.aclose()
    return made


async def _sliding(manager: SessionManager, raw: Any, peers: Peers, data: dict[str, Any], payload: bytes) -> list[Row]:
    session = await manager.create("ada", data)

    async def ours() -> object:
        found = await manager.get(session.id)
        return found and found.data

    async def theirs() -> object:
        return msgspec.json.decode(await raw.getex("raw", ex=TTL_S))

    async_peers = {"starsessions": await peers.starsessions(), "aiocache": await peers.aiocache()}
    alone = {"django": peers.django("cache", together=False), "flask": peers.flask_session(together=False)}
    crowd = {"django": peers.django("cache", together=True), "flask": peers.flask_session(together=True)}
    one = await race({"ours": ours, "raw redis-py": theirs, **async_peers, **alone}, calls=30)
    many = await race(
        {"ours": ours, "raw redis-py": theirs, **async_peers, **crowd}, calls=320, together=TOGETHER, rounds=15
    )
    other: dict[str, float | None] = dict.fromkeys(("aiocache", "django", "flask"))
    return [
        *rows("S1 Redis get and slide, 1 caller", one, {"raw redis-py": 1.15, "starsessions": 0.5, **other}),
        *rows(
            f"S2 Redis get and slide, {TOGETHER} callers: calls a second",
            many,
            {"raw redis-py": 2.2, "starsessions": 6, **other},
            many=True,
        ),
    ]


async def _making(manager: SessionManager, raw: Any, data: dict[str, Any], payload: bytes) -> list[Row]:
    numbers = itertools.count()
    made: list[str] = []

    async def ours() -> object:
        session = await manager.create(f"user{next(numbers) % 1000}", data)
        made.append(session.id)
        return session

    async def theirs() -> object:
        number = next(numbers)
        pipeline = raw.pipeline(transaction=False)
        pipeline.set(f"raw:{number}", payload, ex=TTL_S)
        pipeline.zadd(f"raw:user:{number % 1000}", {str(number): number})
        pipeline.zadd("raw:all", {str(number): number})
        return await pipeline.execute()

    create = await race({"ours": ours, "raw pipeline of three": theirs}, calls=320, together=TOGETHER, rounds=11)

    async def end() -> object:
        return await manager.delete(made.pop())

    async def end_raw() -> object:
        number = next(numbers)
        pipeline = raw.pipeline(transaction=False)
        pipeline.delete(f"raw:{number}").zrem(f"raw:user:{number % 1000}", str(number)).zrem("raw:all", str(number))
        return await pipeline.execute()

    delete = await race({"ours": end, "raw pipeline of three": end_raw}, calls=320, together=TOGETHER, rounds=8)
    return [
        *rows("S3 Redis create with both indexes: a second", create, {"raw pipeline of three": 5}, many=True),
        *rows("S3 Redis delete: a second", delete, {"raw pipeline of three": None}, many=True),
    ]


async def _listing(manager: SessionManager, raw: Any, data: dict[str, Any], payload: bytes) -> list[Row]:
    for number in range(10):
        await manager.create("lister", data)
        await raw.set(f"listed:{number}", payload)
        await raw.zadd("listed", {str(number): number})

    async def ours() -> object:
        return [each.data for each in await manager.get_user_sessions("lister")]

    async def theirs() -> object:
        members = await raw.zrevrange("listed", 0, -1)
        return [msgspec.json.decode(each) for each in await raw.mget([b"listed:" + each for each in members])]

    async def one_by_one() -> object:
        members = await raw.zrevrange("listed", 0, -1)
        return [msgspec.json.decode(await raw.get(b"listed:" + each)) for each in members]

    taken = await race({"ours": ours, "raw ZRANGE and MGET": theirs, "one by one": one_by_one}, calls=15)
    return rows("S4 Redis list of a user's ten", taken, {"raw ZRANGE and MGET": 0.65, "one by one": 1 / 7})


async def _contending(manager: SessionManager, raw: Any, data: dict[str, Any], payload: bytes) -> list[Row]:
    session = await manager.create("ada", data)
    await raw.set("contended", payload)

    async def ours() -> object:
        return await manager.update(session.id, data)

    async def theirs() -> object:
        with suppress(LockError):
            async with raw.lock("contended:lock", timeout=5, sleep=0.001):
                found = msgspec.json.decode(await raw.get("contended"))
                return await raw.set("contended", msgspec.json.encode(found), ex=TTL_S)

    taken = await race({"ours": ours, "redis-py Lock": theirs}, calls=40, together=CONTENDERS, rounds=9)
    name = f"S16 Redis update of one session by {CONTENDERS} at once: a second"
    return rows(name, taken, {"redis-py Lock": 3}, many=True)


async def _weighing(raw: Any, manager: SessionManager, data: dict[str, Any], payload: bytes) -> Row:
    count = 10_000
    before = await _held(raw)
    for first in range(0, count, 500):
        await asyncio.gather(*(manager.create(f"user{first + n}", data) for n in range(500)))
    each = (await _held(raw) - before) / count
    name = "S8 Redis bytes of a session with its indexes / payload"
    return Row(name=name, ratio=each / len(payload), bar=1.55, detail=f"{each:.0f} / {len(payload)} bytes")


async def _held(raw: Any) -> int:
    """Bytes that Redis holds for what is stored, without the buffers of who is connected, which five hundred asked at
    once blow up for some seconds."""
    memory = await raw.info("memory")
    return memory["used_memory"] - memory["mem_clients_normal"]


async def _counting(url: str) -> list[Row]:
    made: dict[str, SessionManager] = {}
    for name, count in (("few", FEW), ("many", MANY)):
        manager = made[name] = SessionManager(RedisStore(url, namespace=name, timeout_s=60))
        for first in range(0, count, 1000):
            await asyncio.gather(*(manager.create(f"user{first + n}", {"n": n}) for n in range(1000)))
    taken = await race({"ours": made["many"].stats, "of the few": made["few"].stats}, calls=1, rounds=3)
    for manager in made.values():
        await manager.close()
    return rows(f"S13 Redis counts, of {MANY:,} sessions / of {FEW:,}", taken, {"of the few": 2})


async def _sweeping(url: str, data: dict[str, Any]) -> list[Row]:
    """What ends is swept in batches; between them others work. A batch's time is its answer's, seen from here."""
    clock = ManualClock()
    config = SessionConfig(auto_cleanup=False, namespace="swept")
    async with SessionManager(RedisStore(url, namespace="swept", timeout_s=60), config, clock=clock) as manager:
        for first in range(0, TO_SWEEP, 1000):
            await asyncio.gather(*(manager.create(f"user{first + n}", {"n": n}) for n in range(1000)))
        kept = await manager.create("kept", data, ttl=timedelta(days=300))
        clock.advance(timedelta(hours=2))
        quiet, busy = [], []

        async def look(kept_in: list[float]) -> None:
            began = time.perf_counter()
            await manager.get(kept.id, touch=False)
            kept_in.append(time.perf_counter() - began)

        for _ in range(300):
            await look(quiet)
        blocks = timed_batches(manager)
        began = time.perf_counter()
        sweep = asyncio.ensure_future(manager.cleanup())
        while not sweep.done():
            await look(busy)
        total = time.perf_counter() - began
    slowest = sorted(blocks)[int(len(blocks) * 0.99)] * 1000
    return [
        Row(
            name=f"S14 Redis sweep of {TO_SWEEP:,}, the p99 batch as its caller sees it",
            ratio=slowest,
            bar=5,
            unit=" ms",
            detail=f"median {median(blocks) * 1000:.2f} ms; {total:.1f} s in all",
        ),
        Row(
            name="S14 Redis get during the sweep / before",
            ratio=median(busy) / median(quiet),
            bar=2,
            detail=f"{median(busy) * 1e6:.0f} / {median(quiet) * 1e6:.0f} µs",
        ),
    ]
