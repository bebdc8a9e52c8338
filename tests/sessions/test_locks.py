"""One holder at a time, and never for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.sessions import BadConfiguration, SessionLocked, SessionNotFound, StaleFence

NO_WAIT = timedelta(0)
MINUTE = timedelta(minutes=1)


async def test_two_callers_never_hold_a_lock_together(manager):
    made = await manager.create("ada", {"n": 0})
    inside = 0

    async def add_one() -> None:
        nonlocal inside
        async with manager.lock(made.id) as lock:
            inside += 1
            assert inside == 1
            n = (await manager.get(made.id)).data["n"]
            await asyncio.sleep(0)
            await manager.update(made.id, {"n": n + 1}, lock=lock)
            inside -= 1

    await asyncio.gather(*(add_one() for _ in range(20)))
    assert (await manager.get(made.id)).data == {"n": 20}


async def test_who_does_not_get_it_in_time_is_told(manager):
    made = await manager.create("ada")
    async with manager.lock(made.id):
        with pytest.raises(SessionLocked):
            async with manager.lock(made.id, wait=NO_WAIT):
                raise AssertionError("two holders")
    async with manager.lock(made.id, wait=NO_WAIT):
        pass


async def test_a_waiter_is_woken_by_the_release(manager):
    made = await manager.create("ada")
    order = []

    async def second() -> None:
        async with manager.lock(made.id, wait=MINUTE):
            order.append("second")

    async with manager.lock(made.id):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0)
        order.append("first")
    await asyncio.wait_for(waiting, 30)
    assert order == ["first", "second"]


async def test_an_error_inside_gives_the_lock_back(manager):
    made = await manager.create("ada")
    with pytest.raises(ZeroDivisionError):
        async with manager.lock(made.id):
            raise ZeroDivisionError
    async with manager.lock(made.id, wait=NO_WAIT):
        pass


async def test_a_lapsed_holder_cannot_write_over_the_next_one(manager, clock):
    made = await manager.create("ada", {"by": "nobody"})
    async with manager.lock(made.id, lease=MINUTE) as slow:
        clock.advance(MINUTE)
        async with manager.lock(made.id, wait=NO_WAIT) as quick:
            assert quick.fence > slow.fence
            await manager.update(made.id, {"by": "quick"}, lock=quick)
        with pytest.raises(StaleFence):
            await manager.update(made.id, {"by": "slow"}, lock=slow)
    assert (await manager.get(made.id)).data == {"by": "quick"}


async def test_what_is_not_there_cannot_be_locked(manager):
    made = await manager.create("ada")
    await manager.delete(made.id)
    with pytest.raises(SessionNotFound):
        async with manager.lock(made.id):
            raise AssertionError("locked nothing")
    assert issubclass(SessionNotFound, LookupError)


async def test_locking_can_be_off(make_manager):
    manager = await make_manager(locking=False)
    made = await manager.create("ada")
    with pytest.raises(BadConfiguration):
        async with manager.lock(made.id):
            raise AssertionError
