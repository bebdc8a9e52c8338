"""Several processes on one store, and clocks that jump: what was ended stays ended, what was saved stays saved."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.tickets import parse

AT_ONCE = 100


@pytest.fixture
async def replicas(redis_url, clock):
    config = SessionConfig(auto_cleanup=False)
    managers = [SessionManager(RedisStore(redis_url, timeout_s=30), config, clock=clock) for _ in range(2)]
    yield managers
    for manager in managers:
        await manager.close()


@pytest.mark.parametrize("times", [500, pytest.param(10_000, marks=[pytest.mark.bench, pytest.mark.timeout(600)])])
async def test_of_two_replicas_that_revoke_and_save_none_brings_back_and_none_loses(replicas, clock, times):
    """Both save the same session while one of them ends it: what is removed has every save that was acknowledged."""
    here, there = replicas
    now_us = int(clock.now().timestamp() * 1e6)

    async def one(number: int) -> None:
        made = await here.create("ada", {"n": 0})
        ticket = parse(made.id)
        assert ticket is not None

        have_saved = {"a": asyncio.Event(), "b": asyncio.Event()}

        async def save(manager: SessionManager, name: str) -> int:
            saved = 0
            for n in range(3):
                saved += await manager.update(made.id, {name: n}, merge=True) is not None
                have_saved[name].set()
            return saved

        async def end() -> int:
            # Both have saved, and each has more under way.
            await asyncio.gather(*(event.wait() for event in have_saved.values()))
            removed = await there.store.delete(ticket.handle, now_us=now_us)
            assert removed is not None
            return removed.version

        saved_here, saved_there, version = await asyncio.gather(save(here, "a"), save(there, "b"), end())
        assert (saved_here > 0, saved_there > 0) == (True, True)
        assert version - 1 == saved_here + saved_there
        for manager in replicas:
            assert await manager.update(made.id, {"late": number}) is None
            assert await manager.get(made.id) is None

    for first in range(0, times, AT_ONCE):
        await asyncio.gather(*(one(number) for number in range(first, min(times, first + AT_ONCE))))
    assert (await here.stats()).now.total == 0


async def test_a_clock_two_days_ahead_signs_out_and_a_sweep_makes_it_final(replicas, clock):
    here, there = replicas
    made = await here.create("ada", ttl=timedelta(hours=1))
    clock.advance(timedelta(days=2))
    assert await there.get(made.id) is None
    assert await there.update(made.id, {"late": True}) is None
    assert await there.cleanup() == 1
    clock.advance(timedelta(days=-3))
    assert await here.get(made.id) is None


async def test_a_clock_a_day_behind_ends_nothing_early_and_shows_no_age_below_nothing(replicas, clock):
    here, there = replicas
    made = await here.create("ada", {"n": 1}, ttl=timedelta(hours=1))
    clock.advance(timedelta(days=-1))
    assert await there.cleanup() == 0
    kept = await there.get(made.id)
    assert kept is not None
    assert (kept.expires_at, kept.last_accessed_at) == (made.expires_at, made.last_accessed_at)
    saved = await there.update(made.id, {"n": 2})
    assert saved is not None
    assert saved.expires_at == made.expires_at
    assert (await there.stats()).now.mean_duration_s == 0
