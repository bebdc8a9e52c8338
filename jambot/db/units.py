"""Units of change on their way to a commit: run each apart from the others, commit, then answer those who wait.

On SQLite a single writer thread runs every unit in a savepoint of its own and answers all of them after the one COMMIT
they share (group commit): a failing unit harms no neighbour, and the cost of the flush to disk is divided among them.
On PostgreSQL each unit is a transaction of its own, repeated when the server picked it as a deadlock's victim.
"""

from __future__ import annotations

import asyncio
import queue
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from jambot.errors import JamBotError, ReadOnly, StorageFull, Unavailable
from jambot.events import Event

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


@dataclass(slots=True, eq=False)
class Unit:
    """A change and who waits for it. `plain`: it works on the driver's connection instead of a `Tx`."""

    change: Callable[[Any], Any]
    plain: bool = False
    waiting: asyncio.Future[tuple[Any, list[Event]]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(slots=True, eq=False)
class _Outcome:
    """How a unit ended: a result and its events, or an error."""

    unit: Unit
    result: Any = None
    events: list[Event] = field(default_factory=list)
    error: BaseException | None = None


class GroupCommits:
    """The one writer thread of a SQLite database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._units: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="db-writer", daemon=True)
        self._thread.start()

    def put(self, unit: Unit) -> None:
        if self._closed:
            unit.waiting.set_exception(Unavailable("The database is closing."))
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

    def _commit(self, batch: list[Unit]) -> None:
        outcomes: list[_Outcome] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                for unit in batch:
                    try:
                        result, events = _in_savepoint(connection, unit)
                    except BaseException as error:  # the thread must outlive any unit
                        outcomes.append(_Outcome(unit, error=translated(_first_of(error))))
                        if not _has_transaction(connection):
                            raise _AllUndoneError from error
                    else:
                        outcomes.append(_Outcome(unit, result, events))
        except _AllUndoneError:
            # A full or failing disk makes SQLite undo the transaction whole; the neighbours get one each.
            failed = [outcome for outcome in outcomes if outcome.error is not None]
            _settle(failed)
            ended = {outcome.unit for outcome in failed}
            for unit in batch:
                if unit not in ended:
                    self._commit([unit])
            return
        except BaseException as error:
            own = {outcome.unit: outcome.error for outcome in outcomes}
            outcomes = [_Outcome(unit, error=own.get(unit) or translated(error)) for unit in batch]
        _settle(outcomes)


class _AllUndoneError(Exception):
    """SQLite ended the transaction that units shared."""


def _has_transaction(connection: Connection) -> bool:
    return bool(getattr(connection.connection.driver_connection, "in_transaction", False))


def _settle(outcomes: Iterable[_Outcome]) -> None:
    """Answer all who wait, each event loop woken once. One who went away meanwhile is answered by nobody."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.unit.waiting.get_loop(), []).append(outcome)
    for loop, its in by_loop.items():
        with suppress(RuntimeError):  # the loop is closed, and so is whoever waited
            loop.call_soon_threadsafe(_answer, its)


def _answer(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        waiting = outcome.unit.waiting
        if waiting.done():
            continue
        if outcome.error is not None:
            waiting.set_exception(outcome.error)
        else:
            waiting.set_result((outcome.result, outcome.events))


def _in_savepoint(connection: Connection, unit: Unit) -> tuple[Any, list[Event]]:
    if unit.plain:
        return _plainly(connection.connection.driver_connection, unit.change), []
    with Tx(connection) as tx:
        result = unit.change(tx)
        tx.commit()
        # Rows outlive their unit as plain values; detached, they cannot start another query by themselves.
        tx.expunge_all()
        return result, tx.events


def _plainly(connection: Any, change: Callable[[Any], Any]) -> Any:
    connection.execute("SAVEPOINT plain")
    try:
        return change(connection)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK TO plain")
        raise
    finally:
        if connection.in_transaction:
            connection.execute("RELEASE plain")


def run_alone(engine: Engine, unit: Unit) -> None:
    for tries_left in reversed(range(DEADLOCK_TRIES)):
        try:
            with engine.connect() as connection, connection.begin():
                result, events = _in_savepoint(connection, unit)
        except BaseException as error:
            if tries_left and _is_deadlock(error):
                # Two victims that come back at the same instant would meet again.
                time.sleep(random.uniform(0, LONGEST_JITTER_S))  # noqa: S311 - no secret
                continue
            _settle([_Outcome(unit, error=translated(error))])
        else:
            _settle([_Outcome(unit, result, events)])
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


def translated(error: BaseException) -> BaseException:
    """The error as the caller may see it: driver errors become `Unavailable` and its kin, everything else stays."""
    if isinstance(error, JamBotError):
        return error
    if isinstance(error, PoolTimeout):
        return Unavailable()
    if isinstance(error, OperationalError | sqlite3.OperationalError) or (
        isinstance(error, DBAPIError) and (error.connection_invalidated or _sqlstate(error) == _READ_ONLY_TRANSACTION)
    ):
        text = str(getattr(error, "orig", error))
        kind = StorageFull if "disk is full" in text or "No space left" in text else Unavailable
        kind = ReadOnly if "readonly" in text or "read-only" in text else kind
        translated = kind()
        translated.__cause__ = error
        return translated
    return error
