"""What the database adds: durability, several processes, and queries that read what they need."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import create_engine, event

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import (
    BadConfiguration,
    SessionConfig,
    SessionLocked,
    SessionManager,
    StaleFence,
    StaleVersion,
    StoreUnavailable,
)
from jambot.sessions.conformance import NOW, a_record, add, page
from jambot.sessions.conformance.ground import HOUR
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.stores.sql_changing import Save, Use, change_many
from jambot.sessions.stores.sqlite_direct import DirectReader
from tests.conftest import postgres_database


@pytest.fixture
async def two_processes(postgres_url, clock):
    """Two managers with connections of their own on one PostgreSQL."""
    works = [UnitOfWork(postgres_url, LocalBus()) for _ in range(2)]
    config = SessionConfig(auto_cleanup=False, max_sessions_per_user=5)
    managers = [SessionManager(SqlStore(work), config, clock=clock) for work in works]
    yield managers
    for manager, work in zip(managers, works, strict=True):
        await manager.close()
        work.close()


@pytest.fixture(params=["sqlite", "postgres"])
def any_store(request):
    work = UnitOfWork(request.getfixturevalue(f"{request.param}_url"), LocalBus())
    yield SqlStore(work)
    work.close()


async def test_the_limit_holds_across_processes(two_processes):
    await asyncio.gather(*(two_processes[n % 2].create("ada") for n in range(20)))
    assert len(await two_processes[0].get_user_sessions("ada")) == 5


async def test_one_key_is_one_session_across_processes(two_processes):
    made = await asyncio.gather(*(two_processes[n % 2].get_or_create("chat", user_id="ada") for n in range(10)))
    assert len({s.handle for s in made}) == 1


async def test_a_lock_is_exclusive_across_processes(two_processes):
    here, there = two_processes
    made = await here.create("ada")
    async with here.lock(made.id):
        with pytest.raises(SessionLocked):
            async with there.lock(made.id, wait=timedelta(0)):
                raise AssertionError("two holders")
    async with there.lock(made.id, wait=timedelta(0)):
        pass


async def test_merges_in_two_processes_lose_nothing(two_processes):
    made = await two_processes[0].create("ada")
    await asyncio.gather(*(two_processes[n % 2].update(made.id, {str(n): n}, merge=True) for n in range(16)))
    assert len((await two_processes[0].get(made.id)).data) == 16


async def test_each_ended_session_is_swept_by_one_process(two_processes, clock):
    for n in range(30):
        await two_processes[0].create(f"u{n}", ttl=timedelta(minutes=1))
    clock.advance(timedelta(minutes=1))
    swept = await asyncio.gather(*(manager.cleanup() for manager in two_processes))
    assert sum(swept) == 30


async def test_sessions_outlive_the_process(sqlite_url, clock):
    made = None
    for _ in range(2):
        work = UnitOfWork(sqlite_url, LocalBus())
        manager = SessionManager(SqlStore(work), clock=clock)
        made = made or await manager.create("ada", {"n": 1})
        assert (await manager.get(made.id)).data == {"n": 1}
        work.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_that_is_somebody_s_own_needs_nothing_but_its_address(
    kind, request, tmp_path, postgres_server
):
    """No migration, no other part of JamBot; what else is in it stays as it is."""
    with postgres_database(postgres_server) as empty:
        # As people write it, without the name of a driver.
        address = f"sqlite:///{tmp_path}/own.db" if kind == "sqlite" else empty.replace("+psycopg", "")
        engine = create_engine(address if kind == "sqlite" else empty)
        with engine.begin() as theirs:
            theirs.exec_driver_sql("CREATE TABLE orders (n INTEGER)")
            theirs.exec_driver_sql("INSERT INTO orders VALUES (7)")
        made = None
        for _ in range(2):
            async with SessionManager(
                SqlStore(address, namespace="shop"), SessionConfig(auto_cleanup=False)
            ) as manager:
                made = made or await manager.create("ada", {"n": 1})
                async with manager.lock(made.id) as lock:
                    await manager.update(made.id, {"n": 2}, lock=lock)
                await manager.connect(made.id)
                assert (await manager.get(made.id)).data == {"n": 2}
                assert (await manager.stats()).now.total == 1
        with engine.connect() as theirs:
            assert theirs.exec_driver_sql("SELECT n FROM orders").all() == [(7,)]
        engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_processes_that_begin_at_once_on_an_empty_database_make_its_tables_once(kind, tmp_path, postgres_server):
    with postgres_database(postgres_server) as empty:
        stores = [SqlStore(empty if kind == "postgresql" else f"sqlite:///{tmp_path}/own.db") for _ in range(4)]
        await asyncio.gather(*(store.start() for store in stores))
        record = await add(stores[0])
        assert [await store.get(record.handle, now_us=NOW) for store in stores] == [record] * 4
        for store in stores:
            await store.close()


@pytest.mark.parametrize("address", ["sessions.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "mysql://a/b", ""])
def test_what_is_no_address_of_a_database_is_refused(address):
    with pytest.raises(BadConfiguration, match="sqlite:///<path>"):
        SqlStore(address)


async def test_a_database_that_is_not_there_at_the_start_is_an_error_of_the_store():
    store = SqlStore("postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(StoreUnavailable):
        await store.start()
    await store.close()


async def test_a_closed_database_is_an_error_of_the_store(sqlite_url):
    work = UnitOfWork(sqlite_url, LocalBus())
    work.close()
    with pytest.raises(StoreUnavailable):
        await add(SqlStore(work))


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("page", "ix_engine_sessions_listing"),
        ("user_page", "ix_engine_sessions_user"),
        ("first_page", "ix_engine_sessions_listing"),
        ("first_user_page", "ix_engine_sessions_user"),
        ("delete_by_user", "ix_engine_sessions_user"),
        ("by_user", "ix_engine_sessions_user"),
        ("lookup", "ix_engine_sessions_lookup"),
        ("cleanup", "ix_engine_sessions_ends"),
        ("exists", "sqlite_autoindex_engine_sessions_1"),
    ],
)
async def test_a_question_is_answered_from_its_index(work, question, index):
    store = SqlStore(work)
    asked: list[tuple[str, tuple]] = []

    @event.listens_for(work.reader, "before_cursor_execute")
    @event.listens_for(work.writer, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany):
        asked.append((statement, parameters))

    record = await add(store)
    driver = work.writer.raw_connection().driver_connection
    driver.set_trace_callback(lambda statement: asked.append((statement, ())))
    asked.clear()
    after = (NOW + 1, record.handle)
    await {
        "page": lambda: page(store, after=after),
        "user_page": lambda: page(store, user_id="ada", after=after),
        "first_page": lambda: page(store),
        "first_user_page": lambda: page(store, user_id="ada"),
        "delete_by_user": lambda: store.delete_by_user("ada", kind="login", except_handle="x", now_us=NOW),
        "by_user": lambda: store.by_user("ada", kind=None, now_us=NOW),
        "lookup": lambda: store.by_lookup("ab" * 32, now_us=NOW),
        "cleanup": lambda: store.cleanup(10, now_us=NOW),
        "exists": lambda: store.exists(record.handle, now_us=NOW),
    }[question]()
    statement, parameters = next(a for a in asked if "engine_sessions" in a[0])
    plan = await work.read(
        lambda reader: reader.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    )
    text = " | ".join(str(row[-1]) for row in plan)
    assert index in text
    assert "TEMP B-TREE" not in text


async def test_reading_directly_sees_each_commit_and_writes_nothing(work, sqlite_url):
    store = SqlStore(work)
    record = await add(store)
    for n in range(3):
        written = await store.set(record, expected_version=n + 1, fence=None, now_us=NOW)
        assert await store.get(record.handle, now_us=NOW) == written
    reader = DirectReader(Path(sqlite_url.removeprefix("sqlite:///")))
    with pytest.raises(sqlite3.OperationalError):
        reader.rows("DELETE FROM engine_sessions", ())
    reader.close()
    await store.close()


async def test_reading_directly_holds_up_no_checkpoint(work):
    store = SqlStore(work)
    record = await add(store)
    await store.get(record.handle, now_us=NOW)
    await add(store)

    connection = sqlite3.connect(work.url.removeprefix("sqlite:///"))
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    assert busy == 0
    await store.close()


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    reader = DirectReader(tmp_path / "missing.db")
    with pytest.raises(sqlite3.Error):
        reader.rows("SELECT 1", ())
    assert list(tmp_path.iterdir()) == []


async def test_creates_at_once_share_statements_and_a_taken_handle_harms_no_other(any_store):
    taken = await add(any_store)
    records = [a_record(user_id=f"u{n}") for n in range(40)]
    records[7] = replace(records[7], handle=taken.handle)
    told = await asyncio.gather(
        *(any_store.create(record, limit=0, refuse=False, now_us=NOW) for record in records), return_exceptions=True
    )
    assert [type(each) for each in told if isinstance(each, Exception)] == [StaleVersion]
    for record in records[:7] + records[8:]:
        assert await any_store.get(record.handle, now_us=NOW) == record
    assert await any_store.get(taken.handle, now_us=NOW) == taken


@pytest.mark.parametrize("many", [1, 15, 16, 17, 40])
async def test_creates_and_changes_at_once_share_a_commit_on_sqlite(work, many):
    store = SqlStore(work)
    commits = 0

    @event.listens_for(work.writer, "commit")
    def count(connection):
        nonlocal commits
        commits += 1

    made = await asyncio.gather(*(add(store, user_id=f"user{n}") for n in range(many)))
    assert {record.handle for record in made} == {record.handle for record in await page(store)}
    written = await asyncio.gather(
        *(store.set(record, expected_version=1, fence=None, now_us=NOW) for record in made),
        store.touch(replace(made[0], accessed_us=0), now_us=NOW),
    )
    assert [record.version for record in written[:-1]] == [2] * many
    assert commits == 2


async def test_saves_at_once_are_each_decided_as_if_they_were_alone(any_store):
    made = [await add(any_store, user_id=f"u{n}") for n in range(20)]
    used = replace(made[1], accessed_us=NOW + 1, extended_us=NOW + 1, expires_us=NOW + 2 * HOUR)
    assert await any_store.touch(used, now_us=NOW)
    await any_store.count(made[2].handle, requests=1, lease_us=NOW + HOUR, now_us=NOW)
    fence = await any_store.acquire_lock(made[3].handle, "me", lease_us=NOW + HOUR, now_us=NOW)
    asked = [(replace(record, body=b"new"), 1, None) for record in made[:10]]
    asked[3] = (asked[3][0], 1, fence)
    asked[4] = (replace(asked[4][0], facts=b'{"other":1}', secret_hash=b"o" * 32), 1, None)
    asked[5] = (replace(asked[5][0], accessed_us=NOW + 5, extended_us=NOW + 5, expires_us=NOW + 5 + HOUR), 1, None)
    asked[6] = (replace(asked[6][0], version=9), 1, None)
    in_vain = [(made[17], 2, None), (made[18], 1, 7), (a_record(), 1, None)]

    told = await asyncio.gather(
        *(any_store.set(r, expected_version=v, fence=f, now_us=NOW) for r, v, f in asked + in_vain),
        return_exceptions=True,
    )
    assert list(map(type, told[10:])) == [StaleVersion, StaleFence, type(None)]
    expected = [replace(record, version=max(record.version, 2)) for record, *_ in asked]
    expected[1] = replace(used, body=b"new", version=2)
    expected[2] = replace(expected[2], requests=1, lease_us=NOW + HOUR)
    expected[3] = replace(expected[3], fence=fence)
    assert told[:10] == expected
    assert [await any_store.get(record.handle, now_us=NOW) for record in made] == expected + made[10:]


async def test_of_saves_of_one_version_at_once_one_wins(any_store):
    record = await add(any_store)
    bodies = [b"a", b"b", b"c"]
    told = await asyncio.gather(
        *(any_store.set(replace(record, body=body), expected_version=1, fence=None, now_us=NOW) for body in bodies),
        return_exceptions=True,
    )
    (won,) = [each for each in told if not isinstance(each, StaleVersion)]
    assert won == await any_store.get(record.handle, now_us=NOW)
    assert won.version == 2


async def test_a_save_of_data_alone_writes_no_index(work):
    store = SqlStore(work)
    made = [await add(store, user_id=f"u{n}") for n in range(3)]
    driver = work.writer.raw_connection().driver_connection
    asked: list[str] = []
    driver.set_trace_callback(asked.append)
    await asyncio.gather(
        *(store.set(replace(r, body=b"x"), expected_version=1, fence=None, now_us=NOW) for r in made),
    )
    driver.set_trace_callback(None)
    updates = [each for each in asked if "UPDATE" in each]
    assert len(updates) == 1
    assert "SET body = w.body, version = w.version FROM" in updates[0]


async def test_a_store_goes_on_in_another_event_loop(sqlite_url):
    """Also when the one before was ended in the middle of a commit."""
    work = UnitOfWork(sqlite_url, LocalBus())
    store = SqlStore(work)

    def in_a_loop_of_its_own(cancelled):
        async def create():
            task = asyncio.create_task(add(store))
            await asyncio.sleep(0)
            return None if cancelled else await task

        return asyncio.run(create())

    for cancelled in (True, False):
        await asyncio.to_thread(in_a_loop_of_its_own, cancelled)
    assert await page(store)
    work.close()


async def test_a_use_asked_for_before_a_save_of_the_same_session_is_not_lost_to_it(sqlite_url):
    work = UnitOfWork(sqlite_url, LocalBus())
    store = SqlStore(work)
    made = await add(store)
    later = replace(made, accessed_us=made.accessed_us + 60_000_000, expires_us=made.expires_us + 60_000_000)
    use, save = Use(later, NOW), Save(replace(made, body=b"v0.\x80"), made.version, None, NOW)
    used, saved = await work.write_plainly(lambda connection: change_many(connection, "session", [use, save]))
    assert used is not None
    assert saved is not None
    kept = await store.get(made.handle, now_us=NOW)
    assert (kept.version, kept.body, kept.expires_us) == (made.version + 1, b"v0.\x80", later.expires_us)
    await store.close()
    work.close()
