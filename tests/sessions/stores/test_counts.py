"""The counts the database keeps are what counting every session would find, at any moment, whatever was done before."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, text

from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.damage import find_damage, mend_damage
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.conformance import NOW, a_record, add
from jambot.sessions.moments import to_us
from jambot.sessions.opening import open_store
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.stores.sql_statements import FIELDS, TABLE, row_of
from jambot.sessions.tickets import new_handle
from tests.sessions.agreeing import IDLE_US, agree
from tests.sessions.each_store import Stores

MINUTE = 60_000_000
WAITS_S = [1e-6, 0.5, 59.999999, 60, 240, 300, 299.999999, 3_000, 40_000]
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from(WAITS_S)),
    st.tuples(
        st.just("create"), st.sampled_from([("ada", 1), ("bob", 61), (None, 301), ("ada", 3600), ("bob", 86_400)])
    ),
    st.tuples(st.sampled_from(["update", "save", "refresh", "rotate", "delete", "get"]), st.integers(0, 30)),
    st.tuples(st.just("leave"), st.sampled_from(["ada", "bob"])),
    st.tuples(st.just("sweep"), st.sampled_from([1, 100])),
)


async def perform(manager: SessionManager, clock: ManualClock, steps: list) -> None:
    made: list[str] = []
    for does, what in steps:
        match does:
            case "wait":
                clock.advance(timedelta(seconds=what))
            case "create":
                user, ttl_s = what
                kind = "memory" if ttl_s == 61 else "login"
                made.append((await manager.create(user, kind=kind, ttl=timedelta(seconds=ttl_s))).id)
            case "leave":
                await manager.delete_user_sessions(what)
            case "sweep":
                await manager.cleanup(what)
            case _ if made:
                await change(manager, does, made[what % len(made)], timedelta(seconds=10 + what))
        await agree(manager.store, to_us(clock.now()))


async def change(manager: SessionManager, does: str, one: str, span: timedelta) -> None:
    changes = {
        "update": lambda: manager.update(one, {"n": 1}),
        "save": lambda: manager.update(one, {"n": 2}, touch=False),
        "refresh": lambda: manager.refresh(one, span),
        "rotate": lambda: manager.rotate(one),
        "delete": lambda: manager.delete(one),
        "get": lambda: manager.get(one),
    }
    await changes[does]()


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 40), ("postgresql", 12)])
def test_counts_agree_with_counting_after_any_change(kind, examples, request):
    with asyncio.Runner() as runner:
        stores = Stores(kind, request)

        @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps=st.lists(STEPS, max_size=25))
        def changed(steps):
            clock = ManualClock()
            config = SessionConfig(touch_interval=timedelta(0), auto_cleanup=False)
            manager = SessionManager(runner.run(stores.new()), config, clock=clock)
            runner.run(perform(manager, clock, steps))

        changed()
        runner.run(stores.close())


@pytest.fixture(params=["sqlite", "postgresql"])
async def stores(request):
    made = Stores(request.param, request)
    yield made
    await made.close()


async def test_moments_long_past_are_one_row_and_count_as_before(stores):
    store = await stores.new()
    for n in range(40):
        await add(store, created_us=NOW + n * MINUTE, accessed_us=NOW + n * MINUTE, expires_us=NOW + 10**12 + n)
    later = NOW + 60 * MINUTE
    await store.cleanup(10, now_us=later)
    assert await rows_kept(store, "border = 3") == 1
    for now in (later, later + 1, NOW + 10**12 + 20, NOW + 10 * MINUTE):
        await agree(store, now)
    await store.delete_by_user("ada", kind=None, except_handle=None, now_us=later)
    await agree(store, later)


async def test_another_idle_time_is_counted_too(stores):
    store = await stores.new()
    for n in range(10):
        await add(store, accessed_us=NOW + n * MINUTE)
    await agree(store, NOW + 9 * MINUTE, 2 * MINUTE)


async def test_the_busiest_users_are_found_below_those_whose_sessions_ended(stores):
    store = await stores.new()
    for n in range(104):
        for m in range(3 if n < 102 else 2):
            ends = NOW + (1 if n < 50 and m else 10**9)
            await add(store, user_id=f"user{n}", expires_us=ends)
    said = (await store.stats(idle_after_us=IDLE_US, now_us=NOW + 1)).by_user
    assert len(said) == 100
    assert sorted(said.values(), reverse=True) == [3] * 52 + [2] * 2 + [1] * 46


@pytest.mark.parametrize("table", ["engine_session_counts", "engine_session_users"])
async def test_counts_that_a_stray_hand_broke_are_damage_that_is_mended(stores, table):
    store = await stores.new()
    await add(store)
    work = store._work
    assert await work.write(find_damage) == []
    await work.write(lambda tx: tx.execute(text(f"UPDATE {table} SET n = n + 5")) and None)
    assert [each.kind for each in await work.write(find_damage)] == ["session_count"]
    mended = await work.write(lambda tx: mend_damage(tx, datetime.now(UTC)))
    assert [each.row_id for each in mended] == [store._ns]
    await agree(store, NOW)


async def test_sessions_changed_by_hand_are_counted_too(stores):
    store = await stores.new()
    for n in range(6):
        await add(store, user_id=f"user{n % 2}", created_us=NOW - n)
    for change in (
        "UPDATE engine_sessions SET kind = 'guest' WHERE user_id = 'user1'",
        "UPDATE engine_sessions SET user_id = NULL WHERE kind = 'guest'",
        "UPDATE engine_sessions SET user_id = 'ada', created_us = created_us - 7000000 WHERE user_id IS NULL",
        f"UPDATE engine_sessions SET expires_us = expires_us - 1, accessed_us = {NOW - 2 * IDLE_US}",
        "DELETE FROM engine_sessions WHERE user_id = 'user0'",
    ):
        await store._work.write(lambda tx, change=change: tx.execute(text(change)) and None)
        await agree(store, NOW)


async def test_writers_on_postgresql_do_not_wait_for_each_others_counts(postgres_url):
    work = UnitOfWork(postgres_url, LocalBus())
    with work.writer.connect() as one, work.writer.connect() as other:
        for connection in (one, other):
            connection.execute(text("SET lock_timeout = '1s'"))
            record = a_record(user_id=new_handle(), expires_us=NOW + 10**9)
            connection.execute(insert(TABLE), {"namespace": "session", "lock_until_us": 0, **row_of(record)})
        one.commit()
        other.commit()
    assert (await SqlStore(work).stats(idle_after_us=IDLE_US, now_us=NOW)).total == 2
    work.close()


async def test_counting_reads_no_more_than_the_spell_that_is_not_over(work):
    store = SqlStore(work)
    await add(store)
    asked: list[tuple[str, tuple]] = []

    @event.listens_for(work.reader, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, executemany):
        asked.append((statement, parameters))

    await store.stats(idle_after_us=IDLE_US, now_us=NOW + 10**10)
    statements = [one for one in asked if "SELECT" in one[0]]
    assert len(statements) == 3
    for statement, parameters in statements:
        plan = await work.read(
            lambda reader, s=statement, p=parameters: (
                reader.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", p).all()
            )
        )
        steps = [row[-1] for row in plan if "engine_session" in row[-1]]
        assert steps
        assert all("SEARCH" in step and ("(namespace=? AND" in step or "users" in step) for step in steps), steps


async def rows_kept(store, which: str) -> int:
    query = text(f"SELECT count(*) FROM engine_session_counts WHERE namespace = :ns AND {which}")
    return await store._work.read(lambda reader: reader.execute(query, {"ns": store._ns}).scalar_one())


async def test_a_database_without_migrations_gets_its_counts_also_when_it_is_older_than_they_are(tmp_path):
    address = f"sqlite:///{tmp_path / 'own.db'}"
    store = open_store(address)
    await store.start()
    await add(store)
    await agree(store, NOW)
    await store.close()
    make_older(tmp_path / "own.db")
    store = open_store(address)
    for _ in range(2):
        await store.start()
    await add(store, user_id="bob")
    await agree(store, NOW)
    await store.close()


def make_older(path: Path) -> None:
    """Take away what a database had not before sessions were counted."""
    with sqlite3.connect(path) as db:
        for name in ("new", "gone", "moved", "used", "owned"):
            db.execute(f"DROP TRIGGER sessions_counted_{name}")
        for name in ("expiring", "used", "address", "device", "lookup"):
            db.execute(f"DROP INDEX ix_engine_sessions_{name}")
        db.execute("DROP TABLE engine_session_counts")
        db.execute("DROP TABLE engine_session_users")
        db.execute("ALTER TABLE engine_sessions RENAME TO older")
        made = db.execute("SELECT sql FROM sqlite_master WHERE name = 'older'").fetchone()[0]
        lines = [line for line in made.replace('"older"', "engine_sessions").splitlines() if "expiring_us" not in line]
        db.execute("\n".join(lines))
        columns = f"namespace, lock_until_us, {', '.join(FIELDS)}"
        db.execute(f"INSERT INTO engine_sessions ({columns}) SELECT {columns} FROM older")
        db.execute("DROP TABLE older")
    db.close()
