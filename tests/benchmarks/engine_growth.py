"""What must not grow with the number of sessions on SQLite and PostgreSQL: pages, counts, and the bites of a sweep."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from jambot.clock import ManualClock
from jambot.db import Tx, UnitOfWork, session_counts
from jambot.db.migrations import upgrade
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager, SqlStore
from jambot.sessions.conformance import a_record
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import Query
from jambot.sessions.stores.sql_making import make_many, make_plainly
from jambot.sessions.stores.sql_statements import TABLE
from tests.benchmarks.measure import Row, median
from tests.benchmarks.peers import TTL_S
from tests.benchmarks.racing import Case, race, rows, timed_batches

TO_SWEEP = 10_000
SMALL = 10_000
LARGE = int(os.environ.get("JAMBOT_BENCH_SESSIONS", "100000"))
"""A million takes minutes to fill."""

_IDLE_AFTER_US = 300_000_000
_DAY_US = 86_400_000_000


async def growing_rows(name: str, urls: dict[int, str], *, offset_bar: float) -> list[Row]:
    """S12 and S13: pages and counts of a small and of a large table, each at its URL.

    Args:
        offset_bar: what a page by keyset may take of one by OFFSET at the same depth.
    """
    now_us = to_us(ManualClock().now())
    works = {count: UnitOfWork(url, LocalBus()) for count, url in urls.items()}
    stores = {count: SqlStore(work) for count, work in works.items()}
    for count, work in works.items():
        await _fill(work, count, now_us)
        await stores[count].cleanup(1, now_us=now_us)  # as the sweep does every five minutes

    def page(count: int, *, offset: int = 0) -> Case:
        after = None if offset else (now_us - count * 9 // 10, "")
        query = Query(idle_after_us=_IDLE_AFTER_US, limit=50, after=after, offset=offset)
        return lambda: stores[count].list(query, now_us=now_us)

    def counted(count: int) -> Case:
        return lambda: stores[count].stats(idle_after_us=_IDLE_AFTER_US, now_us=now_us)

    depth = LARGE * 9 // 10
    pages = await race({"ours": page(LARGE), "of the few": page(SMALL)}, calls=10)
    # In a race of its own: it walks over so much that whoever comes next finds the caches empty.
    deep = await race({"ours": page(LARGE), "OFFSET": page(LARGE, offset=depth)}, calls=10, rounds=9)
    counts = await race({"ours": counted(LARGE), "of the few": counted(SMALL)}, calls=10)
    for work in works.values():
        work.close()
    size = f"{LARGE:,} sessions / of {SMALL:,}"
    return [
        *rows(f"S12 {name} page of 50 at 90 % depth, of {size}", pages, {"of the few": 1.5}),
        *rows(f"S12 {name} page of 50 at 90 % depth, of {size}", deep, {"OFFSET": offset_bar}),
        *rows(f"S13 {name} counts, of {size}", counts, {"of the few": 2}),
    ]


async def _fill(work: UnitOfWork, count: int, now_us: int) -> None:
    """Sessions of a thousand users, used at some time of the last day, that end at some time of the next week.

    Indexes and counts are made at the end, all at once: row by row they take minutes.
    """

    def without(tx: Tx) -> None:
        session_counts.drop(tx.connection())
        for index in TABLE.indexes:
            index.drop(tx.connection())

    def some(first: int) -> Callable[[Tx], None]:
        records = [_nth(n, now_us) for n in range(first, min(count, first + 5_000))]

        def add(tx: Tx) -> None:
            if work.is_sqlite:
                driver: Any = tx.connection().connection.driver_connection
                make_plainly(driver, "session", records)
            else:
                make_many(tx.connection(), "session", records)

        return add

    def finish(tx: Tx) -> None:
        for index in TABLE.indexes:
            index.create(tx.connection())
        session_counts.create(tx.connection())
        tx.execute(text("ANALYZE"))

    await work.write(without)
    for first in range(0, count, 5_000):
        await work.write(some(first))
    await work.write(finish)


def _nth(n: int, now_us: int) -> Record:
    used_us = now_us - n * 7_919_000_003 % _DAY_US
    return replace(
        a_record(),
        user_id=f"user{n % 1000}",
        created_us=now_us - n,
        accessed_us=used_us,
        extended_us=used_us,
        expires_us=now_us + 1 + n * 104_729_000_017 % (7 * _DAY_US),
    )


async def sweeping_rows(folder: Path, data: dict[str, Any]) -> list[Row]:
    """S14: how long a bite holds up others, and what a get waits for meanwhile."""
    url = f"sqlite:///{folder / 'swept.db'}"
    upgrade(url)
    clock = ManualClock()
    work = UnitOfWork(url, LocalBus())
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False), clock=clock) as manager:
        for first in range(0, TO_SWEEP, 500):
            await asyncio.gather(*(manager.create(f"user{first + n}", data) for n in range(500)))
        clock.advance(timedelta(seconds=2 * TTL_S))
        living = await manager.create("ada", data)

        async def looks(until: asyncio.Task[Any] | None, taken: list[float]) -> None:
            while len(taken) < 300 if until is None else not until.done():
                began = time.perf_counter()
                await manager.get(living.id, touch=False)
                taken.append((time.perf_counter() - began) * 1e6)
                await asyncio.sleep(0.001)

        before: list[float] = []
        during: list[float] = []
        await looks(None, before)
        blocks = timed_batches(manager)
        began = time.perf_counter()
        sweep = asyncio.create_task(manager.cleanup())
        await looks(sweep, during)
        total = time.perf_counter() - began
    work.close()
    gets = {"ours": sorted(during)[int(len(during) * 0.99)], "before": sorted(before)[int(len(before) * 0.99)]}
    bite = Row(
        name=f"S14 SQLite sweep of {TO_SWEEP:,}, the p99 batch",
        ratio=sorted(blocks)[int(len(blocks) * 0.99)] * 1000,
        bar=25,
        unit=" ms",
        detail=f"median {median(blocks) * 1000:.1f} ms; {total:.1f} s in all",
    )
    return [bite, *rows("S14 SQLite get during the sweep, p99", gets, {"before": 2})]
