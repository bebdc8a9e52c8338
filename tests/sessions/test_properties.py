"""Whatever the numbers: requests that run together are counted exactly, and a sweep takes the ended and nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from jambot.clock import ManualClock
from jambot.sessions import AtCapacity, MemoryStore, SessionConfig, SessionManager


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=25),
    st.integers(1, 10),
)
def test_requests_that_run_together_are_counted_exactly(requests, capacity):
    """Each request names a session and whether it fails."""

    async def run() -> None:
        manager = SessionManager(MemoryStore(), SessionConfig(max_concurrent_requests=capacity))
        sessions = [await manager.create("ada") for _ in range(4)]
        inside, turned_away, most = 0, 0, 0
        everybody_tried = asyncio.Event()

        async def request(which: int, fails: bool) -> None:
            nonlocal inside, turned_away, most
            async with manager.track_request(sessions[which].id):
                inside += 1
                most = max(most, inside)
                if inside + turned_away == len(requests):
                    everybody_tried.set()
                try:
                    await everybody_tried.wait()
                    if fails:
                        raise RuntimeError
                finally:
                    inside -= 1

        async def attempt(which: int, fails: bool) -> str:
            nonlocal turned_away
            try:
                await request(which, fails)
            except AtCapacity:
                turned_away += 1
                if inside + turned_away == len(requests):
                    everybody_tried.set()
                return "turned away"
            except RuntimeError:
                return "failed"
            return "done"

        answers = await asyncio.wait_for(asyncio.gather(*(attempt(*r) for r in requests)), 30)
        assert most == min(capacity, len(requests))
        assert answers.count("turned away") == max(0, len(requests) - capacity)
        assert [(await manager.get(s.id)).active_requests for s in sessions] == [0, 0, 0, 0]
        async with manager.track_request(sessions[0].id):
            pass

    asyncio.run(run())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(0, 9)), max_size=30),
    st.integers(0, 101),
    st.integers(1, 40),
)
def test_a_sweep_takes_the_ended_and_touches_nobody_else(lives, waited, limit):
    """Each life is a ttl in seconds and a value kept in the session."""

    async def run() -> None:
        clock = ManualClock()
        manager = SessionManager(MemoryStore(), clock=clock)
        made = [
            await manager.create(f"u{n % 3}", {"v": value}, ttl=timedelta(seconds=ttl), strategy="fixed")
            for n, (ttl, value) in enumerate(lives)
        ]
        clock.advance(timedelta(seconds=waited))
        ended = sum(ttl <= waited for ttl, _ in lives)
        assert await manager.cleanup(limit) == min(limit, ended)
        assert await manager.cleanup() == max(0, ended - limit)
        for session, (ttl, value) in zip(made, lives, strict=True):
            found = await manager.get(session.id, touch=False)
            assert (found is None) == (ttl <= waited)
            assert found is None or (found.data, found.version) == ({"v": value}, 1)

    asyncio.run(run())
