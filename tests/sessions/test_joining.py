"""Changes of one session in one process do not race each other: who asks at the same time writes together."""

from __future__ import annotations

import asyncio

import pytest

from jambot.sessions import (
    InvalidSession,
    MemoryStore,
    Session,
    SessionConfig,
    SessionManager,
    StaleVersion,
    StoreUnavailable,
)


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


async def test_changes_that_ask_at_once_are_written_together(manager, store):
    session = await manager.create("ada", {})
    other = await manager.create("bob", {})
    updates = [manager.update(session.id, {f"k{n}": n}, merge=True) for n in range(20)]
    await asyncio.gather(*updates, manager.update(other.id, {"o": 1}), manager.pin(session.handle, "p", 1))
    kept = await manager.get(session.id)
    assert kept.data == {f"k{n}": n for n in range(20)}
    assert (kept.pins, kept.version, store.attempts) == ({"p": 1}, 22, 3)


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
    assert not manager._lines._lines


async def test_each_is_answered_with_its_own_version_and_told_of_in_order(manager):
    told = []
    manager.on("updated", lambda event: told.append(event.reason))
    session = await manager.create("ada", {"n": 0})
    answers = await asyncio.gather(*(manager.update(session.id, {f"k{n}": n}, merge=True) for n in range(6)))
    assert [each.version for each in answers] == [2, 3, 4, 5, 6, 7]
    assert [sorted(each.data) for each in answers] == [[*(f"k{n}" for n in range(last + 1)), "n"] for last in range(6)]
    await manager.events_settled()
    assert len(told) == 6


async def test_what_one_may_not_do_is_refused_to_that_one_alone(manager):
    session = await manager.create("ada", {"n": 0})
    wrong = session.id[:-4] + ("AAAA" if not session.id.endswith("AAAA") else "BBBB")
    told = await asyncio.gather(
        manager.update(session.id, {"a": 1}, merge=True),
        manager.update(session.id, {"big": "x" * 2_000_000}, merge=True),
        manager.update(wrong, {"w": 1}, merge=True),
        manager.update(session.id, {"b": 2}, merge=True),
        return_exceptions=True,
    )
    assert [type(each) for each in told] == [Session, InvalidSession, type(None), Session]
    kept = await manager.get(session.id)
    assert (kept.data, kept.version) == ({"n": 0, "a": 1, "b": 2}, 3)


async def test_a_version_that_was_asked_for_is_that_of_the_moment_of_asking(manager):
    session = await manager.create("ada", {"n": 0})
    told = await asyncio.gather(
        manager.update(session.id, {"a": 1}, merge=True),
        manager.update(session.id, {"b": 1}, merge=True, expected_version=1),
        manager.update(session.id, {"c": 1}, merge=True),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in told) in (["Session"] * 3, ["Session", "Session", "StaleVersion"])
    kept = await manager.get(session.id)
    assert kept.version == 1 + sum(isinstance(each, Session) for each in told)
    stale = told[1] if isinstance(told[1], StaleVersion) else None
    assert ("b" in kept.data) == (stale is None)


async def test_who_holds_the_id_of_before_a_rotation_writes_nothing_after_it(manager):
    session = await manager.create("ada", {"n": 0})
    first, rotated, late = await asyncio.gather(
        manager.update(session.id, {"n": 1}), manager.rotate(session.id), manager.update(session.id, {"n": 2})
    )
    assert (first.data, late) == ({"n": 1}, None)
    assert (await manager.get(rotated.id)).data == {"n": 1}


async def test_a_manager_that_stops_writes_what_was_asked_before(manager, store):
    session = await manager.create("ada", {})
    waiting = [asyncio.ensure_future(manager.update(session.id, {f"k{n}": n}, merge=True)) for n in range(4)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    await manager.stop()
    assert all(each.done() for each in waiting)
    assert {"k1", "k2", "k3"} <= set((await manager.get(session.id)).data)


async def test_many_changes_of_a_large_session_leave_others_their_turn_between_writes(manager, store):
    session = await manager.create("ada", {"big": "x" * 600_000})
    answers = await asyncio.gather(*(manager.update(session.id, {f"k{n}": n}, merge=True) for n in range(7)))
    assert [each.version for each in answers] == [2, 3, 4, 5, 6, 7, 8]
    assert store.attempts == 1 + 3
    small = await manager.create("ada", {})
    store.attempts = 0
    await asyncio.gather(*(manager.update(small.id, {"n": n}) for n in range(301)))
    assert (await manager.get(small.id)).version == 302
    assert store.attempts == 1 + 3
