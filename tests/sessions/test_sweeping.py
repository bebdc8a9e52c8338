"""A sweep works in bites, and bites fit the store and the machine."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

from jambot.clock import ManualClock
from jambot.sessions import MemoryStore, SessionConfig, SessionManager
from jambot.sessions.record import Records


async def of_ended(store: MemoryStore, count: int) -> SessionManager:
    """A manager on `count` sessions in `store` that have all ended."""
    clock = ManualClock()
    manager = SessionManager(store, SessionConfig(auto_cleanup=False), clock=clock)
    for number in range(count):
        await manager.create(f"u{number}")
    clock.advance(timedelta(hours=2))
    return manager


class SlowWhenLarge(MemoryStore):
    """A store that notes the bites a sweep takes of it, and is slow at those above fifteen."""

    def __init__(self) -> None:
        super().__init__()
        self.bites: list[int] = []

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        self.bites.append(limit)
        if limit > 15:
            await asyncio.sleep(0.02)
        return await super().cleanup(limit, now_us=now_us)


async def test_a_sweep_that_holds_others_up_takes_smaller_bites():
    store = SlowWhenLarge()
    manager = await of_ended(store, 3000)
    assert await manager.cleanup(3000) == 3000
    assert store.bites[0] < 15 < max(store.bites)
    assert all(after < before for before, after in pairwise(store.bites) if before > 15)


class Flushing(SlowWhenLarge):
    """A store whose every write takes a while, however small, as a commit does."""

    bite_s = 0.1

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        await asyncio.sleep(0.003)
        return await super().cleanup(limit, now_us=now_us)


async def test_a_store_whose_writes_take_a_while_is_swept_in_larger_bites():
    store = Flushing()
    manager = await of_ended(store, 300)
    assert await manager.cleanup(300) == 300
    assert max(store.bites) > store.bites[0]


class Slow(MemoryStore):
    """A store that notes how long each bite takes, and how long a sweep rests after it."""

    def __init__(self) -> None:
        super().__init__()
        self.working: list[float] = []
        self.resting: list[float] = []
        self._rested_since: float | None = None

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        clock = asyncio.get_running_loop().time
        began = clock()
        if self._rested_since is not None:
            self.resting.append(began - self._rested_since)
        await asyncio.sleep(0.005)
        gone = await super().cleanup(limit, now_us=now_us)
        self._rested_since = clock()
        self.working.append(self._rested_since - began)
        return gone


async def test_a_sweep_leaves_half_of_the_time_to_others():
    store = Slow()
    manager = await of_ended(store, 100)
    assert await manager.cleanup() == 100
    assert len(store.resting) == len(store.working) - 1 > 5
    assert all(rest >= work * 0.9 for work, rest in zip(store.working, store.resting, strict=False))
