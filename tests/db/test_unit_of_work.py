"""The unit of work, on both databases: all or nothing, acknowledged only after the commit."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlmodel import select

from jambot.clock import SystemClock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import AuditEntry
from jambot.errors import JamBotError, ReadOnly, Unavailable
from jambot.events import LocalBus
from jambot.events.types import UserChanged

pytestmark = pytest.mark.xdist_group("postgres")
NOW = SystemClock().now()


@pytest.fixture(params=["sqlite", "postgres"])
async def unit(request: pytest.FixtureRequest, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    unit_of_work = UnitOfWork(request.getfixturevalue(f"{request.param}_url"), bus)
    yield unit_of_work
    unit_of_work.close()


def entry(action: str) -> AuditEntry:
    return AuditEntry(at=NOW, action=action)


def actions(session) -> list[str]:
    return sorted(session.exec(select(AuditEntry.action)).all())


async def test_a_committed_change_is_read_back_with_its_aware_time(unit):
    await unit.write(lambda tx: tx.add(entry("kept")))
    found = await unit.read(lambda session: session.exec(select(AuditEntry)).one())
    assert found.action == "kept"
    assert found.at == NOW
    assert found.at.tzinfo is not None


async def test_a_failing_unit_leaves_nothing_and_harms_no_neighbour(unit):
    def fail(tx: Tx) -> None:
        tx.add(entry("lost"))
        tx.flush()
        raise ValueError("no")

    units = [fail if number % 3 == 0 else lambda tx, n=number: tx.add(entry(f"kept {n:02}")) for number in range(30)]
    answers = await asyncio.gather(*(unit.write(each) for each in units), return_exceptions=True)
    assert sum(isinstance(answer, ValueError) for answer in answers) == 10
    assert await unit.read(actions) == [f"kept {number:02}" for number in range(30) if number % 3]


async def test_a_unit_that_breaks_a_rule_of_the_database_fails_alone(unit):
    def twice(tx: Tx) -> None:
        for _ in range(2):
            tx.connection().execute(
                text(
                    "INSERT INTO audit (id, at, action, subject, reason, details) VALUES ('x', :at, 'a', '', '', '{}')"
                ),
                {"at": "2026-01-01T00:00:00.000000Z"},
            )

    answers = await asyncio.gather(
        unit.write(twice), unit.write(lambda tx: tx.add(entry("neighbour"))), return_exceptions=True
    )
    assert isinstance(answers[0], Exception)
    assert await unit.read(actions) == ["neighbour"]


async def test_events_leave_only_after_the_commit_and_never_from_a_failed_unit(unit, bus):
    heard = bus.subscribe(["user:ada"])

    def good(tx: Tx) -> None:
        tx.add(entry("good"))
        tx.emit(UserChanged(user_id="ada", change="good"))
        assert heard.take_waiting() == []

    def bad(tx: Tx) -> None:
        tx.emit(UserChanged(user_id="ada", change="bad"))
        raise ValueError("no")

    await unit.write(good)
    with pytest.raises(ValueError, match="no"):
        await unit.write(bad)
    assert [event.change for event in heard.take_waiting()] == ["good"]


async def test_many_concurrent_units_all_reach_the_disk(unit):
    await asyncio.gather(*(unit.write(lambda tx, n=n: tx.add(entry(f"{n:04}"))) for n in range(200)))
    assert len(await unit.read(actions)) == 200


async def test_a_caller_that_goes_away_does_not_undo_its_accepted_change(unit):
    writing = asyncio.create_task(unit.write(lambda tx: tx.add(entry("kept"))))
    await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await unit.write(lambda tx: tx.add(entry("later")))
    assert await unit.read(actions) == ["kept", "later"]


async def test_a_reader_cannot_write(sqlite_url, bus):
    unit = UnitOfWork(sqlite_url, bus)
    with pytest.raises(ReadOnly):
        await unit.read(lambda session: session.connection().execute(text("DELETE FROM audit")))
    unit.close()


async def test_a_missing_database_is_said_to_be_unavailable(bus):
    unit = UnitOfWork("postgresql+psycopg://nobody@127.0.0.1:1/none", bus)
    with pytest.raises(Unavailable):
        await unit.write(lambda tx: tx.add(entry("x")))
    with pytest.raises(Unavailable):
        await unit.read(actions)
    unit.close()


async def test_a_closed_unit_of_work_refuses_politely_and_closing_twice_is_fine(sqlite_url, bus):
    unit = UnitOfWork(sqlite_url, bus)
    unit.close()
    unit.close()
    with pytest.raises(JamBotError):
        await unit.write(lambda tx: tx.add(entry("x")))


async def test_counters_raced_by_many_writers_lose_no_update(unit):
    await unit.write(lambda tx: tx.add(AuditEntry(id="counter", at=NOW, action="0")))

    def add_one(tx: Tx) -> None:
        row = tx.exec(select(AuditEntry).where(AuditEntry.id == "counter").with_for_update()).one()
        row.action = str(int(row.action) + 1)
        tx.add(row)

    await asyncio.gather(*(unit.write(add_one) for _ in range(50)))
    assert await unit.read(actions) == ["50"]


async def test_plain_statements_share_the_commit_with_other_units_and_fail_alone(work):
    def add(connection, action):
        connection.execute("INSERT INTO audit VALUES (?, ?, NULL, ?, '', '', '{}')", (action, "2026", action))

    def fail(connection):
        add(connection, "lost")
        add(connection, "lost")

    units = [work.write_plainly(lambda connection, n=number: add(connection, f"plain {n}")) for number in range(5)]
    units += [work.write_plainly(fail), work.write(lambda tx: tx.add(entry("mapped")))]
    answers = await asyncio.gather(*units, return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [sqlite3.IntegrityError]
    assert await work.read(actions) == ["mapped", *(f"plain {number}" for number in range(5))]


async def test_plain_statements_of_a_database_that_cannot_be_written_are_refused_as_such(sqlite_url, bus):
    work = UnitOfWork(sqlite_url, bus)
    await work.write_plainly(lambda connection: connection.execute("PRAGMA query_only=ON").fetchall())
    with pytest.raises(ReadOnly):
        await work.write_plainly(lambda connection: connection.execute("DELETE FROM audit"))
    work.close()
