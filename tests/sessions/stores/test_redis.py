"""What Redis adds: one round trip, native ends, one slot, and events between processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from jambot.sessions import SessionConfig, SessionManager, StoreUnavailable
from jambot.sessions.conformance import HOUR, IDLE_AFTER, MINUTE, NOW, a_record, add, page
from jambot.sessions.stores.protocol import Query
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.redis_record import place
from tests.servers import RedisServer


@pytest.fixture
async def store(redis_url):
    made = RedisStore(redis_url, timeout_s=20)
    yield made
    await made.close()


@pytest.fixture
async def raw(redis_url):
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def commands_of(raw: Redis, operation) -> dict[str, int]:
    """How often each command was called from outside while `operation` ran; what scripts call inside is left out."""
    await operation()  # connections and scripts are there now
    await raw.config_resetstat()
    await operation()
    stats = await raw.info("commandstats")
    return {name.removeprefix("cmdstat_"): numbers["calls"] for name, numbers in stats.items()}


async def test_every_operation_is_one_round_trip(store, raw):
    record = await add(store)
    operations = {
        "create": lambda: add(store, user_id="bob", limit=2),
        "get": lambda: store.get(record.handle, now_us=NOW),
        "touch": lambda: store.touch(record, now_us=NOW),
        "count": lambda: store.count(record.handle, connections=1, now_us=NOW),
        "by_user": lambda: store.by_user("ada", kind=None, now_us=NOW),
        "list": lambda: page(store),
        "cleanup": lambda: store.cleanup(10, now_us=NOW),
        "stats": lambda: store.stats(idle_after_us=IDLE_AFTER, now_us=NOW),
        "lock": lambda: store.acquire_lock(record.handle, "me", lease_us=NOW + 1, now_us=NOW),
        "delete": lambda: store.delete(record.handle, now_us=NOW),
    }
    for name, operation in operations.items():
        calls = await commands_of(raw, operation)
        outside = calls.get("evalsha", 0) + (calls.get("get", 0) if "evalsha" not in calls else 0)
        assert outside == 1, (name, calls)
        assert not {"keys", "scan", "eval", "smembers", "hgetall"} & set(calls), (name, calls)


async def test_concurrent_operations_share_their_round_trips(store, raw):
    records = [await add(store, user_id=f"u{n}") for n in range(50)]
    await raw.config_resetstat()
    before = (await raw.info("stats"))["total_reads_processed"]
    found = await asyncio.gather(*(store.get(r.handle, now_us=NOW) for r in records))
    reads = (await raw.info("stats"))["total_reads_processed"] - before
    assert found == records
    assert reads <= 5


async def test_all_keys_of_a_namespace_are_in_one_slot(store, raw):
    record = await add(store, lookup="ab" * 32)
    await store.acquire_lock(record.handle, "me", lease_us=NOW + HOUR, now_us=NOW)
    keys = await raw.keys("*")
    assert len(keys) == 6
    assert all(key.startswith(b"jambot:{session}:") for key in keys)


async def test_namespaces_do_not_see_each_other(store, redis_url):
    other = RedisStore(redis_url, namespace="other")
    record = await add(store)
    assert await other.get(record.handle, now_us=NOW) is None
    assert await page(other) == []
    assert await other.cleanup(10, now_us=NOW + 2 * HOUR) == []
    await other.close()


async def test_a_session_leaves_by_itself_five_minutes_after_its_end(store, raw):
    record = await add(store, expires_us=NOW + MINUTE, lookup="ab" * 32)
    await store.acquire_lock(record.handle, "me", lease_us=NOW + MINUTE, now_us=NOW)
    own_end = 6 * 60_000
    ends = {key: await raw.pttl(key) for key in await raw.keys("*")}
    shared = {b"jambot:{session}:n", b"jambot:{session}:e", b"jambot:{session}:oada"}
    assert {key for key, end in ends.items() if end == -1} == shared
    assert all(own_end - 60_000 < end <= own_end for key, end in ends.items() if key not in shared)


async def test_what_redis_dropped_by_itself_is_told_once_and_leaves_no_trace(store, raw):
    record = await add(store)
    await raw.delete(b"jambot:{session}:s" + place(record.handle))
    swept = await store.cleanup(10, now_us=record.expires_us)
    assert [(r.handle, r.kind, r.user_id) for r in swept] == [(record.handle, "login", "ada")]
    assert await store.cleanup(10, now_us=record.expires_us) == []
    assert await raw.keys("*") == []


async def test_what_redis_dropped_by_itself_is_not_listed(store, raw):
    gone, there = await add(store), await add(store, created_us=NOW + 1)
    await raw.delete(b"jambot:{session}:s" + place(gone.handle))
    assert await store.by_user("ada", kind=None, now_us=NOW) == [there]
    assert await page(store) == [there]
    assert await page(store, user_id="ada", limit=1) == [there]
    assert (await store.stats(idle_after_us=IDLE_AFTER, now_us=NOW)).total == 1


async def test_what_is_swept_leaves_no_trace(store, raw):
    records = [await add(store, user_id=user, lookup=lookup) for user, lookup in (("ada", "ab" * 32), (None, None))]
    await store.acquire_lock(records[0].handle, "me", lease_us=NOW + 1, now_us=NOW)
    swept = await store.cleanup(10, now_us=records[0].expires_us)
    assert {(r.handle, r.kind, r.user_id) for r in swept} == {(r.handle, r.kind, r.user_id) for r in records}
    assert await raw.keys("*") == []


async def test_a_rare_filter_pages_through_many_others(store):
    rare = [await add(store, created_us=NOW - n * 10, kind="memory") for n in (5, 3, 1)]
    await asyncio.gather(*(add(store, created_us=NOW - n % 40, user_id=f"u{n}") for n in range(4500)))
    query = Query(idle_after_us=IDLE_AFTER, kind="memory", limit=10)
    assert await store.list(query, now_us=NOW) == rare[::-1]
    seen, after = 0, None
    while more := await page(store, limit=700, after=after):
        seen += len(more)
        after = (more[-1].created_us, more[-1].handle)
    assert seen == 4503


async def test_a_redis_that_forgot_the_scripts_is_sent_them_again(store, raw):
    await add(store)
    await raw.script_flush()
    await add(store)
    assert len(await page(store)) == 2


async def test_a_redis_that_is_away_is_an_error_and_heals(clock):
    with RedisServer() as server:
        store = RedisStore(server.url, timeout_s=5)
        record = a_record()
        await store.create(record, limit=0, refuse=False, now_us=NOW)
        server.stop()
        for operation in (store.get(record.handle, now_us=NOW), page(store), add(store)):
            with pytest.raises(StoreUnavailable):
                await operation
        server.start()
        assert await store.get(record.handle, now_us=NOW) is None
        await store.create(record, limit=0, refuse=False, now_us=NOW)
        assert await store.get(record.handle, now_us=NOW) == record
        await store.close()


async def test_what_happens_in_one_process_is_heard_in_the_others(redis_url, clock):
    config = SessionConfig(auto_cleanup=False)
    async with (
        SessionManager(RedisStore(redis_url), config, clock=clock) as here,
        SessionManager(RedisStore(redis_url), config, clock=clock) as there,
    ):
        heard_here, heard_there = [], asyncio.Queue()

        async def note(event) -> None:
            await heard_there.put(event)

        here.on("deleted", heard_here.append)
        there.on("deleted", note)
        await asyncio.wait_for(there.store.feed.subscribed.wait(), 30)
        made = await here.create("ada")
        assert await there.get(made.id) == made
        await here.delete(made.id, reason="sign out")
        event = await asyncio.wait_for(heard_there.get(), 30)
        assert (event.session_id, event.user_id, event.reason) == (made.handle, "ada", "sign out")
        assert await there.get(made.id) is None
        await here.events_settled()
        assert len(heard_here) == 1


async def test_the_feed_comes_back_after_redis_was_away(clock):
    with RedisServer() as server:
        config = SessionConfig(auto_cleanup=False)
        async with (
            SessionManager(RedisStore(server.url), config, clock=clock) as here,
            SessionManager(RedisStore(server.url), config, clock=clock) as there,
        ):
            heard, missed = asyncio.Event(), asyncio.Event()

            async def note(event) -> None:
                heard.set()

            there.on("created", note)
            there.on_missed(missed.set)
            feed = there.store.feed
            await asyncio.wait_for(feed.subscribed.wait(), 30)
            server.stop()
            async with asyncio.timeout(30):
                while feed.subscribed.is_set():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            server.start()
            assert not missed.is_set()
            await asyncio.wait_for(feed.subscribed.wait(), 30)
            await asyncio.wait_for(missed.wait(), 30)
            await here.create("ada", ttl=timedelta(hours=1))
            await asyncio.wait_for(heard.wait(), 30)
