"""What every session store must do: run it against yours.

    @pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.__name__)
    async def test_my_store(behaviour):
        async with my_empty_store() as store:
            await behaviour(store)

Each behaviour is an async function of one empty, started store. It raises AssertionError, naming what broke.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from jambot.sessions.errors import SessionNotFound, StaleFence, StaleVersion, TooManySessions
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, Records
from jambot.sessions.stores.protocol import Query, SessionStore
from jambot.sessions.tickets import new_handle

NOW = 1_767_600_000_000_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
IDLE_AFTER = 5 * MINUTE


def a_record(**changes: Any) -> Record:
    """A record that lives for an hour from `NOW`, with whatever is changed."""
    base = Record(
        handle=new_handle(),
        secret_hash=b"\0\xff" * 16,
        kind="login",
        user_id="ada",
        lookup=None,
        created_us=NOW,
        accessed_us=NOW,
        extended_us=NOW,
        expires_us=NOW + HOUR,
        version=1,
        facts=b'{"strategy":"sliding","ttl_us":3600000000}',
        body=b"v0.\x00\xfe any bytes",
    )
    return replace(base, **changes)


async def add(store: SessionStore, *, limit: int = 0, now: int = NOW, **changes: Any) -> Record:
    """A stored record."""
    record = a_record(**changes)
    created = await store.create(record, limit=limit, refuse=False, now_us=now)
    return created.record


async def page(store: SessionStore, now: int = NOW, **wanted: Any) -> Records:
    """One listed page."""
    return await store.list(Query(idle_after_us=IDLE_AFTER, **wanted), now_us=now)


async def a_record_comes_back_as_it_went_in(store: SessionStore) -> None:
    record = await add(store, user_id="a d'a \u2713", kind="memory", lookup="ab" * 32, body=bytes(range(256)) * 64)
    assert await store.get(record.handle, now_us=NOW) == record
    assert await store.exists(record.handle, now_us=NOW)
    assert await store.get(new_handle(), now_us=NOW) is None
    assert not await store.exists(new_handle(), now_us=NOW)


async def an_end_is_an_end_for_every_reader(store: SessionStore) -> None:
    record = await add(store, lookup="cd" * 32)
    end = record.expires_us
    assert await store.get(record.handle, now_us=end - 1) == record
    assert await store.get(record.handle, now_us=end) is None
    assert not await store.exists(record.handle, now_us=end)
    assert await store.by_lookup("cd" * 32, now_us=end) is None
    assert await store.by_user("ada", kind=None, now_us=end) == []
    assert await page(store, end) == []
    assert await store.set(record, expected_version=1, fence=None, now_us=end) is None
    assert not await store.touch(replace(record, accessed_us=end, expires_us=end + HOUR), now_us=end)
    assert await store.delete(record.handle, now_us=end) is None
    assert await store.delete_by_user("ada", kind=None, except_handle=None, now_us=end) == []
    assert await store.count(record.handle, requests=1, lease_us=end + HOUR, now_us=end) is None
    try:
        await store.acquire_lock(record.handle, "me", lease_us=end + HOUR, now_us=end)
    except SessionNotFound:
        pass
    else:
        raise AssertionError("an ended session was locked")
    assert await store.get(record.handle, now_us=end) is None
    assert [r.handle for r in await store.cleanup(10, now_us=end)] == [record.handle]


async def a_write_needs_the_version_it_read(store: SessionStore) -> None:
    record = await add(store)
    changed = replace(record, body=b"v0.changed", facts=b'{"strategy":"fixed","ttl_us":1}', secret_hash=b"n" * 32)
    written = await store.set(changed, expected_version=1, fence=None, now_us=NOW)
    assert written == replace(changed, version=2)
    assert await store.get(record.handle, now_us=NOW) == written
    try:
        await store.set(replace(record, body=b"v0.late"), expected_version=1, fence=None, now_us=NOW)
    except StaleVersion:
        pass
    else:
        raise AssertionError("a stale write was accepted")
    assert await store.get(record.handle, now_us=NOW) == written


async def of_parallel_writes_of_one_version_one_wins(store: SessionStore) -> None:
    record = await add(store)
    writes = [replace(record, body=f"v0.{n}".encode()) for n in range(20)]
    answers = await asyncio.gather(
        *(store.set(w, expected_version=1, fence=None, now_us=NOW) for w in writes), return_exceptions=True
    )
    assert sum(isinstance(answer, Record) for answer in answers) == 1
    assert sum(isinstance(answer, StaleVersion) for answer in answers) == 19


async def a_late_save_brings_nothing_back(store: SessionStore) -> None:
    record = await add(store)
    assert await store.delete(record.handle, now_us=NOW) == record
    assert await store.set(record, expected_version=1, fence=None, now_us=NOW) is None
    assert not await store.touch(replace(record, accessed_us=NOW + 1), now_us=NOW)
    assert await store.count(record.handle, requests=-1, now_us=NOW) is None
    assert await store.get(record.handle, now_us=NOW) is None
    assert await page(store, include_expired=True) == []


async def a_touch_moves_the_times_and_not_the_version(store: SessionStore) -> None:
    record = await add(store)
    touched = replace(record, accessed_us=NOW + 1, extended_us=NOW + 1, expires_us=NOW + 2 * HOUR)
    assert await store.touch(touched, now_us=NOW)
    assert await store.get(record.handle, now_us=NOW + HOUR) == touched


async def a_touch_of_an_older_version_or_moment_changes_nothing(store: SessionStore) -> None:
    record = await add(store)
    shorter = replace(record, accessed_us=NOW + MINUTE, extended_us=NOW + MINUTE, expires_us=NOW + 10 * MINUTE)
    written = await store.set(shorter, expected_version=1, fence=None, now_us=NOW + MINUTE)
    assert written is not None
    assert not await store.touch(replace(record, accessed_us=NOW + 2 * MINUTE), now_us=NOW + 2 * MINUTE)
    assert not await store.touch(replace(written, accessed_us=NOW), now_us=NOW + 2 * MINUTE)
    assert await store.get(record.handle, now_us=NOW + 2 * MINUTE) == written


async def a_slow_save_takes_no_life_away(store: SessionStore) -> None:
    record = await add(store)
    used = replace(record, accessed_us=NOW + MINUTE, extended_us=NOW + MINUTE, expires_us=NOW + MINUTE + HOUR)
    assert await store.touch(used, now_us=NOW + MINUTE)
    written = await store.set(replace(record, body=b"v0.x"), expected_version=1, fence=None, now_us=NOW + MINUTE)
    assert written == replace(used, body=b"v0.x", version=2)
    assert await store.get(record.handle, now_us=NOW + HOUR) == written


async def only_one_of_many_deletes_gets_it(store: SessionStore) -> None:
    record = await add(store)
    assert await store.delete(record.handle, secret_hash=b"x" * 32, now_us=NOW) is None
    answers = await asyncio.gather(*(store.delete(record.handle, now_us=NOW) for _ in range(10)))
    assert [a for a in answers if a is not None] == [record]
    other = await add(store)
    assert await store.delete(other.handle, version=2, now_us=NOW) is None
    proven = await store.delete(other.handle, secret_hash=other.secret_hash, version=1, now_us=NOW)
    assert proven == other


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


async def a_users_sessions_come_newest_first(store: SessionStore) -> None:
    old = await add(store, created_us=NOW - 2)
    new = await add(store, created_us=NOW)
    middle = await add(store, created_us=NOW - 1, kind="guest")
    await add(store, user_id="bob")
    assert await store.by_user("ada", kind=None, now_us=NOW) == [new, middle, old]
    assert await store.by_user("ada", kind="guest", now_us=NOW) == [middle]
    assert await store.by_user("nobody", kind=None, now_us=NOW) == []


async def a_users_sessions_end_together(store: SessionStore) -> None:
    mine = [await add(store) for _ in range(3)]
    guest = await add(store, kind="guest")
    bob = await add(store, user_id="bob")
    gone = await store.delete_by_user("ada", kind="login", except_handle=mine[0].handle, now_us=NOW)
    assert {r.handle for r in gone} == {r.handle for r in mine[1:]}
    assert {r.handle for r in await page(store)} == {mine[0].handle, guest.handle, bob.handle}
    gone = await store.delete_by_user("ada", kind=None, except_handle=None, now_us=NOW)
    assert {r.handle for r in gone} == {mine[0].handle, guest.handle}


async def pages_reach_every_session_once(store: SessionStore) -> None:
    made = [await add(store, created_us=NOW + n // 3, user_id=f"u{n % 2}") for n in range(20)]
    expected = sorted(made, key=lambda r: (r.created_us, r.handle), reverse=True)
    seen: Records = []
    while more := await page(store, limit=7, after=(seen[-1].created_us, seen[-1].handle) if seen else None):
        seen += more
    assert seen == expected
    assert await page(store, limit=4, offset=3) == expected[3:7]
    mine = [r for r in expected if r.user_id == "u1"]
    assert await page(store, user_id="u1", limit=5) == mine[:5]
    assert await page(store, user_id="u1", after=(mine[4].created_us, mine[4].handle)) == mine[5:]


async def lists_and_counts_agree_on_states(store: SessionStore) -> None:
    now = NOW + 10 * MINUTE
    active = await add(store, accessed_us=now - IDLE_AFTER + 1)
    idle = await add(store, accessed_us=now - IDLE_AFTER, kind="memory", user_id="bob")
    nearly = await add(store, accessed_us=now, expires_us=NOW + 12 * MINUTE + 1, user_id=None)
    expiring = await add(store, accessed_us=now, expires_us=NOW + 12 * MINUTE)
    ended = await add(store, expires_us=now)
    for state, expected in (
        (SessionState.ACTIVE, {active.handle}),
        (SessionState.IDLE, {idle.handle}),
        (SessionState.EXPIRING, {expiring.handle, nearly.handle}),
        (SessionState.EXPIRED, {ended.handle}),
    ):
        assert {r.handle for r in await page(store, now, state=state)} == expected, state
    assert len(await page(store, now)) == 4
    assert len(await page(store, now, include_expired=True)) == 5
    assert [r.handle for r in await page(store, now, kind="memory")] == [idle.handle]
    stats = await store.stats(idle_after_us=IDLE_AFTER, now_us=now)
    assert (stats.total, stats.active, stats.idle, stats.expiring, stats.expired) == (4, 1, 1, 2, 1)
    assert stats.by_user == {"ada": 2, "bob": 1}
    assert stats.by_kind == {"login": 3, "memory": 1}
    used_us = sum(r.accessed_us - r.created_us for r in (active, idle, nearly, expiring))
    assert abs(stats.mean_duration_s - used_us / 4 / SECOND) < 0.001


async def a_sweep_takes_each_ended_session_once(store: SessionStore) -> None:
    ended = [await add(store, expires_us=NOW + n) for n in range(1, 21)]
    living = await add(store)
    now = NOW + 20
    first = await store.cleanup(5, now_us=now)
    assert [r.handle for r in first] == [r.handle for r in ended[:5]]
    rest = [r for batch in await asyncio.gather(*(store.cleanup(8, now_us=now) for _ in range(4))) for r in batch]
    rest += await store.cleanup(100, now_us=now)
    assert sorted(r.handle for r in rest) == sorted(r.handle for r in ended[5:])
    assert await store.cleanup(100, now_us=now) == []
    assert await page(store, now, include_expired=True) == [living]


async def a_sweep_follows_an_end_that_moved(store: SessionStore) -> None:
    longer = await add(store, expires_us=NOW + MINUTE)
    await store.touch(replace(longer, expires_us=NOW + HOUR), now_us=NOW)
    shorter = await add(store)
    await store.set(replace(shorter, expires_us=NOW + MINUTE), expected_version=1, fence=None, now_us=NOW)
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + MINUTE)] == [shorter.handle]
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + HOUR)] == [longer.handle]


async def work_in_progress_is_counted_and_not_swept(store: SessionStore) -> None:
    record = await add(store, expires_us=NOW + MINUTE)
    lease = NOW + 10 * MINUTE
    for n in (1, 2):
        counted = await store.count(record.handle, requests=1, connections=1, lease_us=lease, now_us=NOW)
        assert counted is not None
        assert (counted.requests, counted.connections, counted.version) == (n, n, 1)
    assert await store.cleanup(10, now_us=NOW + 5 * MINUTE) == []
    assert await store.get(record.handle, now_us=NOW + 5 * MINUTE) is None
    for n in (1, 0, 0):
        counted = await store.count(record.handle, requests=-1, connections=-1, now_us=NOW + 5 * MINUTE)
        assert counted is not None
        assert (counted.requests, counted.connections) == (n, n)
    assert [r.handle for r in await store.cleanup(10, now_us=NOW + 5 * MINUTE)] == [record.handle]


async def crashed_work_is_forgotten_with_its_lease(store: SessionStore) -> None:
    record = await add(store)
    lease = NOW + MINUTE
    await store.count(record.handle, requests=3, lease_us=lease, now_us=NOW)
    counted = await store.count(record.handle, requests=1, lease_us=lease + MINUTE, now_us=lease)
    assert counted is not None
    assert counted.requests == 1
    ended = await add(store, expires_us=NOW + 1)
    await store.count(ended.handle, requests=1, lease_us=lease, now_us=NOW)
    assert await store.cleanup(10, now_us=lease - 1) == []
    assert [r.handle for r in await store.cleanup(10, now_us=lease)] == [ended.handle]


async def counting_survives_a_write_and_a_write_survives_counting(store: SessionStore) -> None:
    record = await add(store)
    await store.count(record.handle, requests=1, connections=2, lease_us=NOW + HOUR, now_us=NOW)
    written = await store.set(replace(record, body=b"v0.y"), expected_version=1, fence=None, now_us=NOW)
    assert written is not None
    assert (written.requests, written.connections, written.lease_us, written.body) == (1, 2, NOW + HOUR, b"v0.y")


async def a_lock_has_one_holder(store: SessionStore) -> None:
    record = await add(store)
    until = NOW + MINUTE
    fences = await asyncio.gather(
        *(store.acquire_lock(record.handle, f"o{n}", lease_us=until, now_us=NOW) for n in range(10))
    )
    winner = next(n for n, fence in enumerate(fences) if fence is not None)
    assert sum(fence is not None for fence in fences) == 1
    assert not await store.release_lock(record.handle, "stranger", now_us=NOW)
    assert await store.acquire_lock(record.handle, "next", lease_us=until, now_us=until - 1) is None
    assert await store.release_lock(record.handle, f"o{winner}", now_us=NOW)
    assert not await store.release_lock(record.handle, f"o{winner}", now_us=NOW)
    following = await store.acquire_lock(record.handle, "next", lease_us=until, now_us=NOW)
    assert following is not None
    assert following > (fences[winner] or 0)
    assert (await store.get(record.handle, now_us=NOW)) == replace(record, fence=following)


async def a_lapsed_lock_passes_on_and_its_holder_cannot_write(store: SessionStore) -> None:
    record = await add(store)
    until = NOW + MINUTE
    slow = await store.acquire_lock(record.handle, "slow", lease_us=until, now_us=NOW)
    quick = await store.acquire_lock(record.handle, "quick", lease_us=until + MINUTE, now_us=until)
    assert slow is not None
    assert quick is not None
    assert quick > slow
    try:
        await store.set(replace(record, body=b"v0.slow"), expected_version=1, fence=slow, now_us=until)
    except StaleFence:
        pass
    else:
        raise AssertionError("a write under a lapsed lock was accepted")
    assert not await store.release_lock(record.handle, "slow", now_us=until)
    written = await store.set(replace(record, body=b"v0.quick"), expected_version=1, fence=quick, now_us=until)
    assert written is not None
    assert written.body == b"v0.quick"


async def what_does_not_exist_cannot_be_locked(store: SessionStore) -> None:
    try:
        await store.acquire_lock(new_handle(), "me", lease_us=NOW + MINUTE, now_us=NOW)
    except SessionNotFound:
        return
    raise AssertionError("a session that does not exist was locked")


Behaviour = Callable[[SessionStore], Awaitable[None]]
BEHAVIOURS: tuple[Behaviour, ...] = (
    a_record_comes_back_as_it_went_in,
    an_end_is_an_end_for_every_reader,
    a_write_needs_the_version_it_read,
    of_parallel_writes_of_one_version_one_wins,
    a_late_save_brings_nothing_back,
    a_touch_moves_the_times_and_not_the_version,
    a_touch_of_an_older_version_or_moment_changes_nothing,
    a_slow_save_takes_no_life_away,
    only_one_of_many_deletes_gets_it,
    parallel_creates_stay_within_the_limit,
    the_oldest_makes_room,
    at_the_limit_refusing_writes_nothing,
    the_limit_counts_the_living_of_one_user_and_kind,
    a_lookup_has_one_living_session,
    a_users_sessions_come_newest_first,
    a_users_sessions_end_together,
    pages_reach_every_session_once,
    lists_and_counts_agree_on_states,
    a_sweep_takes_each_ended_session_once,
    a_sweep_follows_an_end_that_moved,
    work_in_progress_is_counted_and_not_swept,
    crashed_work_is_forgotten_with_its_lease,
    counting_survives_a_write_and_a_write_survives_counting,
    a_lock_has_one_holder,
    a_lapsed_lock_passes_on_and_its_holder_cannot_write,
    what_does_not_exist_cannot_be_locked,
)
