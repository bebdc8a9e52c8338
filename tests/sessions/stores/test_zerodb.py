"""What the remote store adds: sealed before it leaves, one writer at a time on a remote that only upserts."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace

from jambot.sessions import SessionConfig, SessionLocked, SessionManager, SessionUnreadable, StoreUnavailable
from jambot.sessions.conformance import HOUR, IDLE_AFTER, MINUTE, NOW, a_record, add, page
from jambot.sessions.stores.zerodb_rows import Kept
from tests.sessions.each_store import zerodb_store
from tests.zerodb_server import API_KEY

SHORT_S = 1.0


@pytest.fixture
async def make_store(zerodb_server):
    made = []

    async def make(**options):
        store = zerodb_store(zerodb_server, **options)
        await store.start()
        made.append(store)
        return store

    yield make
    for store in made:
        await store.close()


@pytest.fixture
async def store(make_store):
    return await make_store()


async def crash_in(store, record, *, after_writing: bytes | None = None) -> dict:
    """A writer that stops in the middle of its turn; the row it may still have under way."""
    key = store._rows.key(record.handle)
    row = {}
    with suppress(StoreUnavailable):
        async with store._turns.hold(key) as turn:
            late = replace(record, body=b"v0.late", version=record.version + 1)
            row = store._rows.row(Kept(late), turn.generation(key))
            turn.certain = False  # as after a request that was cut
            raise StoreUnavailable
    return row


async def test_nothing_leaves_in_clear(store, zerodb_server):
    body = b"v0.planted-canary"
    record = await add(store, user_id="ada@example.org", kind="memory", body=body, limit=2, facts=b'{"planted":1}')
    await store.create(a_record(lookup="planted-lookup"), limit=0, refuse=False, now_us=NOW)
    await store.set(record, expected_version=1, fence=None, now_us=NOW)
    await store.by_user("ada@example.org", kind="memory", now_us=NOW)
    await store.acquire_lock(record.handle, "planted-owner", lease_us=NOW + HOUR, now_us=NOW)
    await page(store, user_id="ada@example.org", kind="memory")
    seen = b"".join(zerodb_server.seen)
    secrets = (
        b"ada@example",
        b"planted",
        b"memory",
        b"login",
        record.handle.encode(),
        record.secret_hash.hex().encode(),
    )
    assert [secret for secret in secrets if secret in seen] == []
    assert API_KEY.encode() not in seen
    assert b"zzzz" not in seen


async def test_a_row_opens_with_its_key_and_in_its_place_only(store, make_store, zerodb_server):
    one, other = await add(store), await add(store)
    stranger = await make_store(encryption_keys=[b"y" * 32], index_key=b"z" * 32)
    with pytest.raises(SessionUnreadable):
        await stranger.get(one.handle, now_us=NOW)
    rows = {row["key"]: row for row in zerodb_server.rows()}
    mine, theirs = rows[store._rows.key(one.handle)], rows[store._rows.key(other.handle)]
    mine["body"] = theirs["body"]
    with pytest.raises(SessionUnreadable):
        await store.get(one.handle, now_us=NOW)


async def test_a_row_that_the_remote_made_up_in_clear_is_no_session(store, zerodb_server):
    record = await add(store)
    planted = msgspec.msgpack.encode(Kept(replace(record, user_id="root", secret_hash=b"m" * 32)))
    row = next(iter(zerodb_server.rows()))
    row["body"] = base64.b64encode(b"v0." + planted).decode()
    with pytest.raises(SessionUnreadable):
        await store.get(record.handle, now_us=NOW)


async def test_keys_may_change_while_the_index_stays(make_store):
    store = await make_store()
    record = await add(store)
    newer = await make_store(encryption_keys=[b"n" * 32, b"z" * 32])
    assert await newer.by_user("ada", kind=None, now_us=NOW) == [record]
    assert await newer.reseal(record.handle)
    assert not await newer.reseal(record.handle)
    newest = await make_store(encryption_keys=[b"n" * 32], index_key=b"z" * 32)
    assert await newest.by_user("ada", kind=None, now_us=NOW) == [record]


async def test_two_processes_keep_the_limit_the_key_and_the_lock(make_store, clock):
    config = SessionConfig(auto_cleanup=False, max_sessions_per_user=2)
    both = [SessionManager(await make_store(), config, clock=clock) for _ in range(2)]
    here, there = both
    await asyncio.gather(*(both[n % 2].create("ada") for n in range(6)))
    assert len(await here.get_user_sessions("ada")) == 2
    one = await asyncio.gather(*(both[n % 2].get_or_create("chat", user_id="ada") for n in range(4)))
    assert len({session.handle for session in one}) == 1
    await asyncio.gather(*(both[n % 2].update(one[0].id, {str(n): n}, merge=True) for n in range(8)))
    assert len((await there.get(one[0].id)).data) == 8
    async with here.lock(one[0].id):
        with pytest.raises(SessionLocked):
            async with there.lock(one[0].id, wait=timedelta(0)):
                raise AssertionError("two holders")


async def test_a_crashed_writer_holds_up_the_next_for_its_lease_only(make_store, zerodb_server):
    store, other = await make_store(), await make_store(timeout_s=1.5 * SHORT_S)
    record = await add(store)
    late = await crash_in(store, record)
    written = await other.set(replace(record, body=b"v0.next"), expected_version=1, fence=None, now_us=NOW)
    assert written is not None
    zerodb_server.tables["project-1", "sessions"].upsert([late])
    assert await store.get(record.handle, now_us=NOW) == written
    assert await page(store) == [written]
    assert await store.delete(record.handle, now_us=NOW) == written
    zerodb_server.tables["project-1", "sessions"].upsert([late])
    assert await store.get(record.handle, now_us=NOW) is None
    assert await store.set(record, expected_version=2, fence=None, now_us=NOW) is None
    await store.cleanup(10, now_us=record.expires_us)
    assert await store.cleanup(10, now_us=record.expires_us + 2 * HOUR) == []
    assert zerodb_server.rows() == []


async def test_a_claim_that_nobody_waits_for_is_swept(make_store, zerodb_server):
    store = await make_store(timeout_s=SHORT_S)
    await crash_in(store, await add(store))
    await store.cleanup(10, now_us=NOW)
    assert len(zerodb_server.rows()) == 2
    async with asyncio.timeout(20 * SHORT_S):  # the lease is one of the remote's, in real time
        while len(zerodb_server.rows()) == 2:
            await store.cleanup(10, now_us=NOW)
    assert [row["type"] for row in zerodb_server.rows()] == ["session"]


async def test_a_writer_that_was_too_slow_changes_nothing(make_store):
    record = await add(await make_store())
    store = await make_store(timeout_s=SHORT_S)
    key = store._rows.key(record.handle)
    with pytest.raises(StoreUnavailable):
        async with store._turns.hold(key) as turn:
            await asyncio.sleep(2 * SHORT_S)  # beyond what its lease lets it write
            await turn.put(store._rows.row(Kept(replace(record, body=b"v0.slow")), 0))
    assert await store.get(record.handle, now_us=NOW) == record


@pytest.mark.parametrize("answer", [429, 503, 500, "after"])
async def test_a_passing_failure_is_tried_again_and_done_once(store, zerodb_server, answer):
    record = await add(store)
    zerodb_server.answers += [answer, 429]
    counted = await store.count(record.handle, requests=1, lease_us=NOW + MINUTE, now_us=NOW)
    assert counted is not None
    assert counted.requests == 1
    zerodb_server.answers += [answer, answer]
    assert await store.get(record.handle, now_us=NOW) == counted
    assert len(await page(store)) == 1


async def test_what_stays_wrong_is_said_in_one_sentence(make_store, zerodb_server):
    store = await make_store(timeout_s=2)
    zerodb_server.answers += [503] * 9
    with pytest.raises(StoreUnavailable, match="status 503"):
        await store.get(a_record().handle, now_us=NOW)
    zerodb_server.answers.clear()
    stranger = zerodb_store(zerodb_server, api_key="planted-canary")
    with pytest.raises(StoreUnavailable, match="refused the API key") as refused:
        await stranger.start()
    assert "planted" not in str(refused.value)
    lost = zerodb_store(zerodb_server, table="elsewhere")
    with pytest.raises(StoreUnavailable, match="no such table"):
        await lost.get(a_record().handle, now_us=NOW)
    for each in (stranger, lost):
        await each.close()


async def test_pages_counts_and_sweeps_reach_thousands_of_shuffled_rows(store, zerodb_server):
    made = [
        a_record(
            created_us=NOW - n**3 // 7, user_id=f"u{n % 3}", expires_us=NOW + HOUR if n % 4 else NOW - 4000 * HOUR + n
        )
        for n in range(1400)
    ]
    table = zerodb_server.tables["project-1", "sessions"]
    table.upsert([store._rows.row(Kept(record), 0) for record in made])
    living = sorted((r for r in made if r.live(NOW)), key=lambda r: (r.created_us, r.handle), reverse=True)
    assert await page(store, limit=550) == living[:550]
    assert await page(store, limit=10, after=(living[800].created_us, living[800].handle)) == living[801:811]
    stats = await store.stats(idle_after_us=IDLE_AFTER, now_us=NOW)
    assert (stats.total, stats.expired, sum(stats.by_user.values())) == (len(living), 350, len(living))
    zerodb_server.seen.clear()
    assert await page(store, limit=100) == living[:100]
    assert len(zerodb_server.seen) < 40
    ended = sorted((r for r in made if not r.live(NOW)), key=lambda r: r.expires_us)
    assert [r.handle for r in await store.cleanup(20, now_us=NOW)] == [r.handle for r in ended[:20]]


async def test_a_remote_that_is_away_is_an_error_in_time():
    away = zerodb_store(type("Away", (), {"url": "http://127.0.0.1:9/v1"}), timeout_s=1)
    for operation in (away.start(), add(away), page(away)):
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(operation, 20)
    await away.close()
