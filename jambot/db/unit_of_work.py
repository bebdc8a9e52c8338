"""One use case = one unit of work = all or nothing. Events leave only after its commit.

On SQLite a single writer thread runs every unit in a savepoint of its own and answers all of them after the one COMMIT
they share (group commit): a failing unit harms no neighbour, and the cost of the flush to disk is divided among them.
On PostgreSQL each unit is a transaction of its own, repeated when the server picked it as a deadlock's victim.
"""

from __future__ import annotations

import asyncio
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from jambot.db.engine import READERS, is_sqlite, reading_engine, writing_engine
from jambot.errors import JamBotError, ReadOnly, StorageFull, Unavailable
from jambot.events import Event, EventBus

T = TypeVar("T")
MOST_UNITS_PER_COMMIT = 512
DEADLOCK_TRIES = 4
LONGEST_JITTER_S = 0.05
_SERIALIZATION_FAILURES = {"40001", "40P01"}
_READ_ONLY_TRANSACTION = "25006"


class Tx(Session):
    """What a unit works with: a SQLModel session that also carries the events to publish after the commit."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        self.events: list[Event] = []

    def emit(self, *events: Event) -> None:
        """Publish `events` once this unit is committed; a unit that fails publishes nothing."""
        self.events.extend(events)


@dataclass(slots=True)
class _Unit:
    change: Callable[[Tx], Any]
    done: Future[tuple[Any, list[Event]]] = field(default_factory=Future)


class UnitOfWork:
    """Runs changes and queries on one database. Made once per process; `close` it at the end.

    A change is a short synchronous function of a `Tx`: no await, no model call, no network.
    """

    def __init__(self, url: str, bus: EventBus) -> None:
        self.url = url
        self.is_sqlite = is_sqlite(url)
        self.writer: Engine = writing_engine(url)
        self.reader: Engine = reading_engine(url)
        self._bus = bus
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._run_unit: Callable[[_Unit], None]
        if self.is_sqlite:
            self._commits = _GroupCommits(self.writer)
            self._run_unit = self._commits.put
        else:
            self._writers = ThreadPoolExecutor(8, thread_name_prefix="db-write")
            self._run_unit = lambda unit: _ignore(self._writers.submit(_run_alone, self.writer, unit))

    async def write(self, change: Callable[[Tx], T]) -> T:
        """Run `change` and return its result once it is durably committed; then publish its events.

        Raises:
            Whatever `change` raised (nothing was written), or `Unavailable`, `ReadOnly`, `StorageFull`.
        """
        unit = _Unit(change)
        self._run_unit(unit)
        # Shielded: a caller that goes away must not cancel a unit that is about to commit.
        result, events = await asyncio.shield(asyncio.wrap_future(unit.done))
        for happened in events:
            await self._bus.publish(happened)
        return result

    async def read(self, query: Callable[[Session], T]) -> T:
        """Run `query` in one read-only transaction on a reader thread: everything it sees is of one moment."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_here, query)

    def read_here(self, query: Callable[[Session], T]) -> T:
        """`read` on the calling thread, for start-up and for code that already runs beside the event loop."""
        try:
            with self.reader.connect() as connection, Session(connection, expire_on_commit=False) as session:
                return query(session)
        except (DBAPIError, PoolTimeout) as error:
            raise _translated(error) from error

    def close(self) -> None:
        """Finish what was accepted, then let go of every connection. May be called twice."""
        if self.is_sqlite:
            self._commits.close()
        else:
            self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.writer.dispose()
        self.reader.dispose()


class _GroupCommits:
    """The one writer thread of a SQLite database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="db-writer", daemon=True)
        self._thread.start()

    def put(self, unit: _Unit) -> None:
        if self._closed:
            unit.done.set_exception(Unavailable("The database is closing."))
            return
        self._units.put(unit)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._units.put(None)
            self._thread.join(timeout=30)

    def _work(self) -> None:
        while (first := self._units.get()) is not None:
            batch = [first]
            last = False
            with suppress(queue.Empty):
                while len(batch) < MOST_UNITS_PER_COMMIT:
                    unit = self._units.get_nowait()
                    if unit is None:
                        last = True
                        break
                    batch.append(unit)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Unit]) -> None:
        answers: list[tuple[_Unit, Any, list[Event]]] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                for unit in batch:
                    try:
                        result, events = _in_savepoint(connection, unit.change)
                    except BaseException as error:  # the thread must outlive any unit
                        unit.done.set_exception(_translated(_first_of(error)))
                        if not _has_transaction(connection):
                            raise _AllUndoneError from error
                    else:
                        answers.append((unit, result, events))
        except _AllUndoneError:
            # A full or failing disk makes SQLite undo the transaction whole; the neighbours get one each.
            for unit in batch:
                if not unit.done.done():
                    self._commit([unit])
            return
        except BaseException as error:
            for unit in batch:
                if not unit.done.done():
                    unit.done.set_exception(_translated(error))
            return
        for unit, result, events in answers:
            unit.done.set_result((result, events))


class _AllUndoneError(Exception):
    """SQLite ended the transaction that units shared."""


def _has_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))


def _in_savepoint(connection: Connection, change: Callable[[Tx], Any]) -> tuple[Any, list[Event]]:
    with Tx(connection) as tx:
        result = change(tx)
        tx.commit()
        # Rows outlive their unit as plain values; detached, they cannot start another query by themselves.
        tx.expunge_all()
        return result, tx.events


def _run_alone(engine: Engine, unit: _Unit) -> None:
    for tries_left in reversed(range(DEADLOCK_TRIES)):
        try:
            with engine.connect() as connection, connection.begin():
                answer = _in_savepoint(connection, unit.change)
        except BaseException as error:
            if tries_left and _is_deadlock(error):
                # Two victims that come back at the same instant would meet again.
                time.sleep(random.uniform(0, LONGEST_JITTER_S))  # noqa: S311 - no secret
                continue
            unit.done.set_exception(_translated(error))
        else:
            unit.done.set_result(answer)
        return


def _first_of(error: BaseException) -> BaseException:
    """The error a failure began with: taking it back may have failed as well, in its wake."""
    first, link = error, error.__context__
    while link is not None:
        first, link = (link if isinstance(link, DBAPIError) else first), link.__context__
    return first if isinstance(error, DBAPIError) else error


def _is_deadlock(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and _sqlstate(error) in _SERIALIZATION_FAILURES


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _translated(error: BaseException) -> BaseException:
    """The error as the caller may see it: driver errors become `Unavailable` and its kin, everything else stays."""
    if isinstance(error, JamBotError):
        return error
    if isinstance(error, PoolTimeout):
        return Unavailable()
    if isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error) == _READ_ONLY_TRANSACTION)
    ):
        text = str(error.orig)
        kind = StorageFull if "disk is full" in text or "No space left" in text else Unavailable
        kind = ReadOnly if "readonly" in text or "read-only" in text else kind
        translated = kind()
        translated.__cause__ = error
        return translated
    return error


def _ignore(_future: Future[Any]) -> None:
    """The unit's own future carries the answer."""
