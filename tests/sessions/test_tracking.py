"""Requests and connections: counted while they are there, and never longer."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.sessions import AtCapacity, KindPolicy, MemoryStore, SessionNotFound

MINUTE = timedelta(minutes=1)


async def test_a_request_counts_until_it_leaves(manager):
    made = await manager.create("ada")
    async with manager.track_request(made.id) as first:
        assert first.active_requests == 1
        async with manager.track_request(made.id) as second:
            assert second.active_requests == 2
    assert (await manager.get(made.id)).active_requests == 0


async def test_a_request_that_fails_leaves_too(manager):
    made = await manager.create("ada")
    with pytest.raises(ZeroDivisionError):
        async with manager.track_request(made.id):
            raise ZeroDivisionError
    assert (await manager.get(made.id)).active_requests == 0


async def test_a_request_in_an_unknown_session_is_not_found(manager):
    made = await manager.create("ada")
    await manager.delete(made.id)
    with pytest.raises(SessionNotFound) as missing:
        async with manager.track_request(made.id):
            raise AssertionError
    assert (missing.value.status, missing.value.detail) == (404, "Session not found")


async def test_more_requests_than_the_capacity_are_turned_away(make_manager):
    manager = await make_manager(max_concurrent_requests=2)
    made = await manager.create("ada")
    async with manager.track_request(made.id), manager.track_request(made.id):
        with pytest.raises(AtCapacity) as full:
            async with manager.track_request(made.id):
                raise AssertionError
        assert (full.value.status, full.value.detail) == (503, "Server at capacity, please try again later.")
    async with manager.track_request(made.id):
        pass


async def test_a_session_at_work_is_not_swept(manager, clock):
    made = await manager.create("ada", ttl=MINUTE)
    async with manager.track_request(made.id):
        clock.advance(MINUTE)
        assert await manager.get(made.id) is None
        assert await manager.cleanup() == 0
    assert await manager.cleanup() == 1


async def test_a_clock_set_back_while_a_request_is_at_work_puts_no_sweep_off(manager, clock):
    made = await manager.create("ada", ttl=MINUTE)
    async with manager.track_request(made.id):
        clock.advance(MINUTE)
        assert await manager.cleanup() == 0
        clock.advance(-MINUTE / 2)
    clock.advance(MINUTE / 2)
    assert await manager.cleanup() == 1


async def test_a_crashed_request_does_not_make_a_session_immortal(make_manager, clock):
    manager = await make_manager(request_lease=5 * MINUTE)
    made = await manager.create("ada", ttl=10 * MINUTE)
    now_us = made.created_at.timestamp() * 1_000_000
    await manager.store.count(made.handle, requests=1, lease_us=int(now_us + 5 * 60 * 1_000_000), now_us=int(now_us))
    assert (await manager.find(made.handle)).active_requests == 1
    clock.advance(5 * MINUTE)
    assert (await manager.find(made.handle)).active_requests == 0
    clock.advance(5 * MINUTE)
    assert await manager.cleanup() == 1


async def test_a_request_does_not_extend_the_session(manager, clock):
    made = await manager.create("ada", ttl=10 * MINUTE)
    clock.advance(5 * MINUTE)
    async with manager.track_request(made.id):
        pass
    assert (await manager.find(made.handle)).expires_at == made.expires_at


async def test_stopping_lowers_the_connections_of_this_process_and_ends_nobody(make_manager):
    store = MemoryStore()
    kinds = (KindPolicy(name="visit", ends_on_disconnect=True),)
    here, there = await make_manager(store=store, kinds=kinds), await make_manager(store=store, kinds=kinds)
    visit = await here.create("ada", kind="visit")
    for manager in (here, here, there):
        await manager.connect(visit.id)
    await here.disconnect(visit.id)
    await here.stop()
    assert (await there.get(visit.id)).connection_count == 1
    assert await there.disconnect(visit.id) is True


async def test_only_kinds_that_say_so_end_with_their_last_connection(make_manager):
    manager = await make_manager(kinds=(KindPolicy(name="visit", ends_on_disconnect=True),))
    visit, other = await manager.create(None, kind="visit"), await manager.create(None, kind="visit")
    login = await manager.create("ada")
    for session in (visit, visit, other, login):
        await manager.connect(session.id)
    assert (await manager.get(visit.id)).connection_count == 2
    assert await manager.disconnect(visit.id) is False
    assert await manager.disconnect(visit.id) is True
    assert await manager.disconnect(login.id) is False
    assert await manager.get(visit.id) is None
    assert await manager.get(other.id) is not None
    assert await manager.get(login.id) is not None


async def test_stopping_lets_running_requests_finish_and_keeps_the_sessions(make_manager):
    manager = await make_manager()
    made = await manager.create("ada")
    entered, go = asyncio.Event(), asyncio.Event()

    async def request() -> str:
        async with manager.track_request(made.id):
            entered.set()
            await go.wait()
            return "finished"

    running = asyncio.create_task(request())
    await entered.wait()
    stopping = asyncio.create_task(manager.stop())
    for _ in range(100):  # more turns of the loop than stopping takes when nothing runs
        await asyncio.sleep(0)
    assert not stopping.done()
    go.set()
    await asyncio.wait_for(stopping, 30)
    assert running.done()
    assert await manager.get(made.id) is not None
    await manager.close()
    await manager.close()
