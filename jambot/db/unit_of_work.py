"""One use case = one unit of work = all or nothing. Events leave only after its commit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from jambot.db.engine import READERS, is_sqlite, reading_engine, writing_engine
from jambot.db.units import GroupCommits, Tx, Unit, run_alone, translated
from jambot.events import EventBus

__all__ = ["Tx", "UnitOfWork"]

T = TypeVar("T")


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
        self._run_unit: Callable[[Unit], None]
        if self.is_sqlite:
            self._commits = GroupCommits(self.writer)
            self._run_unit = self._commits.put
        else:
            self._writers = ThreadPoolExecutor(8, thread_name_prefix="db-write")
            self._run_unit = self._hand_over

    async def write(self, change: Callable[[Tx], T]) -> T:
        """Run `change` and return its result once it is durably committed; then publish its events.

        Raises:
            Whatever `change` raised (nothing was written), or `Unavailable`, `ReadOnly`, `StorageFull`.
        """
        unit = Unit(change)
        self._run_unit(unit)
        result, events = await unit.waiting
        for happened in events:
            await self._bus.publish(happened)
        return result

    async def write_plainly(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """`write` past the mapper, on SQLite alone: for a few prepared statements, which cost less than a `Tx` does.

        It shares its commit with every other unit, and fails alone. It has no events.
        """
        unit = Unit(change, plain=True)
        self._run_unit(unit)
        result, _ = await unit.waiting
        return result

    async def write_in_one(self, change: Callable[[Connection], T]) -> T:
        """`write` for a change that is one statement, on PostgreSQL alone: it commits by itself, in one round trip."""

        def run() -> T:
            try:
                with self.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    return change(connection)
            except (DBAPIError, PoolTimeout) as error:
                raise translated(error) from error

        return await asyncio.get_running_loop().run_in_executor(self._writers, run)

    async def read(self, query: Callable[[Session], T]) -> T:
        """Run `query` in one read-only transaction on a reader thread: everything it sees is of one moment."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_here, query)

    def read_here(self, query: Callable[[Session], T]) -> T:
        """`read` on the calling thread, for start-up and for code that already runs beside the event loop."""
        try:
            with self.reader.connect() as connection, Session(connection, expire_on_commit=False) as session:
                return query(session)
        except (DBAPIError, PoolTimeout) as error:
            raise translated(error) from error

    def close(self) -> None:
        """Finish what was accepted, then let go of every connection. May be called twice."""
        if self.is_sqlite:
            self._commits.close()
        else:
            self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self.writer.dispose()
        self.reader.dispose()

    def _hand_over(self, unit: Unit) -> None:
        self._writers.submit(run_alone, self.writer, unit)
