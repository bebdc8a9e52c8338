"""The session engine beside the least that could do the same: raw clients of the same stores, in the same process."""

from __future__ import annotations

import asyncio
import copy
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio as redis
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import MemoryStore, RedisStore, SessionConfig, SessionManager, SessionStore, SqlStore
from jambot.sessions.ciphers import KeyRing
from tests.benchmarks.measure import Row, median
from tests.servers import RedisServer

# Many short turns: one that the machine interrupted is then an outlier, and the median is not.
ROUNDS = 41
TOGETHER = 32
TTL_S = 3600
DATA = {"theme": "dark", "cart": [{"sku": f"sku-{n}", "count": n} for n in range(20)], "draft": "x" * 400}
PAYLOAD = msgspec.json.encode(DATA)

Case = Callable[[], Awaitable[object]]


def engine_rows(folder: Path) -> Iterator[Row]:
    """Every row takes turns with what it is compared with; a figure is the median of the rounds."""
    with RedisServer() as server:
        return iter(asyncio.run(_rows(folder, server.url)))


async def _rows(folder: Path, redis_url: str) -> list[Row]:
    return [*await _redis(redis_url), *await _memory(), *await _sql(folder), await _paging(), await _sealing()]


async def _redis(url: str) -> list[Row]:
    raw = redis.Redis.from_url(url)
    await raw.set("raw", PAYLOAD)

    async def theirs() -> object:
        return msgspec.json.decode(await raw.getex("raw", ex=TTL_S))

    async with _manager(RedisStore(url)) as usual, _manager(RedisStore(url), touch_interval=timedelta(0)) as eager:
        session = await usual.create("ada", DATA)

        async def ours() -> object:
            return await usual.get(session.id)

        async def moving() -> object:
            return await eager.get(session.id)

        one = await _ratio(ours, theirs, calls=40)
        each = await _ratio(moving, theirs, calls=40)
        many = await _ratio(ours, theirs, calls=320, together=TOGETHER)
        many_each = await _ratio(moving, theirs, calls=320, together=TOGETHER)
    await raw.aclose()
    one_name = "S1 Redis get and slide, 1 caller / raw redis-py GETEX"
    many_name = f"S2 Redis get and slide, {TOGETHER} callers: calls a second / raw redis-py"
    return [
        Row(name=one_name, ratio=one[0], bar=1.1, detail=one[1]),
        Row(name=f"{one_name}, when every use writes", ratio=each[0], detail=each[1]),
        Row(name=many_name, ratio=1 / many[0], bar=3.5, at_least=True, detail=many[1]),
        Row(name=f"{many_name}, when every use writes", ratio=1 / many_each[0], detail=many_each[1]),
    ]


async def _memory() -> list[Row]:
    kept = {f"raw{n}": (DATA, 0.0) for n in range(1000)}
    async with _manager(MemoryStore()) as manager:
        session = await manager.create("ada", DATA)

        async def ours() -> object:
            return await manager.get(session.id)

        async def theirs() -> object:
            data, _ = kept["raw7"]
            kept["raw7"] = (data, time.monotonic() + TTL_S)
            return copy.deepcopy(data)

        ratio, detail = await _ratio(ours, theirs, calls=200, clock=time.thread_time)
    return [Row(name="S6 Memory get and slide / a dict with deadlines and copies", ratio=ratio, bar=1.1, detail=detail)]


async def _sql(folder: Path) -> list[Row]:
    work = UnitOfWork(f"sqlite:///{folder / 'engine.db'}", LocalBus())
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT, expires INTEGER, data BLOB)")
    for number in range(1000):
        raw.execute("INSERT INTO sessions VALUES (?, 'ada', ?, ?)", (f"s{number}", 2**60, PAYLOAD))
    async with _manager(SqlStore(work, own=True)) as manager:
        session = await manager.create("ada", DATA)
        numbers = iter(range(10**9))

        async def read() -> object:
            return await manager.get(session.id, touch=False)

        async def raw_read() -> object:
            found = raw.execute("SELECT * FROM sessions WHERE id = ? AND expires > ?", ("s7", time.time_ns() // 1000))
            return msgspec.json.decode(found.fetchone()[3])

        async def write() -> object:
            return await manager.create("ada", DATA)

        async def raw_write() -> object:
            return raw.execute("INSERT INTO sessions VALUES (?, 'ada', ?, ?)", (f"n{next(numbers)}", 2**60, PAYLOAD))

        reads = await _ratio(read, raw_read, calls=100, clock=time.thread_time)
        writes = await _ratio(write, raw_write, calls=128, together=TOGETHER)
    raw.close()
    return [
        Row(name="S9 SQLite get / raw sqlite3", ratio=reads[0], bar=1.4, detail=reads[1]),
        Row(
            name=f"S10 SQLite durable creates, {TOGETHER} writers: a second / raw one-row commits",
            ratio=1 / writes[0],
            bar=5,
            at_least=True,
            detail=writes[1],
        ),
    ]


async def _paging() -> Row:
    depths = {}
    for count in (10_000, 100_000):
        manager = SessionManager(MemoryStore(max_sessions=count + 1), SessionConfig(auto_cleanup=False))
        for _ in range(count):
            await manager.create("ada", {})
        cursor = None
        for _ in range(count * 9 // 10 // 1000):
            cursor = (await manager.list(limit=1000, cursor=cursor)).cursor
        depths[count] = (manager, cursor)

    def page(count: int) -> Case:
        manager, cursor = depths[count]
        return lambda: manager.list(limit=50, cursor=cursor)

    ratio, detail = await _ratio(page(100_000), page(10_000), calls=20, clock=time.thread_time)
    return Row(
        name="S12 Page of 50 at 90 % depth, 100,000 sessions / 10,000 (memory)", ratio=ratio, bar=1.5, detail=detail
    )


async def _sealing() -> Row:
    ring, raw = KeyRing([os.urandom(32)], purpose="benchmark"), AESGCM(os.urandom(32))
    text, context = os.urandom(1024), b"where it belongs"

    async def ours() -> object:
        return ring.open(ring.seal(text, context), context)

    async def theirs() -> object:
        nonce = os.urandom(12)
        return raw.decrypt(nonce, raw.encrypt(nonce, text, context), context)

    ratio, detail = await _ratio(ours, theirs, calls=400, clock=time.thread_time)
    return Row(name="S15 Seal and open 1 kB / raw AESGCM", ratio=ratio, bar=1.5, detail=detail)


def _manager(store: SessionStore, **settings: Any) -> SessionManager:
    """As the app's own: uses of a session within a minute share one write, unless told otherwise."""
    config = SessionConfig(auto_cleanup=False, ttl=timedelta(seconds=TTL_S), **settings)
    return SessionManager(store, config, clock=SystemClock())


async def _ratio(
    ours: Case, theirs: Case, *, calls: int, together: int = 1, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, str]:
    """How much longer ours takes, and the two times of a call in microseconds.

    What only computes is held against `time.thread_time`: time that other programs took is not part of it.
    """
    figures: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for case, kept in zip((ours, theirs), figures, strict=True):
            taken = await _time(case, calls=calls, together=together, clock=clock)
            if number:
                kept.append(taken)
    mine, other = median(figures[0]), median(figures[1])
    return mine / other, f"{mine:.1f} / {other:.1f} µs"


async def _time(case: Case, *, calls: int, together: int, clock: Callable[[], float]) -> float:
    async def caller() -> None:
        for _ in range(calls // together):
            await case()

    began = clock()
    await asyncio.gather(*(caller() for _ in range(together)))
    return (clock() - began) / calls * 1e6
