"""Changes of one session in one process do not race each other."""

from __future__ import annotations

import asyncio

import pytest

from jambot.sessions import MemoryStore, SessionConfig, SessionManager, StoreUnavailable


class CountingStore(MemoryStore):
    """A memory store that lets others run before it answers, as a store over a network does, and counts writes."""

    attempts = 0
    broken = False

    async def get(self, handle, *, now_us):
        await asyncio.sleep(0)
        return await super().get(handle, now_us=now_us)

    async def set(self, record, *, expected_version, fence, now_us):
        self.attempts += 1
        if self.broken:
            raise StoreUnavailable
        return await super().set(record, expected_version=expected_version, fence=fence, now_us=now_us)


@pytest.fixture
def store():
    return CountingStore()


@pytest.fixture
def manager(store, clock):
    return SessionManager(store, SessionConfig(auto_cleanup=False), clock=clock)


async def test_many_changes_at_once_take_one_write_each(manager, store):
    session = await manager.create("ada", {})
    other = await manager.create("bob", {})
    updates = [manager.update(session.id, {f"k{n}": n}, merge=True) for n in range(20)]
    await asyncio.gather(*updates, manager.update(other.id, {"o": 1}), manager.pin(session.handle, "p", 1))
    kept = await manager.get(session.id)
    assert kept.data == {f"k{n}": n for n in range(20)}
    assert (kept.pins, kept.version, store.attempts) == ({"p": 1}, 22, 22)


async def test_a_change_that_fails_or_is_given_up_lets_the_next_one_in(manager, store):
    session = await manager.create("ada", {})
    store.broken = True
    waiting = [asyncio.ensure_future(manager.update(session.id, {"n": n})) for n in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in told] == [StoreUnavailable, asyncio.CancelledError, StoreUnavailable]
    store.broken = False
    assert (await manager.update(session.id, {"n": 4})).data == {"n": 4}


async def test_nothing_is_remembered_of_changes_that_are_over(manager):
    session = await manager.create("ada", {})
    await asyncio.gather(*(manager.update(session.id, {"n": n}) for n in range(5)))
    assert not manager._queues
