"""Sessions in the layout of before are taken over at the start, none is lost and none signs anybody out."""

from __future__ import annotations

import struct

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from jambot.sessions.conformance import HOUR, MINUTE, NOW, a_record, page
from jambot.sessions.record import Record
from jambot.sessions.stores.redis import RedisStore
from tests.sessions.agreeing import agree

TAG = "jambot:{session}:"


@pytest.fixture
async def raw(redis_url):
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def keep_as_before(raw: Redis, record: Record) -> None:
    """Write a session as the layout of before had it."""
    handle, user, lookup = record.handle, record.user_id or "", record.lookup or ""
    times = (record.version, record.expires_us, record.accessed_us, record.extended_us, record.lease_us)
    counts = (record.created_us, record.connections, record.requests, record.fence)
    fixed = struct.pack(">qqqqqqiiq", *times, *counts) + record.secret_hash + bytes.fromhex(handle.replace("-", ""))
    whose = struct.pack(">B", len(record.kind)) + record.kind.encode() + struct.pack(">H", len(user)) + user.encode()
    body = struct.pack(">B", len(lookup)) + lookup.encode() + struct.pack(">I", len(record.facts)) + record.facts
    await raw.set(f"{TAG}s:{handle}", fixed + whose + body + record.body, px=3_600_000)
    member = f"{handle}:{record.kind}"
    await raw.zadd(f"{TAG}c", {member: record.created_us})
    await raw.zadd(f"{TAG}x", {member: record.expires_us})
    if user:
        await raw.zadd(f"{TAG}u:{user}", {member: record.created_us})
    if lookup:
        await raw.set(f"{TAG}k:{lookup}", handle, px=3_600_000)


async def test_every_session_of_the_layout_before_is_there_after_a_start(redis_url, raw):
    mine = a_record(body=bytes(range(256)), version=7, fence=3, connections=2)
    keyed = a_record(user_id=None, kind="memory", lookup="ab" * 32, created_us=NOW - 1, lease_us=NOW + MINUTE)
    many = [a_record(user_id=f"u{n}", created_us=NOW - 10 - n) for n in range(500)]
    for record in (mine, keyed, *many):
        await keep_as_before(raw, record)
    await raw.set(f"{TAG}l:{mine.handle}", f"{NOW + HOUR} me", px=60_000)
    store = RedisStore(redis_url, timeout_s=20)
    await store.start()
    assert await store.get(mine.handle, now_us=NOW) == mine
    assert 3_500_000 < await raw.pttl(b"jambot:{session}:s" + bytes.fromhex(mine.handle.replace("-", ""))) <= 3_600_000
    assert await store.by_lookup("ab" * 32, now_us=NOW) == keyed
    assert await store.by_user("ada", kind="login", now_us=NOW) == [mine]
    assert await page(store, limit=600) == [mine, keyed, *many]
    await agree(store, NOW)
    assert await store.acquire_lock(mine.handle, "other", lease_us=NOW + MINUTE, now_us=NOW) is None
    assert await store.release_lock(mine.handle, "me", now_us=NOW)
    written = await store.set(replace(mine, body=b"new"), expected_version=7, fence=None, now_us=NOW)
    assert written == replace(mine, body=b"new", version=8)
    assert len(await store.cleanup(1000, now_us=NOW + HOUR)) == 502
    assert [key for key in await raw.keys("*") if key[len(TAG) :][:1] not in (b"q", b"h")] == []
    await store.close()


async def test_one_that_redis_had_dropped_is_still_told(redis_url, raw):
    record = a_record()
    await keep_as_before(raw, record)
    await raw.delete(f"{TAG}s:{record.handle}")
    store = RedisStore(redis_url, timeout_s=20)
    await store.start()
    assert [(r.handle, r.kind) for r in await store.cleanup(9, now_us=NOW + HOUR)] == [(record.handle, "login")]
    await store.close()
