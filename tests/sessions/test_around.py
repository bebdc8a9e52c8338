"""The small parts around the engine: opening, pool, keep-alive, health."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.errors import WrongState
from jambot.sessions import BadConfiguration, MemoryStore, NotRefreshable, SessionNotFound, opening
from jambot.sessions.health import HealthMonitor
from jambot.sessions.keep_alive import KeepAlive
from jambot.sessions.opening import (
    config_from_environment,
    get_session_manager,
    initialize_session_manager,
    open_store,
)
from jambot.sessions.pool import SessionPool
from tests.zerodb_server import API_KEY, PROJECT

MINUTE = timedelta(minutes=1)


def test_an_unknown_store_is_an_error_that_lists_the_known_ones():
    with pytest.raises(BadConfiguration) as refused:
        open_store("mongodb://x")
    for known in ("memory", "sqlite", "postgresql", "redis"):
        assert known in str(refused.value)


async def test_a_store_is_opened_by_its_address(tmp_path, redis_url, clock):
    for address in ("memory", f"sqlite:///{tmp_path}/own.db", redis_url):
        manager = await initialize_session_manager(address, clock=clock)
        made = await manager.create("ada", {"n": 1})
        assert (await get_session_manager().get(made.id)).data == {"n": 1}
    await manager.close()
    opening._manager = None
    with pytest.raises(WrongState):
        get_session_manager()


async def test_a_zerodb_is_opened_by_its_address_and_the_secrets_of_the_environment(zerodb_server):
    address = zerodb_server.url.replace("http://", f"zerodb+http://{PROJECT}@") + "?table=mine"
    with pytest.raises(BadConfiguration, match="JAMBOT_ZERODB_API_KEY and JAMBOT_ZERODB_ENCRYPTION_KEYS"):
        open_store(address, environment={})
    secrets = {"JAMBOT_ZERODB_API_KEY": API_KEY, "JAMBOT_ZERODB_ENCRYPTION_KEYS": f"{'ab' * 32}, {'cd' * 32}"}
    store = open_store(address, environment=secrets)
    await store.start()
    await store.start()
    assert list(zerodb_server.tables) == [(PROJECT, "mine")]
    await store.close()
    for wrong in ("zerodb+https://example.org/v1", "zerodb+ftp://p@example.org"):
        with pytest.raises(BadConfiguration, match="zerodb"):
            open_store(wrong, environment=secrets)


async def test_a_database_of_its_own_keeps_sessions_over_restarts(tmp_path, clock):
    address = f"sqlite:///{tmp_path}/own.db"
    for n in range(2):
        manager = await initialize_session_manager(address, clock=clock)
        if n == 0:
            made = await manager.create("ada")
        assert await manager.get(made.id) is not None
        await manager.close()
    opening._manager = None


def test_the_environment_sets_timeout_capacity_and_interval():
    config = config_from_environment(
        {
            "JAMBOT_SESSION_TIMEOUT_MINUTES": "30",
            "JAMBOT_MAX_CONCURRENT_REQUESTS": "7",
            "JAMBOT_SESSION_CLEANUP_INTERVAL_S": "60",
        }
    )
    assert (config.ttl, config.max_concurrent_requests, config.cleanup_interval) == (30 * MINUTE, 7, MINUTE)
    assert config_from_environment({"JAMBOT_SESSION_TIMEOUT_MINUTES": "30"}, ttl=MINUTE).ttl == MINUTE
    with pytest.raises(BadConfiguration) as refused:
        config_from_environment({"JAMBOT_SESSION_TIMEOUT_MINUTES": "soon"})
    assert refused.value.field == "ttl"


async def test_a_pool_passes_no_data_from_one_to_the_next(manager):
    pool = SessionPool(manager, size=1)
    await pool.start()
    async with pool.session() as first:
        await manager.update(first.id, {"secret": "of the first"}, metadata={"who": "first"})
        await manager.pin(first.id, "project", 7)
    async with pool.session() as second:
        found = await manager.get(second.id)
        assert (found.data, found.pins, found.metadata) == ({}, {}, {})
        assert second.handle != first.handle
        assert await manager.get(first.handle) is None
        assert await manager.get(first.id) is None
        assert await manager.update(first.id, {"late": "write"}) is None


async def test_a_pool_gives_extra_sessions_and_ends_what_it_cannot_keep(manager):
    pool = SessionPool(manager, size=2)
    await pool.start()
    borrowed = await asyncio.gather(*(pool.acquire() for _ in range(3)))
    assert len({s.handle for s in borrowed}) == 3
    for session in borrowed:
        await pool.release(session)
    assert len(await manager.list()) == 2
    await pool.close()
    assert len(await manager.list()) == 0


async def test_a_pool_never_hands_out_a_session_that_ended(manager, clock):
    pool = SessionPool(manager, size=1, ttl=MINUTE)
    await pool.start()
    clock.advance(MINUTE)
    assert await manager.get((await pool.acquire()).id) is not None


async def test_registered_sessions_are_kept_alive_and_gone_ones_dropped(manager, clock):
    keeper = KeepAlive(manager)
    kept = await manager.create("ada", kind="memory", ttl=10 * MINUTE)
    gone = await manager.create("ada", kind="memory", ttl=10 * MINUTE)
    for session in (kept, gone):
        await keeper.register(session.handle)
    await manager.delete(gone.id)
    for _ in range(3):
        clock.advance(5 * MINUTE)
        assert await keeper.refresh_all() == 1
    assert keeper.registered == {kept.handle}
    keeper.unregister(kept.handle)
    clock.advance(10 * MINUTE)
    assert await manager.get(kept.id) is None


async def test_a_program_cannot_keep_a_login_alive(manager):
    keeper = KeepAlive(manager)
    login = await manager.create("ada", kind="login")
    with pytest.raises(NotRefreshable):
        await keeper.register(login.handle)
    with pytest.raises(SessionNotFound):
        await keeper.register("nonsense")


async def test_a_started_keeper_refreshes_by_itself(manager, clock):
    keeper = KeepAlive(manager, interval=timedelta(milliseconds=5))
    session = await manager.create("ada", kind="memory", ttl=10 * MINUTE)
    await keeper.register(session.handle)
    refreshed = asyncio.Event()

    async def note(event) -> None:
        refreshed.set()

    manager.on("refreshed", note)
    await keeper.start()
    await asyncio.wait_for(refreshed.wait(), 30)
    await keeper.stop()


def test_health_counts_requests_errors_and_silence(clock):
    monitor = HealthMonitor(clock=clock)
    for n in range(4):
        monitor.record("a", failed=n == 0)
    clock.advance(10 * MINUTE)
    monitor.record("b")
    assert (monitor.of("a").requests, monitor.of("a").errors, monitor.of("a").error_rate) == (4, 1, 0.25)
    assert (monitor.overall.requests, monitor.overall.error_rate) == (5, 0.2)
    assert monitor.idle_sessions(10 * MINUTE) == ["a"]
    assert monitor.of("unknown").error_rate == 0.0
    monitor.forget("a")
    assert monitor.idle_sessions(MINUTE) == []


def test_health_keeps_totals_when_it_forgets_details(clock):
    monitor = HealthMonitor(clock=clock)
    for n in range(10_050):
        monitor.record(str(n))
    assert monitor.overall.requests == 10_050
    assert monitor.of("0").requests == 0
    assert monitor.of("10049").requests == 1


async def test_a_store_may_be_given_ready_made():
    manager = await initialize_session_manager(MemoryStore())
    assert get_session_manager() is manager
    await manager.close()
    opening._manager = None
