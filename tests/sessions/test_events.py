"""Who hears what, and that no listener can harm anybody."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest

from jambot.sessions import MemoryStore, SessionEvent, SessionEventName, StaleVersion
from jambot.sessions.events import Seldom

MINUTE = timedelta(minutes=1)


@pytest.fixture
def heard(manager) -> list[SessionEvent]:
    events: list[SessionEvent] = []
    for name in SessionEventName:
        manager.on(name, events.append)
    return events


async def test_each_thing_that_happens_is_told_once(manager, heard, clock):
    made = await manager.create("ada", kind="memory", ttl=MINUTE)
    await manager.update(made.id, {"a": 1})
    await manager.refresh(made.id)
    async with manager.lock(made.id):
        pass
    await manager.rotate(made.id)
    await manager.delete(made.handle, reason="lost laptop")
    short = await manager.create("bob", ttl=MINUTE)
    clock.advance(MINUTE)
    await manager.cleanup()
    await manager.cleanup()
    assert await manager.events_settled()
    told = [(e.name.value, e.session_id, e.reason) for e in heard]
    assert sorted(told, key=str) == sorted(
        [
            ("created", made.handle, None),
            ("updated", made.handle, None),
            ("refreshed", made.handle, None),
            ("locked", made.handle, None),
            ("unlocked", made.handle, None),
            ("updated", made.handle, "rotated"),
            ("deleted", made.handle, "lost laptop"),
            ("created", short.handle, None),
            ("expired", short.handle, "timeout"),
        ],
        key=str,
    )
    assert all(made.id not in repr(e) for e in heard)


async def test_an_evicted_session_is_told_with_its_reason(make_manager):
    manager = await make_manager(max_sessions_per_user=1)
    heard: list[SessionEvent] = []
    manager.on("evicted", heard.append)
    first = await manager.create("ada")
    await manager.create("ada")
    await manager.events_settled()
    assert [(e.session_id, e.user_id, e.kind, e.reason) for e in heard] == [(first.handle, "ada", "login", "limit")]


async def test_one_that_gave_way_to_a_stranger_is_told_apart(make_manager):
    manager = await make_manager(store=MemoryStore(max_sessions=2), max_sessions_per_user=2)
    heard: list[SessionEvent] = []
    manager.on("evicted", heard.append)
    made = [await manager.create(name) for name in ("ada", "bob", "eve")]
    await manager.events_settled()
    assert [(e.session_id, e.reason) for e in heard] == [(made[0].handle, "capacity")]


async def test_events_reach_a_listener_in_order(manager):
    heard = []
    manager.on("updated", lambda event: heard.append(event.at))
    made = await manager.create("ada")
    for _ in range(50):
        await manager.update(made.id, {})
    await manager.events_settled()
    assert len(heard) == 50
    assert heard == sorted(heard)


async def test_plain_and_async_listeners_both_hear_and_can_leave(manager):
    plain, later = [], []

    async def listen(event: SessionEvent) -> None:
        later.append(event.session_id)

    manager.on("created", plain.append)
    manager.on("created", listen)
    manager.on("created", listen)
    await manager.create("ada")
    await manager.events_settled()
    assert (len(plain), len(later)) == (1, 1)
    assert manager.off("created", listen) is True
    assert manager.off("created", listen) is False
    await manager.create("ada")
    await manager.events_settled()
    assert (len(plain), len(later)) == (2, 1)


async def test_an_unknown_event_is_refused(manager):
    with pytest.raises(ValueError):
        manager.on("exploded", print)


async def test_a_listener_that_raises_breaks_nothing(manager):
    heard = []

    def broken(event: SessionEvent) -> None:
        raise RuntimeError("listener")

    async def broken_too(event: SessionEvent) -> None:
        raise RuntimeError("listener")

    for listener in (broken, broken_too, heard.append):
        manager.on("created", listener)
    for _ in range(3):
        assert await manager.create("ada")
    assert await manager.events_settled()
    assert len(heard) == 3


async def test_a_listener_that_raised_hears_what_came_meanwhile(manager):
    heard = []

    async def fails_once(event: SessionEvent) -> None:
        heard.append(event)
        if len(heard) == 1:
            raise RuntimeError("listener")

    manager.on("created", fails_once)
    await asyncio.gather(*(manager.create("ada") for _ in range(3)))
    assert await manager.events_settled()
    assert len(heard) == 3


async def test_a_listener_that_hangs_holds_up_nobody(manager):
    release, let_go, heard = threading.Event(), asyncio.Event(), asyncio.Queue()

    async def hang(event: SessionEvent) -> None:
        await let_go.wait()

    async def listen(event: SessionEvent) -> None:
        await heard.put(event.session_id)

    manager.on("created", lambda event: release.wait(60))
    manager.on("created", hang)
    manager.on("created", listen)
    made = await asyncio.wait_for(manager.create("ada"), 30)
    assert await manager.get(made.id)
    assert await asyncio.wait_for(heard.get(), 30) == made.handle
    assert await manager.events_settled(0.01) is False
    release.set()
    let_go.set()
    assert await manager.events_settled(30) is True


async def test_a_refused_write_is_told_with_both_versions_and_seldom(manager, clock):
    heard: list[SessionEvent] = []
    manager.on("conflict", heard.append)
    made, other = await manager.create("ada"), await manager.create("ada")
    await manager.update(made.id, {"n": 1})
    for session in (made, made, made, other):
        with pytest.raises(StaleVersion):
            await manager.update(session.id, {"n": 2}, expected_version=session.version + (session is other))
    clock.advance(timedelta(seconds=5))
    with pytest.raises(StaleVersion):
        await manager.update(made.id, {"n": 2}, expected_version=made.version)
    await manager.events_settled()
    assert [e.session_id for e in heard] == [made.handle, other.handle, made.handle]
    assert heard[0].reason == "version 1 expected, 2 is there"


async def test_a_write_after_the_lock_passed_on_is_told(manager, clock):
    heard: list[SessionEvent] = []
    manager.on("conflict", heard.append)
    made = await manager.create("ada")
    async with manager.lock(made.id) as lock:
        clock.advance(timedelta(minutes=1))
        async with manager.lock(made.id):
            with pytest.raises(StaleVersion):
                await manager.update(made.id, {}, lock=lock)
    await manager.events_settled()
    assert [e.reason for e in heard] == ["the lock passed on"]


def test_what_passes_seldom_is_remembered_up_to_a_bound():
    seldom = Seldom(span_us=10, most=2)
    assert [seldom.passes(key, at) for key, at in (("a", 0), ("a", 9), ("a", 10), ("b", 10), ("c", 11), ("a", 12))] == [
        True,
        False,
        True,
        True,
        True,
        True,
    ]
    assert seldom.passes("c", 5) is True  # a clock set back holds nothing up
