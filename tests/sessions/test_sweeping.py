"""A sweep works in bites, and bites fit the store and the machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

from jambot.clock import ManualClock
from jambot.sessions import MemoryStore, SessionConfig, SessionManager


async def test_a_sweep_that_holds_others_up_takes_smaller_bites():
    clock = ManualClock()
    store = MemoryStore()
    manager = SessionManager(store, SessionConfig(auto_cleanup=False), clock=clock)
    for number in range(3000):
        await manager.create(f"u{number}")
    clock.advance(timedelta(hours=2))
    bites: list[int] = []
    sweep = store.cleanup

    async def slow_when_large(limit: int, *, now_us: int):
        bites.append(limit)
        if limit > 100:
            await asyncio.sleep(0.02)
        return await sweep(limit, now_us=now_us)

    store.cleanup = slow_when_large
    assert await manager.cleanup(3000) == 3000
    assert bites[0] < max(bites)
    assert all(after < before for before, after in pairwise(bites) if before > 100)


async def test_a_sweep_leaves_half_of_the_time_to_others():
    clock = ManualClock()
    store = MemoryStore()
    manager = SessionManager(store, SessionConfig(auto_cleanup=False), clock=clock)
    for number in range(100):
        await manager.create(f"u{number}")
    clock.advance(timedelta(hours=2))
    working, resting = [], []
    loop, sweep = asyncio.get_running_loop(), store.cleanup
    rested_since = None

    async def slow(limit: int, *, now_us: int):
        nonlocal rested_since
        began = loop.time()
        if rested_since is not None:
            resting.append(began - rested_since)
        await asyncio.sleep(0.005)
        gone = await sweep(limit, now_us=now_us)
        rested_since = loop.time()
        working.append(rested_since - began)
        return gone

    store.cleanup = slow
    assert await manager.cleanup() == 100
    assert len(resting) == len(working) - 1 > 5
    assert all(rest >= work * 0.9 for work, rest in zip(working, resting, strict=False))
