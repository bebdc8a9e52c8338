"""Creates and deletes of one turn leave together, and each caller still gets its own answer."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from jambot.sessions import StaleVersion, StoreUnavailable
from jambot.sessions.conformance import MINUTE, NOW, a_record, add, page
from jambot.sessions.stores.redis import RedisStore
from tests.servers import RedisServer


@pytest.fixture
async def store(redis_url):
    made = RedisStore(redis_url, timeout_s=20)
    yield made
    await made.close()


async def create(store, record):
    return await store.create(record, limit=0, refuse=False, now_us=NOW)


async def test_many_of_one_turn_are_few_scripts(store, redis_url):
    raw = Redis.from_url(redis_url)
    await add(store, created_us=NOW - 1)
    await raw.config_resetstat()
    records = [a_record(user_id=f"u{n % 7}", created_us=NOW + n) for n in range(100)]
    await asyncio.gather(*(create(store, r) for r in records))
    assert (await raw.info("commandstats"))["cmdstat_evalsha"]["calls"] <= 8
    assert await page(store, limit=100) == records[::-1]
    gone = await asyncio.gather(*(store.delete(r.handle, now_us=NOW) for r in records))
    assert gone == records
    assert (await raw.info("commandstats"))["cmdstat_evalsha"]["calls"] <= 17
    assert len(await page(store)) == 1
    await raw.aclose()


async def test_one_that_is_refused_spoils_nobody_elses(store):
    there = await add(store, kind="guest", body=b"first")
    mine, other = a_record(created_us=NOW + 1), a_record(created_us=NOW + 2)
    again = a_record(handle=there.handle, expires_us=NOW + MINUTE, body=b"second")
    told = await asyncio.gather(*(create(store, r) for r in (mine, again, other)), return_exceptions=True)
    assert [type(each) is StaleVersion for each in told] == [False, True, False]
    assert await page(store) == [other, mine, there]
    assert await store.cleanup(10, now_us=NOW + MINUTE) == []
    answers = await asyncio.gather(
        store.delete(mine.handle, now_us=NOW),
        store.delete(mine.handle, now_us=NOW),
        store.delete(other.handle, version=2, now_us=NOW),
        store.delete(there.handle, now_us=there.expires_us),
        store.delete(there.handle, secret_hash=there.secret_hash, version=1, now_us=NOW),
    )
    assert answers == [mine, None, None, None, there]


async def test_one_who_stops_waiting_holds_nobody_up(store):
    records = [a_record(created_us=NOW + n) for n in range(3)]
    waiting = [asyncio.ensure_future(create(store, r)) for r in records]
    await asyncio.sleep(0)
    waiting[1].cancel()
    assert [(await waiting[n]).record for n in (0, 2)] == [records[0], records[2]]
    assert await page(store) == records[::-1]


async def test_a_redis_that_forgot_the_script_is_sent_it_with_all_of_them(store, redis_url):
    await add(store)
    raw = Redis.from_url(redis_url)
    await raw.script_flush()
    await asyncio.gather(*(add(store, user_id=f"u{n}") for n in range(40)))
    assert len(await page(store)) == 41
    await raw.aclose()


async def test_all_of_a_turn_are_told_when_redis_is_away():
    with RedisServer() as server:
        store = RedisStore(server.url, timeout_s=5)
        await store.start()
        server.stop()
        told = await asyncio.gather(*(add(store) for _ in range(20)), return_exceptions=True)
        assert {type(each) for each in told} == {StoreUnavailable}
        await store.close()


async def test_closing_ends_the_waiting_of_those_who_have_not_left_yet(redis_url):
    store = RedisStore(redis_url, timeout_s=20)
    waiting = asyncio.ensure_future(add(store))
    await asyncio.sleep(0)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await waiting
