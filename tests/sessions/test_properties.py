"""Whatever the numbers, on every store: the named properties of concurrent requests and of clean-up isolation."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jambot.clock import ManualClock
from jambot.sessions import AtCapacity, Session, SessionConfig, SessionManager, SessionStore
from tests.sessions.each_store import Stores

# Fewer where each request travels: what differs between stores is held by the conformance suite and the state machine.
EXAMPLES = {"memory": 40, "sqlite": 4, "postgresql": 2, "redis": 6, "zerodb": 2}
on_every_store = pytest.mark.parametrize("kind", EXAMPLES)

Property = Callable[..., Awaitable[None]]


def holds(prop: Property, kind: str, request: pytest.FixtureRequest, *strategies: st.SearchStrategy) -> None:
    """Check `prop(store, *drawn)` on empty stores of one kind."""
    with asyncio.Runner() as runner:
        stores = Stores(kind, request)

        @settings(max_examples=EXAMPLES[kind], deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(st.tuples(*strategies))
        def check(drawn) -> None:
            async def run() -> None:
                await prop(await stores.new(), *drawn)

            runner.run(run())

        check()
        runner.run(stores.close())


async def concurrent_request_handling(store: SessionStore, requests: list[tuple[int, bool]], capacity: int) -> None:
    """Property 12. Each request names one of four sessions and whether it fails; all that are let in run together."""
    manager = SessionManager(store, SessionConfig(max_concurrent_requests=capacity, auto_cleanup=False))
    sessions = [await manager.create("ada", {"n": n}) for n in range(4)]
    inside: Counter[int] = Counter()
    turned_away, most = 0, 0
    everybody_tried, seen_together = asyncio.Event(), asyncio.Event()

    async def request(which: int, fails: bool) -> None:
        nonlocal most
        async with manager.track_request(sessions[which].id) as entered:
            assert entered.data == {"n": which}
            inside[which] += 1
            most = max(most, inside.total())
            if inside.total() + turned_away == len(requests):
                everybody_tried.set()
            await seen_together.wait()
            if fails:
                raise RuntimeError

    async def attempt(which: int, fails: bool) -> str:
        nonlocal turned_away
        try:
            await request(which, fails)
        except AtCapacity:
            turned_away += 1
            if inside.total() + turned_away == len(requests):
                everybody_tried.set()
            return "turned away"
        except RuntimeError:
            return "failed"
        return "done"

    running = asyncio.gather(*(attempt(*r) for r in requests))
    await asyncio.wait_for(everybody_tried.wait(), 60)
    found = [await manager.get(s.id, touch=False) for s in sessions]
    assert [s.active_requests for s in found] == [inside[n] for n in range(4)]
    seen_together.set()
    answers = await asyncio.wait_for(running, 60)
    assert most == min(capacity, len(requests))
    assert answers.count("turned away") == max(0, len(requests) - capacity)
    assert [(await manager.get(s.id, touch=False)).active_requests for s in sessions] == [0, 0, 0, 0]
    async with manager.track_request(sessions[0].id):
        pass


async def clean_up_isolation(store: SessionStore, lives: list[tuple[int, int, bool]], waited: int, limit: int) -> None:
    """Property 14. Each life is a ttl in seconds, a value kept in the session, and whether a request is at work."""
    clock = ManualClock()
    manager = SessionManager(store, SessionConfig(auto_cleanup=False, request_lease=timedelta(hours=1)), clock=clock)
    made, at_work = [], AsyncExitStack()
    for n, (ttl, value, busy) in enumerate(lives):
        session = await manager.create(f"u{n % 3}", {"v": value}, ttl=timedelta(seconds=ttl), strategy="fixed")
        if busy:
            await at_work.enter_async_context(manager.track_request(session.id))
        made.append(session)
    clock.advance(timedelta(seconds=waited))
    swept = sum(ttl <= waited and not busy for ttl, _, busy in lives)
    assert await manager.cleanup(limit) == min(limit, swept)
    assert await manager.cleanup() == max(0, swept - limit)
    for session, (ttl, value, busy) in zip(made, lives, strict=True):
        found = await manager.get(session.id, touch=False)
        assert (found is None) == (ttl <= waited)
        assert found is None or (found.data, found.version, found.active_requests) == ({"v": value}, 1, busy)
    clock.advance(timedelta(hours=1))
    assert await manager.cleanup() == len(lives) - swept
    await at_work.aclose()


async def a_clock_that_jumps(store: SessionStore, jumps: list[int]) -> None:
    """Whatever the clock does, a session is alive until the end it was last promised, and no age is negative."""
    clock = ManualClock()
    manager = SessionManager(store, SessionConfig(auto_cleanup=False), clock=clock)
    session = await manager.create("ada", {"n": 1}, ttl=timedelta(days=1), strategy="sliding")
    ends = session.expires_at
    for hours in jumps:
        clock.advance(timedelta(hours=hours))
        if clock.now() < ends:
            assert await manager.cleanup() == 0
        found = await manager.get(session.id)
        assert (found is None) == (ends <= clock.now())
        stats = (await manager.stats()).now
        assert stats.mean_duration_s >= 0
        if found is None:
            return
        assert found.expires_at >= ends
        assert found.last_accessed_at >= found.created_at
        assert (await manager.update(session.id, {"n": 2})).expires_at >= found.expires_at
        ends = (await manager.get(session.id, touch=False)).expires_at


async def no_update_is_lost(store: SessionStore, asked: list[tuple[int, bool]]) -> None:
    """Each caller adds a name of its own, through one of two managers on the store; some are cancelled on the way."""
    managers = [SessionManager(store, SessionConfig(auto_cleanup=False)) for _ in range(2)]
    made = await managers[0].create("ada", {})

    async def add(n: int, which: int) -> Session | None:
        return await managers[which].update(made.id, {str(n): n}, merge=True)

    tasks = [asyncio.ensure_future(add(n, which)) for n, (which, _) in enumerate(asked)]
    await asyncio.sleep(0)
    for task, (_, given_up) in zip(tasks, asked, strict=True):
        if given_up:
            task.cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    for manager in managers:
        await manager.stop()
    kept = await managers[1].get(made.id, touch=False)
    answered = {n: each for n, each in enumerate(answers) if isinstance(each, Session)}
    assert set(answered) >= {n for n, (_, given_up) in enumerate(asked) if not given_up}
    assert set(kept.data) >= set(map(str, answered))
    assert kept.version == 1 + len(kept.data)
    grown = sorted(answered.items(), key=lambda each: each[1].version)
    assert all(str(n) in each.data and each.version == 1 + len(each.data) for n, each in grown)
    assert all(set(a.data) < set(b.data) for (_, a), (_, b) in pairwise(grown))


@on_every_store
def test_concurrent_request_handling(kind, request):
    one = st.tuples(st.integers(0, 3), st.booleans())
    holds(concurrent_request_handling, kind, request, st.lists(one, min_size=1, max_size=12), st.integers(1, 8))


@on_every_store
def test_clean_up_isolation(kind, request):
    life = st.tuples(st.integers(1, 100), st.integers(0, 9), st.booleans())
    holds(clean_up_isolation, kind, request, st.lists(life, max_size=15), st.integers(0, 101), st.integers(1, 20))


@on_every_store
def test_a_clock_that_jumps_ends_nobody_early_and_revives_nobody(kind, request):
    holds(a_clock_that_jumps, kind, request, st.lists(st.sampled_from([48, -24, 1, 0, -1, 23]), max_size=6))


@on_every_store
def test_no_update_is_lost_whoever_makes_it_and_whoever_gives_up(kind, request):
    one = st.tuples(st.integers(0, 1), st.booleans())
    holds(no_update_is_lost, kind, request, st.lists(one, min_size=1, max_size=12))
