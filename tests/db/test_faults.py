"""What databases do to people: they are full, read-only, locked, busy, or gone for a moment. Nothing is half done."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from types import NoneType

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import event, text
from sqlmodel import select

from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.db.engine import sqlite_file
from jambot.db.models import AuditEntry
from jambot.errors import ReadOnly, StorageFull, Unavailable
from jambot.events import LocalBus

pytestmark = pytest.mark.xdist_group("postgres")
NOW = SystemClock().now()
PAGES = 40
_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
async def on_sqlite(sqlite_url: str, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    unit = UnitOfWork(sqlite_url, bus)
    yield unit
    unit.close()


@pytest.fixture
async def on_postgres(postgres_url: str, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    unit = UnitOfWork(postgres_url, bus)
    yield unit
    unit.close()


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def note(action: str, reason: str = "") -> AuditEntry:
    return AuditEntry(at=NOW, action=action, reason=reason)


def actions(session) -> list[str]:
    return sorted(session.exec(select(AuditEntry.action)).all())


async def test_a_full_disk_refuses_what_does_not_fit_keeps_reading_and_harms_no_neighbour(on_sqlite: UnitOfWork):
    limit = PAGES

    @event.listens_for(on_sqlite.writer, "begin")
    def _limit(connection) -> None:
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {used + limit}")

    await on_sqlite.write(lambda tx: tx.add(note("small")))
    limit = 0
    with pytest.raises(StorageFull):
        await on_sqlite.write(lambda tx: tx.add(note("large", "x" * 1_000_000)))
    assert await on_sqlite.read(actions) == ["small"]
    limit = PAGES
    sizes = [1, 1, 1_000_000, 1, 1]
    units = [
        on_sqlite.write(lambda tx, n=n, size=size: tx.add(note(f"{n}", "x" * size))) for n, size in enumerate(sizes)
    ]
    answers = await asyncio.gather(*units, return_exceptions=True)
    assert [type(each) for each in answers] == [NoneType, NoneType, StorageFull, NoneType, NoneType]
    assert await on_sqlite.read(actions) == ["0", "1", "3", "4", "small"]


async def test_a_database_that_only_reads_says_so_and_takes_writes_again_afterwards(on_postgres: UnitOfWork):
    await on_postgres.write(lambda tx: tx.add(note("before")))
    with psycopg.connect(plain(on_postgres.url), autocommit=True) as admin:
        for mode, refused in (("on", True), ("off", False)):
            name = sql.Identifier(admin.info.dbname)
            admin.execute(
                sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(name, sql.Literal(mode))
            )
            end_connections(admin)
            if refused:
                with pytest.raises(ReadOnly):
                    await on_postgres.write(lambda tx: tx.add(note("refused")))
                assert await on_postgres.read(actions) == ["before"]
    await on_postgres.write(lambda tx: tx.add(note("after")))
    assert await on_postgres.read(actions) == ["after", "before"]


def end_connections(admin: psycopg.Connection) -> None:
    """What a restarted or failed-over server does to those who were connected."""
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )


async def test_a_server_that_drops_everybody_is_found_again_and_what_was_acknowledged_is_there(on_postgres: UnitOfWork):
    acknowledged = []
    with psycopg.connect(plain(on_postgres.url), autocommit=True) as admin:
        for number in range(40):
            name = f"{number:02}"
            if number % 10 == 5:
                end_connections(admin)
            try:
                await on_postgres.write(lambda tx, name=name: tx.add(note(name)))
            except Unavailable:
                continue
            acknowledged.append(name)
    assert len(acknowledged) >= 36
    assert set(await on_postgres.read(actions)) >= set(acknowledged)


async def test_a_locked_table_costs_a_bounded_wait_and_nobody_else(on_postgres: UnitOfWork):
    with psycopg.connect(plain(on_postgres.url)) as other:
        other.execute("LOCK TABLE audit IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(on_postgres.write(lambda tx: tx.add(note("blocked"))))
        assert await on_postgres.read(lambda session: session.execute(text("SELECT count(*) FROM users")).scalar()) == 0
        with pytest.raises(Unavailable):
            async with asyncio.timeout(10):
                await waiting
    await on_postgres.write(lambda tx: tx.add(note("free")))
    assert await on_postgres.read(actions) == ["free"]


async def test_of_two_who_lock_in_opposite_orders_both_get_through(on_postgres: UnitOfWork):
    def begin(tx) -> None:
        for name in ("a", "b"):
            tx.add(AuditEntry(id=name, at=NOW, action="0"))

    await on_postgres.write(begin)
    tries = []
    both_hold_one = threading.Barrier(2)

    def raise_both(order: str):
        def change(tx) -> None:
            tries.append(order)
            for name in order:
                row = tx.exec(select(AuditEntry).where(AuditEntry.id == name).with_for_update()).one()
                row.action = str(int(row.action) + 1)
                tx.add(row)
                tx.flush()
                if len(tries) <= 2 and name == order[0]:
                    both_hold_one.wait(timeout=10)

        return change

    await asyncio.gather(on_postgres.write(raise_both("ab")), on_postgres.write(raise_both("ba")))
    assert await on_postgres.read(actions) == ["2", "2"]
    assert len(tries) == 3, "one of them was the victim, and was tried again"


@pytest.fixture
def other_writer(sqlite_url: str) -> Iterator[subprocess.Popen[str]]:
    """Another program that holds SQLite's write lock until it is sent a line."""
    command = [sys.executable, "-c", _HOLD, str(sqlite_file(sqlite_url))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


async def test_a_writer_beside_ours_is_waited_for_and_refused_in_the_end(
    on_sqlite: UnitOfWork, other_writer: subprocess.Popen[str]
):
    assert await on_sqlite.read(actions) == [], "readers never wait"
    with pytest.raises(Unavailable):
        await on_sqlite.write(lambda tx: tx.add(note("refused")))
    waiting = asyncio.create_task(on_sqlite.write(lambda tx: tx.add(note("waited"))))
    await asyncio.sleep(0)
    assert other_writer.stdin is not None
    other_writer.stdin.write("\n")
    other_writer.stdin.flush()
    await waiting
    assert await on_sqlite.read(actions) == ["waited"]
