"""Removing what has ended, and nothing that somebody works in."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from jambot.sessions.conformance.ground import HOUR, MINUTE, NOW, add, page
from jambot.sessions.stores.protocol import SessionStore


async def a_sweep_takes_each_ended_session_once(store: SessionStore) -> None:
    ended = [await add(store, expires_us=NOW + n) for n in range(1, 21)]
    living = await add(store)
    now = NOW + 20
    first = await store.cleanup(5, now_us=now)
    assert [r.handle for r in first] == [r.handle for r in ended[:5]]
    rest = [r for batch in await asyncio.gather(*(store.cleanup(8, now_us=now) for _ in range(4))) for r in batch]
    rest += await store.cleanup(100, now_us=now)
    assert sorted(r.handle for r in rest) == sorted(r.handle for r in ended[5:])
    assert await store.cleanup(100, now_us=now) == []
    assert await page(store, now, include_expired=True) == [living]


async def a_sweep_follows_an_end_that_moved(store: SessionStore) -> None:
    longer = await add(store, expires_us=NOW + MINUTE)
    await store.touch(replace(longer, expires_us=NOW + HOUR), now_us=NOW)
    shorter = await add(store)
    await store.set(replace(shorter, expires_us=NOW + MINUTE), expected_version=1, fence=None, now_us=NOW)
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + MINUTE)] == [shorter.handle]
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + HOUR)] == [longer.handle]


async def work_in_progress_is_counted_and_not_swept(store: SessionStore) -> None:
    record = await add(store, expires_us=NOW + MINUTE)
    lease = NOW + 10 * MINUTE
    for n in (1, 2):
        counted = await store.count(record.handle, requests=1, connections=1, lease_us=lease, now_us=NOW)
        assert counted is not None
        assert (counted.requests, counted.connections, counted.version) == (n, n, 1)
    behind = await add(store, expires_us=NOW + 2 * MINUTE)
    assert [r.handle for r in await store.cleanup(1, now_us=NOW + 5 * MINUTE)] == [behind.handle]
    assert await store.cleanup(10, now_us=NOW + 5 * MINUTE) == []
    assert await store.get(record.handle, now_us=NOW + 5 * MINUTE) is None
    for n in (1, 0, 0):
        counted = await store.count(record.handle, requests=-1, connections=-1, now_us=NOW + 5 * MINUTE)
        assert counted is not None
        assert (counted.requests, counted.connections) == (n, n)
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + 5 * MINUTE)] == [record.handle]


async def crashed_work_is_forgotten_with_its_lease(store: SessionStore) -> None:
    record = await add(store)
    lease = NOW + MINUTE
    await store.count(record.handle, requests=3, lease_us=lease, now_us=NOW)
    counted = await store.count(record.handle, requests=1, lease_us=lease + MINUTE, now_us=lease)
    assert counted is not None
    assert counted.requests == 1
    ended = await add(store, expires_us=NOW + 1)
    await store.count(ended.handle, requests=1, lease_us=lease, now_us=NOW)
    assert await store.cleanup(10, now_us=lease - 1) == []
    assert [r.handle for r in await store.cleanup(10, now_us=lease)] == [ended.handle]


async def counting_survives_a_write_and_a_write_survives_counting(store: SessionStore) -> None:
    record = await add(store)
    await store.count(record.handle, requests=1, connections=2, lease_us=NOW + HOUR, now_us=NOW)
    written = await store.set(replace(record, body=b"v0.y"), expected_version=1, fence=None, now_us=NOW)
    assert written is not None
    assert (written.requests, written.connections, written.lease_us, written.body) == (1, 2, NOW + HOUR, b"v0.y")


BEHAVIOURS = (
    a_sweep_takes_each_ended_session_once,
    a_sweep_follows_an_end_that_moved,
    work_in_progress_is_counted_and_not_swept,
    crashed_work_is_forgotten_with_its_lease,
    counting_survives_a_write_and_a_write_survives_counting,
)
