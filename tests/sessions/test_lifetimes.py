"""How sessions live and end through the manager: every strategy, and what never counts as a use."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.sessions import DriftPolicy, MemoryStore, SessionConfig, SessionManager, StoreUnavailable, Strategy

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class CountingStore(MemoryStore):
    """A memory store that knows how often it was touched."""

    touches = 0

    async def touch(self, record, *, now_us):
        self.touches += 1
        return await super().touch(record, now_us=now_us)


async def test_using_a_sliding_session_keeps_its_own_ttl(manager, clock):
    made = await manager.create("ada", ttl=10 * MINUTE)
    for _ in range(5):
        clock.advance(8 * MINUTE)
        used = await manager.get(made.id)
        assert used.expires_at == clock.now() + 10 * MINUTE
    clock.advance(10 * MINUTE)
    assert await manager.get(made.id) is None


async def test_updates_that_follow_soon_move_the_times_once(manager, clock):
    made = await manager.create("ada", ttl=10 * MINUTE)
    clock.advance(59 * SECOND)
    saved = await manager.update(made.id, {"n": 1})
    assert (saved.data, saved.version) == ({"n": 1}, 2)
    assert (saved.expires_at, saved.last_accessed_at) == (made.expires_at, made.last_accessed_at)
    clock.advance(SECOND)
    saved = await manager.update(made.id, {"n": 2})
    assert (saved.expires_at, saved.last_accessed_at) == (clock.now() + 10 * MINUTE, clock.now())


async def test_a_hybrid_session_ends_at_its_max_age_however_much_it_is_used(manager, clock):
    made = await manager.create("ada", ttl=HOUR, max_age=3 * HOUR, strategy="hybrid")
    for _ in range(5):
        clock.advance(30 * MINUTE)
        assert await manager.get(made.id)
    clock.advance(29 * MINUTE)
    assert (await manager.get(made.id)).expires_at == made.created_at + 3 * HOUR
    clock.advance(MINUTE)
    assert await manager.get(made.id) is None


async def test_using_a_fixed_session_moves_only_its_access(manager, clock):
    made = await manager.create("ada", ttl=HOUR, strategy=Strategy.FIXED)
    clock.advance(30 * MINUTE)
    used = await manager.get(made.id)
    assert (used.expires_at, used.last_accessed_at) == (made.expires_at, clock.now())
    refreshed = await manager.refresh(made.id)
    assert refreshed.expires_at == clock.now() + HOUR


async def test_what_a_program_does_never_extends(manager, clock):
    made = await manager.create("ada", ttl=10 * MINUTE)
    clock.advance(5 * MINUTE)
    await manager.get(made.id, touch=False)
    await manager.validate(made.id)
    await manager.exists(made.id)
    await manager.list()
    await manager.stats()
    await manager.get_user_sessions("ada")
    await manager.find(made.handle)
    await manager.pin(made.id, "a", 1)
    await manager.update(made.id, {"auto": "save"}, touch=False)
    assert (await manager.find(made.handle)).expires_at == made.expires_at
    clock.advance(5 * MINUTE)
    assert await manager.get(made.id) is None


async def test_a_persons_update_extends(manager, clock):
    made = await manager.create("ada", ttl=10 * MINUTE)
    clock.advance(5 * MINUTE)
    assert (await manager.update(made.id, {})).expires_at == clock.now() + 10 * MINUTE


async def test_many_uses_within_the_interval_are_one_write(clock):
    store = CountingStore()
    manager = SessionManager(store, SessionConfig(ttl=HOUR), clock=clock)
    made = await manager.create("ada")
    for _ in range(120):
        clock.advance(SECOND)
        await manager.get(made.id)
    assert store.touches == 2
    assert (await manager.get(made.id)).expires_at == clock.now() + HOUR


async def test_a_refresh_gives_no_less_life_than_the_create_did(manager, clock):
    for strategy, max_age in (("sliding", None), ("fixed", None), ("hybrid", 9 * HOUR)):
        made = await manager.create("ada", ttl=2 * HOUR, strategy=strategy, max_age=max_age)
        clock.advance(MINUTE)
        refreshed = await manager.refresh(made.id)
        assert refreshed.expires_at - clock.now() == 2 * HOUR
        assert (await manager.extend(made.id, 3 * HOUR)).ttl == 3 * HOUR


async def test_an_expired_session_is_gone_before_it_is_swept_and_is_never_revived(manager, clock):
    made = await manager.create("ada", {"n": 1}, ttl=MINUTE)
    clock.advance(MINUTE)
    assert await manager.get(made.id) is None
    assert await manager.exists(made.id) is False
    assert await manager.refresh(made.id) is None
    assert await manager.update(made.id, {"n": 2}) is None
    assert await manager.rotate(made.id) is None
    assert await manager.pin(made.id, "a", 1) is None
    assert await manager.delete(made.id) is False
    assert await manager.get_by_user("ada") is None
    assert await manager.get(made.id) is None
    assert await manager.cleanup() == 1


async def test_ended_sessions_leave_room_below_the_limit(make_manager, clock):
    manager = await make_manager(max_sessions_per_user=2)
    await manager.create("ada", ttl=MINUTE)
    kept = await manager.create("ada", ttl=HOUR)
    clock.advance(MINUTE)
    await manager.create("ada", ttl=HOUR)
    assert await manager.get(kept.id) is not None


async def test_the_store_gives_way_to_the_least_recently_used(make_manager):
    manager = await make_manager(store=MemoryStore(max_sessions=3))
    made = [await manager.create(f"u{n}") for n in range(3)]
    await manager.get(made[0].id)
    await manager.create("u3")
    assert await manager.get(made[1].id) is None
    assert await manager.get(made[0].id) is not None


@pytest.mark.parametrize(
    ("policy", "found"), [(DriftPolicy.OFF, True), (DriftPolicy.WARN, True), (DriftPolicy.REFUSE, False)]
)
async def test_a_use_from_elsewhere_is_as_the_policy_says(make_manager, policy, found):
    manager = await make_manager(ip_policy=policy, agent_policy=policy)
    made = await manager.create("ada", ip_address="10.0.0.1", user_agent="Firefox")
    assert await manager.validate(made.id, ip_address="10.0.0.1", user_agent="Firefox")
    assert await manager.validate(made.id)
    assert await manager.validate(made.id, ip_address="10.9.9.9") is found
    assert await manager.validate(made.id, user_agent="curl") is found


async def test_a_started_manager_sweeps_by_itself(clock):
    config = SessionConfig(cleanup_interval=timedelta(milliseconds=5))
    expired = asyncio.Event()

    async def note(event) -> None:
        expired.set()

    async with SessionManager(MemoryStore(), config, clock=clock) as manager:
        manager.on("expired", note)
        await manager.create("ada", ttl=MINUTE)
        clock.advance(MINUTE)
        await asyncio.wait_for(expired.wait(), 30)
        assert (await manager.stats()).cleaned == 1


class StumblingStore(MemoryStore):
    """A memory store whose first sweep fails, and that cannot publish."""

    has_peers = True
    failures = 1

    async def cleanup(self, limit, *, now_us):
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable
        return await super().cleanup(limit, now_us=now_us)

    async def publish(self, events):
        raise StoreUnavailable


async def test_a_failed_sweep_or_announcement_stops_nothing(clock):
    config = SessionConfig(cleanup_interval=timedelta(milliseconds=5))
    expired = asyncio.Event()

    async def note(event) -> None:
        expired.set()

    async with SessionManager(StumblingStore(), config, clock=clock) as manager:
        manager.on("expired", note)
        await manager.create("ada", ttl=MINUTE)
        clock.advance(MINUTE)
        await asyncio.wait_for(expired.wait(), 30)
        assert await manager.events_settled()


async def test_a_sweep_may_be_given_a_limit_and_goes_on_next_time(manager, clock):
    for n in range(450):
        await manager.create(f"u{n}", ttl=MINUTE)
    clock.advance(MINUTE)
    assert await manager.cleanup(limit=10) == 10
    assert await manager.cleanup() == 440
