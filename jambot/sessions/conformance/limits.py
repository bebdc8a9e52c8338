"""Making sessions: within the limit of a user, and one for each lookup."""

from __future__ import annotations

import asyncio

from jambot.sessions.conformance.ground import HOUR, MINUTE, NOW, a_record, add, page
from jambot.sessions.errors import TooManySessions
from jambot.sessions.stores.protocol import SessionStore


async def parallel_creates_stay_within_the_limit(store: SessionStore) -> None:
    records = [a_record(created_us=NOW + n) for n in range(20)]
    created = await asyncio.gather(*(store.create(r, limit=5, refuse=False, now_us=NOW) for r in records))
    left = await store.by_user("ada", kind="login", now_us=NOW)
    assert len(left) == 5
    evicted = [r.handle for c in created for r in c.evicted]
    assert len(evicted) == len(set(evicted)) == 15
    assert {r.handle for r in left}.isdisjoint(evicted)


async def the_oldest_makes_room(store: SessionStore) -> None:
    first = await add(store, created_us=NOW)
    second = await add(store, created_us=NOW + 1)
    created = await store.create(a_record(created_us=NOW + 2), limit=2, refuse=False, now_us=NOW)
    assert created.evicted == (first,)
    assert await store.get(second.handle, now_us=NOW) == second


async def a_limit_that_was_lowered_holds_at_the_next_creation(store: SessionStore) -> None:
    made = [await add(store, created_us=NOW + n) for n in range(6)]
    created = await store.create(a_record(created_us=NOW - 1), limit=3, refuse=False, now_us=NOW)
    assert {r.handle for r in created.evicted} == {r.handle for r in made[:4]}
    left = await store.by_user("ada", kind="login", now_us=NOW)
    assert [r.handle for r in left] == [made[5].handle, made[4].handle, created.record.handle]


async def at_the_limit_refusing_writes_nothing(store: SessionStore) -> None:
    await add(store)
    answers = await asyncio.gather(
        *(store.create(a_record(), limit=3, refuse=True, now_us=NOW) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(a, TooManySessions) for a in answers) == 8
    assert len(await page(store)) == 3


async def the_limit_counts_the_living_of_one_user_and_kind(store: SessionStore) -> None:
    kept = [
        await add(store, user_id="bob"),
        await add(store, kind="guest"),
        await add(store, user_id=None),
        await add(store, expires_us=NOW + 2 * MINUTE),
    ]
    ended = await add(store, expires_us=NOW + MINUTE)
    created = await store.create(a_record(), limit=2, refuse=True, now_us=NOW + MINUTE)
    assert created.evicted == ()
    for record in kept:
        assert await store.get(record.handle, now_us=NOW + MINUTE) == record
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + MINUTE)] == [ended.handle]


async def a_lookup_has_one_living_session(store: SessionStore) -> None:
    key = "ef" * 32
    created = await asyncio.gather(
        *(store.create(a_record(lookup=key), limit=0, refuse=False, now_us=NOW) for _ in range(10))
    )
    assert len({c.record.handle for c in created}) == 1
    assert sum(not c.existed for c in created) == 1
    first = created[0].record
    assert await store.by_lookup(key, now_us=NOW) == first
    end = first.expires_us
    later = await add(store, now=end, lookup=key, created_us=end, expires_us=end + HOUR)
    assert later.handle != first.handle
    assert await store.by_lookup(key, now_us=end) == later
    assert [r.handle for r in await store.cleanup(10, now_us=end)] == [first.handle]
    assert await store.by_lookup(key, now_us=end) == later
    await store.delete(later.handle, now_us=end)
    assert await store.by_lookup(key, now_us=end) is None


BEHAVIOURS = (
    parallel_creates_stay_within_the_limit,
    the_oldest_makes_room,
    a_limit_that_was_lowered_holds_at_the_next_creation,
    at_the_limit_refusing_writes_nothing,
    the_limit_counts_the_living_of_one_user_and_kind,
    a_lookup_has_one_living_session,
)
