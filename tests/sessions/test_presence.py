"""Tabs and sockets that follow a session, and what is left of them when their process crashes."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jambot.clock import ManualClock
from jambot.sessions import KindPolicy, MemoryStore, SessionConfig, SessionManager, StoreUnavailable
from jambot.sessions.opening import open_store
from tests.sessions.each_store import KINDS, Stores

LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
VISIT = KindPolicy(name="visit", ends_on_disconnect=True)

CRASHING = """
import asyncio, sys
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.opening import open_store

async def main():
    manager = SessionManager(open_store(sys.argv[1]), SessionConfig(auto_cleanup=False))
    await manager.start()
    session = await manager.create("ada")
    for _ in range(3):
        await manager.connect(session.id)
    print(session.handle, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture(params=KINDS)
async def store(request):
    stores = Stores(request.param, request)
    yield await stores.new()
    await stores.close()


@pytest.fixture
def replicas(store, clock):
    """Two managers that are not started, so each renews when it is told to: one that is not told has crashed."""
    config = SessionConfig(auto_cleanup=False, kinds=(VISIT,), connection_lease=LEASE)
    return [SessionManager(store, config, clock=clock) for _ in range(2)]


async def test_connections_of_a_crashed_process_are_forgotten_and_those_of_the_others_stay(replicas, clock):
    crashed, living = replicas
    visit = await living.create(None, kind="visit")
    for manager in (crashed, crashed, living):
        await manager.connect(visit.id)
    clock.advance(LEASE - SECOND)
    await living.renew_connections()
    await living.cleanup()
    assert (await living.find(visit.handle)).connection_count == 3
    clock.advance(SECOND)
    await living.cleanup()
    assert (await living.find(visit.handle)).connection_count == 1
    assert await living.disconnect(visit.id) is True


async def test_a_session_that_ends_with_its_last_connection_ends_when_the_last_process_crashed(replicas, clock):
    crashed, living = replicas
    visit, other = await living.create(None, kind="visit"), await living.create(None, kind="login")
    await crashed.connect(visit.id)
    await crashed.connect(other.id)
    clock.advance(LEASE)
    assert await living.cleanup() == 0  # it ended by that, but is none of those whose time was over
    assert await living.find(visit.handle) is None
    assert (await living.find(other.handle)).connection_count == 0


async def test_a_process_that_was_only_asleep_is_counted_again(replicas, clock):
    asleep, living = replicas
    login = await living.create("ada")
    await asleep.connect(login.id)
    clock.advance(LEASE)
    await living.cleanup()
    assert (await living.find(login.handle)).connection_count == 0
    await asleep.renew_connections()
    assert (await living.find(login.handle)).connection_count == 1
    await asleep.disconnect(login.id)
    assert (await living.find(login.handle)).connection_count == 0
    await asleep.stop()
    assert (await living.find(login.handle)).connection_count == 0


async def test_notes_of_connections_are_seen_by_nobody_who_lists_sessions(replicas):
    manager, _ = replicas
    login = await manager.create("ada")
    await manager.connect(login.id)
    assert [each.handle for each in await manager.list()] == [login.handle]
    assert (await manager.stats()).now.total == 1


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
async def test_a_killed_process_leaves_no_connection_behind(kind, request, tmp_path):
    address = f"sqlite:///{tmp_path / 'kept.db'}" if kind == "sqlite" else request.getfixturevalue("redis_url")
    program = [sys.executable, "-c", CRASHING, address]
    process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
    handle = (await process.stdout.readline()).decode().strip()
    process.kill()
    await process.wait()
    clock = ManualClock(datetime.now(UTC))
    config = SessionConfig(auto_cleanup=False)
    async with SessionManager(open_store(address), config, clock=clock) as manager:
        assert (await manager.find(handle)).connection_count == 3
        clock.advance(config.connection_lease)
        await manager.cleanup()
        assert (await manager.find(handle)).connection_count == 0


class Failing:
    """A store that fails to count, once, after or before it did."""

    def __init__(self, store, *, counts: bool) -> None:
        self._store, self._counts, self._is_due = store, counts, True

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def count(self, handle, **changes):
        if not self._is_due:
            return await self._store.count(handle, **changes)
        self._is_due = False
        if self._counts:
            await self._store.count(handle, **changes)
        raise StoreUnavailable


@pytest.mark.parametrize("counts", [True, False], ids=["counted", "not counted"])
async def test_a_connection_that_failed_is_not_renewed_for_ever(store, clock, counts):
    config = SessionConfig(auto_cleanup=False, kinds=(VISIT,), connection_lease=LEASE)
    failing: Any = Failing(store, counts=counts)
    manager = SessionManager(failing, config, clock=clock)
    visit = await manager.create(None, kind="visit")
    with pytest.raises(StoreUnavailable):
        await manager.connect(visit.id)
    for _ in range(2):
        clock.advance(LEASE - SECOND)
        await manager.renew_connections()
    await manager.cleanup()
    assert await manager.find(visit.handle) is None


async def test_a_sweep_that_failed_half_way_is_made_up_for_by_the_next(clock):
    store = MemoryStore()
    failing: Any = Failing(store, counts=False)
    config = SessionConfig(auto_cleanup=False, connection_lease=LEASE)
    crashed, living = SessionManager(store, config, clock=clock), SessionManager(failing, config, clock=clock)
    logins = [await living.create(f"user {n}") for n in range(3)]
    for login in logins:
        await crashed.connect(login.id)
    clock.advance(LEASE)
    with pytest.raises(StoreUnavailable):
        await living.cleanup()
    await living.cleanup()
    assert [(await crashed.find(login.handle)).connection_count for login in logins] == [0, 0, 0]
