"""Reading and writing one session."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from jambot.sessions.conformance.ground import HOUR, MINUTE, NOW, add, page
from jambot.sessions.errors import SessionNotFound, StaleVersion
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import SessionStore
from jambot.sessions.tickets import new_handle


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


async def a_write_of_several_changes_counts_them(store: SessionStore) -> None:
    record = await add(store)
    three = await store.set(replace(record, version=4), expected_version=1, fence=None, now_us=NOW)
    assert three == replace(record, version=4)
    older = await store.set(replace(record, version=2), expected_version=4, fence=None, now_us=NOW)
    assert older is not None and older.version == 5
    assert await store.get(record.handle, now_us=NOW) == older


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


async def what_is_noted_aside_is_apart(store: SessionStore) -> None:
    record, aside, again = await add(store), store.aside(), store.aside()
    try:
        note = replace(record, user_id="note", expires_us=NOW + 1)
        await aside.create(note, limit=0, refuse=False, now_us=NOW)
        assert await again.by_user("note", kind=None, now_us=NOW) == [note]
        assert await store.get(record.handle, now_us=NOW) == record
        assert [each.handle for each in await aside.cleanup(10, now_us=NOW + 1)] == [note.handle]
        assert await store.get(record.handle, now_us=NOW + 1) == record
    finally:
        await aside.close()
        await again.close()
    assert await page(store) == [record]


async def only_one_of_many_deletes_gets_it(store: SessionStore) -> None:
    record = await add(store)
    assert await store.delete(record.handle, secret_hash=b"x" * 32, now_us=NOW) is None
    answers = await asyncio.gather(*(store.delete(record.handle, now_us=NOW) for _ in range(10)))
    assert [a for a in answers if a is not None] == [record]
    other = await add(store)
    assert await store.delete(other.handle, version=2, now_us=NOW) is None
    proven = await store.delete(other.handle, secret_hash=other.secret_hash, version=1, now_us=NOW)
    assert proven == other


BEHAVIOURS = (
    a_record_comes_back_as_it_went_in,
    an_end_is_an_end_for_every_reader,
    a_write_needs_the_version_it_read,
    a_write_of_several_changes_counts_them,
    of_parallel_writes_of_one_version_one_wins,
    a_late_save_brings_nothing_back,
    a_touch_moves_the_times_and_not_the_version,
    a_touch_of_an_older_version_or_moment_changes_nothing,
    a_slow_save_takes_no_life_away,
    only_one_of_many_deletes_gets_it,
    what_is_noted_aside_is_apart,
)
