"""Sessions in SQLite or PostgreSQL: one indexed row each, every operation one statement or one unit of work."""

from __future__ import annotations

import sqlite3
from asyncio import timeout, to_thread
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session as Reader

from jambot.db import UnitOfWork, session_counts
from jambot.errors import Unavailable
from jambot.events import LocalBus
from jambot.sessions.errors import BadConfiguration, SessionNotFound, StaleFence, StaleVersion, StoreUnavailable
from jambot.sessions.events import SessionEvent
from jambot.sessions.record import Record, Records
from jambot.sessions.stores import sql_counts
from jambot.sessions.stores import sql_statements as sql
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.sql_changing import Change, Save, Use, change, change_many
from jambot.sessions.stores.sql_making import counts_others, make, make_many, make_plainly
from jambot.sessions.stores.sql_sweeping import sweep, sweep_plainly
from jambot.sessions.stores.sqlite_direct import DirectReader
from jambot.sessions.stores.together import Together

T = TypeVar("T")
# One whose clock is behind must still find the moment it asks about.
_KEPT_APART_US = 300_000_000
_ADDRESSES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class SqlStore:
    """Sessions in SQLite or PostgreSQL.

    Commits are the database's own: an acknowledged session survives a crash. Locks hold across processes. Events stay
    in this process.

    Args:
        database: `sqlite:///<path>` or `postgresql://<address>`, where `start` makes the tables it needs and touches no
            others; or the application's unit of work, whose migrations made them and whose maker closes it.
        namespace: keeps several managers apart in one table.
        timeout_s: how long a caller waits for the database before `StoreUnavailable`; what was asked may still happen.
    """

    has_peers = False
    bite_s = 0.015

    def __init__(self, database: UnitOfWork | str, *, namespace: str = "session", timeout_s: float = 10.0) -> None:
        self._own = isinstance(database, str)
        self._work = work = _opened(database) if isinstance(database, str) else database
        self._ns = namespace
        self._timeout_s = timeout_s
        self._creating = Together[Record, bool](self._create_many, timeout_s=timeout_s)
        self._changing = Together[Change, Record | None](self._change_many, timeout_s=timeout_s)
        path = make_url(work.url).database if work.is_sqlite else None
        self._direct = DirectReader(Path(path)) if path and path != ":memory:" else None
        self.look = None if self._direct is None else partial(self._look, self._direct)

    async def start(self) -> None:
        if self._own:
            try:
                await to_thread(session_counts.make_tables, self._work.writer)
            except SQLAlchemyError as exc:
                raise StoreUnavailable from exc

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        if counts_others(record, limit):
            named = {"limit": limit, "refuse": refuse, "now_us": now_us}
            return await self._write(lambda tx: make(tx.connection(), self._ns, record, **named))
        if not await self._creating.put(record):
            raise StaleVersion("A session with this handle exists already.")
        return Created(record=record)

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        if self.look is not None:
            return self.look(handle, now_us)
        return _first(await self._rows(sql.GET, {"h": handle, "now": now_us}))

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        stored = await self._change(Save(record, expected_version, fence, now_us))
        if stored is not None:
            return stored
        present = await self.get(record.handle, now_us=now_us)
        if present is None:
            return None
        raise StaleFence if fence is not None and present.fence != fence else StaleVersion

    async def touch(self, record: Record, *, now_us: int) -> bool:
        return await self._change(Use(record, now_us)) is not None

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        statement = sql.DELETE
        if secret_hash is not None:
            statement = statement.where(sql.C.secret_hash == secret_hash)
        if version is not None:
            statement = statement.where(sql.C.version == version)
        return _first(await self._returned(statement, {"h": handle, "now": now_us}))

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return bool(await self._rows(sql.EXISTS, {"h": handle, "now": now_us}))

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        return _first(await self._rows(sql.BY_LOOKUP, {"l": lookup, "now": now_us}))

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        query = sql.OF_USER if kind is None else sql.OF_USER.where(kind == sql.KIND_OF_FEW)
        return [sql.record(row) for row in await self._rows(query, {"u": user_id, "now": now_us})]

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        gone = await self._returned(sql.delete_of_user(kind, except_handle), {"u": user_id, "now": now_us})
        return [sql.record(row) for row in gone]

    async def list(self, query: Query, *, now_us: int) -> Records:
        return [sql.record(row) for row in await self._rows(*sql.page(query, now_us))]

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        gone = await self._sweep(limit, now_us)
        if len(gone) < limit:
            upto = (now_us - _KEPT_APART_US) // session_counts.SPELL_US
            while await self._write(lambda tx: sql_counts.fold(tx.connection(), self._ns, upto=upto)):
                pass
        return gone

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        return await self._read(
            lambda reader: sql_counts.stats(reader, self._ns, idle_after_us=idle_after_us, now_us=now_us)
        )

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        enters = requests > 0 or connections > 0
        statement = sql.count(requests, connections, lease_us, now_us, enters=enters)
        return _first(await self._returned(statement, {"h": handle, **({"now": now_us} if enters else {})}))

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        def change(tx: Reader) -> int | None:
            mine = {"ns": self._ns, "h": handle, "now": now_us}
            taken = tx.connection().execute(sql.LOCK, {**mine, "owner": owner, "until": lease_us}).first()
            if taken is not None:
                return taken.fence
            if tx.connection().execute(sql.EXISTS, mine).first() is None:
                raise SessionNotFound
            return None

        return await self._write(change)

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        return await self._changed(sql.UNLOCK, {"h": handle, "owner": owner, "now": now_us})

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        return lambda: None

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        """Events stay in this process."""

    def aside(self) -> SqlStore:
        return SqlStore(self._work, namespace=f"{self._ns}~"[-64:], timeout_s=self._timeout_s)

    async def close(self) -> None:
        if self._direct is not None:
            self._direct.close()
        if self._own:
            await to_thread(self._work.close)

    async def _create_many(self, records: Sequence[Record]) -> list[bool]:
        try:
            if self._work.is_sqlite:
                return await self._work.write_plainly(lambda connection: make_plainly(connection, self._ns, records))
            return await self._work.write_in_one(lambda connection: make_many(connection, self._ns, records))
        except sqlite3.IntegrityError:
            if len(records) > 1:
                raise  # and each is tried by itself
            return [False]
        except Unavailable as exc:
            raise _translated(exc) from exc

    async def _sweep(self, limit: int, now_us: int) -> Records:
        named = {"limit": limit, "now_us": now_us}
        if self._work.is_sqlite:
            return await self._in_time(self._work.write_plainly(lambda c: sweep_plainly(c, self._ns, **named)))
        return await self._write(lambda tx: sweep(tx.connection(), self._ns, **named))

    def _look(self, direct: DirectReader, handle: str, now_us: int) -> Record | None:
        try:
            rows = direct.rows(sql.GET_DIRECTLY, (self._ns, handle, now_us))
        except sqlite3.Error as exc:
            raise StoreUnavailable from exc
        return Record(handle, *rows[0]) if rows else None

    async def _rows(self, statement: Any, values: dict[str, Any]) -> Sequence[Row[Any]]:
        return await self._read(lambda reader: reader.connection().execute(statement, {"ns": self._ns, **values}).all())

    async def _returned(self, statement: Any, values: dict[str, Any]) -> Sequence[Row[Any]]:
        return await self._write(lambda tx: tx.connection().execute(statement, {"ns": self._ns, **values}).all())

    async def _changed(self, statement: Any, values: dict[str, Any]) -> bool:
        return await self._write(lambda tx: tx.connection().execute(statement, {"ns": self._ns, **values}).rowcount > 0)

    async def _change(self, wanted: Change) -> Record | None:
        if self._work.is_sqlite:
            return await self._changing.put(wanted)
        return await self._in_time(self._work.write_in_one(lambda connection: change(connection, self._ns, wanted)))

    async def _change_many(self, changes: Sequence[Change]) -> list[Record | None]:
        try:
            return await self._work.write_plainly(lambda connection: change_many(connection, self._ns, changes))
        except Unavailable as exc:
            raise _translated(exc) from exc

    async def _read(self, query: Callable[[Reader], T]) -> T:
        return await self._in_time(self._work.read(query))

    async def _write(self, change: Callable[[Any], T]) -> T:
        return await self._in_time(self._work.write(change))

    async def _in_time(self, answer: Awaitable[T]) -> T:
        try:
            async with timeout(self._timeout_s):
                return await answer
        except TimeoutError as exc:
            raise StoreUnavailable from exc
        except Unavailable as exc:
            raise _translated(exc) from exc


def _opened(address: str) -> UnitOfWork:
    if not address.startswith(_ADDRESSES) or address.endswith(("///", ":memory:")):
        raise BadConfiguration("store", "a database is sqlite:///<path> or postgresql://<address>")
    return UnitOfWork(address.replace("postgresql://", "postgresql+psycopg://", 1), LocalBus())


def _translated(error: Unavailable) -> Unavailable:
    """A plain `Unavailable` says which part is; its kinds (read-only, full) say more already."""
    return StoreUnavailable() if type(error) is Unavailable else error


def _first(rows: Sequence[Row[Any]]) -> Record | None:
    return sql.record(rows[0]) if rows else None
