"""The session engine beside the least that could do the same and beside other libraries, in one process."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import redis.asyncio as redis
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jambot.auth.principals import Principals
from jambot.auth.terms import KIND, login_kind
from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.db.models import User
from jambot.events import LocalBus
from jambot.sessions import MemoryStore, SessionConfig, SessionManager
from jambot.sessions.ciphers import KeyRing
from jambot.settings import Settings
from tests.benchmarks.engine_growth import LARGE, SMALL, growing_rows, sweeping_rows
from tests.benchmarks.engine_redis import redis_rows
from tests.benchmarks.engine_sql import postgres_rows, sqlite_rows
from tests.benchmarks.measure import Row
from tests.benchmarks.peers import TTL_S, Peers
from tests.benchmarks.racing import Case, race, rows
from tests.benchmarks.weighing import weight_rows
from tests.servers import RedisServer

DATA: dict[str, Any] = {
    "theme": "dark",
    "cart": [{"sku": f"sku-{n}", "count": n} for n in range(20)],
    "draft": "x" * 400,
}


def engine_rows(folder: Path) -> Iterator[Row]:
    """Cases take turns within a row; a figure is the median of the rounds."""
    with RedisServer() as server:
        for part in (_on_redis, _login_check, _memory, _on_sqlite):
            yield from asyncio.run(part(folder, server.url))
    grown = {count: f"sqlite:///{folder / f'grown-{count}.db'}" for count in (SMALL, LARGE)}
    for url in grown.values():
        upgrade(url)
    growing = growing_rows("SQLite", grown, offset_bar=1 / 100)
    for work in (postgres_rows(DATA), growing, sweeping_rows(folder, DATA), _paging(), _sealing()):
        yield from asyncio.run(work)
    yield from weight_rows(DATA)


async def _on_redis(folder: Path, url: str) -> list[Row]:
    async with Peers(url, folder, DATA) as peers:
        return await redis_rows(url, peers, DATA)


async def _on_sqlite(folder: Path, url: str) -> list[Row]:
    async with Peers(url, folder, DATA) as peers:
        return await sqlite_rows(folder, peers, DATA)


async def _login_check(folder: Path, redis_url: str) -> list[Row]:
    """Who is behind a cookie: asked at every request and every event of a page."""
    url, clock, bus = f"sqlite:///{folder / 'logins.db'}", SystemClock(), LocalBus()
    upgrade(url)
    work = UnitOfWork(url, bus)
    settings = Settings(_env_file=None, data_dir=folder / "data", secret_key="for-measuring-only-" + "x" * 32)
    user = User(email="a@example.org", email_key="a@example.org", name="A", role="user", created_at=clock.now())
    await work.write(lambda tx: tx.add(user))
    raw = redis.Redis.from_url(redis_url)
    await raw.set("login", msgspec.json.encode(DATA))
    config = SessionConfig(kinds=(login_kind(settings),), auto_cleanup=False, encryption_keys=(b"k" * 32,))
    async with SessionManager(MemoryStore(), config) as sessions:
        login = await sessions.create(user.id, kind=KIND)
        principals = Principals(sessions=sessions, work=work, bus=bus, clock=clock, settings=settings)

        async def ours() -> object:
            return await principals.of_cookie(login.id)

        async def theirs() -> object:
            return await raw.getex("login", ex=TTL_S)

        assert await ours() is not None
        taken = await race({"ours": ours, "raw redis-py": theirs}, calls=100)
    await raw.aclose()
    work.close()
    return rows("S5 Login check, known for less than a second", taken, {"raw redis-py": 1 / 20})


async def _memory(folder: Path, url: str) -> list[Row]:
    async with (
        Peers(url, folder, DATA) as peers,
        SessionManager(MemoryStore(), SessionConfig(auto_cleanup=False)) as manager,
    ):
        session = await manager.create("ada", DATA)

        async def ours() -> object:
            found = await manager.get(session.id)
            return found and found.data

        cases: dict[str, Case] = {
            "ours": ours,
            "cachetools' live object": peers.cachetools(),
            "starsessions": await peers.starsessions_in_memory(),
            "aiocache": await peers.aiocache(in_memory=True),
        }
        taken = await race(cases, calls=200, clock=time.thread_time)
    bars = {"cachetools' live object": 1.1, "starsessions": 1 / 6, "aiocache": 1 / 6}
    return rows("S6 Memory get and slide, a private copy each", taken, bars)


async def _paging() -> list[Row]:
    pages: dict[int, Case] = {}
    for count in (SMALL, LARGE):
        manager = SessionManager(MemoryStore(max_sessions=count + 1), SessionConfig(auto_cleanup=False))
        for _ in range(count):
            await manager.create("ada", {})
        cursor = None
        for _ in range(count * 9 // 10 // 1000):
            cursor = (await manager.list(limit=1000, cursor=cursor)).cursor
        pages[count] = lambda manager=manager, cursor=cursor: manager.list(limit=50, cursor=cursor)
    taken = await race({"ours": pages[LARGE], "of the few": pages[SMALL]}, calls=20, clock=time.thread_time)
    name = f"S12 Memory page of 50 at 90 % depth, of {LARGE:,} sessions / of {SMALL:,}"
    return rows(name, taken, {"of the few": 1.5})


async def _sealing() -> list[Row]:
    ring, raw, fernet = KeyRing([os.urandom(32)], purpose="x"), AESGCM(os.urandom(32)), Fernet(Fernet.generate_key())
    text, context = os.urandom(1024), b"where it belongs"

    async def ours() -> object:
        return ring.open(ring.seal(text, context), context)

    async def theirs() -> object:
        nonce = os.urandom(12)
        return raw.decrypt(nonce, raw.encrypt(nonce, text, context), context)

    async def signed() -> object:
        return fernet.decrypt(fernet.encrypt(text))

    cases: dict[str, Case] = {"ours": ours, "raw AESGCM": theirs, "Fernet": signed}
    taken = await race(cases, calls=400, clock=time.thread_time)
    return rows("S15 Seal and open 1 kB", taken, {"raw AESGCM": 1.5, "Fernet": 0.2})
