"""Sessions in SQLite or PostgreSQL: one indexed row each, every operation one statement or one unit of work."""

from __future__ import annotations

import sqlite3
from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.engine import make_url
from sqlmodel import Session as Reader

from jambot.db import UnitOfWork
from jambot.db.models.engine_sessions import EngineSession
from jambot.errors import Unavailable
from jambot.sessions.errors import SessionNotFound, StaleFence, StaleVersion, StoreUnavailable, TooManySessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, Records
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.sqlite_direct import DirectReader

T = TypeVar("T")

_TABLE: Any = EngineSession.__table__  # type: ignore[attr-defined]
_C = _TABLE.c
_FIELDS = Record.__struct_fields__
_COLUMNS = [_C[name] for name in _FIELDS]
_MINE = and_(_C.namespace == bindparam("ns"), _C.handle == bindparam("h"))
_LIVE = _C.expires_us > bindparam("now")
# The sum keeps the planner from finding a user's few sessions among all the living ones through the index of ends.
_ENDS = _C.expires_us + 0
_WON = bindparam("accessed_us_") >= _C.accessed_us
_BUSIEST_USERS = 100

_GET = select(*_COLUMNS).where(_MINE, _LIVE)
_GET_DIRECTLY = (
    f"SELECT {', '.join(_FIELDS)} FROM engine_sessions WHERE namespace = ? AND handle = ? AND expires_us > ?"  # noqa: S608
)
_EXISTS = select(literal(1)).where(_MINE, _LIVE)
_BY_LOOKUP = select(*_COLUMNS).where(_C.namespace == bindparam("ns"), _C.lookup == bindparam("l"), _LIVE)
_FREE_LOOKUP = (
    update(_TABLE).where(_C.namespace == bindparam("ns"), _C.lookup == bindparam("l"), ~_LIVE).values(lookup=None)
)
_OF_USER = (
    select(*_COLUMNS)
    .where(_C.namespace == bindparam("ns"), _C.user_id == bindparam("u"), bindparam("now") < _ENDS)
    .order_by(_C.created_us.desc(), _C.handle.desc())
)
_SET = (
    update(_TABLE)
    .where(_MINE, _LIVE, _C.version == bindparam("expected"), _C.fence == func.coalesce(bindparam("f"), _C.fence))
    .values(
        secret_hash=bindparam("secret_hash_"),
        facts=bindparam("facts_"),
        body=bindparam("body_"),
        version=_C.version + 1,
        # Together: the three times of the later use win, so that a slow save takes no life away.
        extended_us=case((_WON, bindparam("extended_us_")), else_=_C.extended_us),
        expires_us=case((_WON, bindparam("expires_us_")), else_=_C.expires_us),
        accessed_us=case((_WON, bindparam("accessed_us_")), else_=_C.accessed_us),
    )
    .returning(*_COLUMNS)
)
_TOUCH = (
    update(_TABLE)
    .where(_MINE, _LIVE, _C.version == bindparam("expected"), _WON)
    .values(
        accessed_us=bindparam("accessed_us_"),
        extended_us=bindparam("extended_us_"),
        expires_us=bindparam("expires_us_"),
    )
)
_DELETE = delete(_TABLE).where(_MINE, _LIVE).returning(*_COLUMNS)
_LOCK = (
    update(_TABLE)
    .where(_MINE, _LIVE, _C.lock_until_us <= bindparam("now"))
    .values(lock_owner=bindparam("owner"), lock_until_us=bindparam("until"), fence=_C.fence + 1)
    .returning(_C.fence)
)
_UNLOCK = (
    update(_TABLE)
    .where(_MINE, _C.lock_owner == bindparam("owner"), _C.lock_until_us > bindparam("now"))
    .values(lock_owner=None, lock_until_us=0)
)


class SqlStore:
    """Sessions in the application's database, through its unit of work.

    Commits are the database's own: an acknowledged session survives a crash. Locks hold across processes. Events stay
    in this process.

    Args:
        work: the unit of work; whoever made it closes it.
        namespace: keeps several managers apart in one table.
        own: the unit of work is this store's alone: `start` makes the table where no migration did, `close` closes it.
    """

    has_peers = False

    def __init__(self, work: UnitOfWork, *, namespace: str = "session", own: bool = False) -> None:
        self._work = work
        self._own = own
        self._ns = namespace
        path = make_url(work.url).database if work.is_sqlite else None
        self._direct = DirectReader(Path(path)) if path and path != ":memory:" else None

    async def start(self) -> None:
        if self._own:
            await to_thread(_TABLE.create, self._work.writer, checkfirst=True)

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        def change(tx: Reader) -> Created:
            self._take_turns(tx, record, limit)
            if record.lookup is not None:
                named = {"ns": self._ns, "l": record.lookup, "now": now_us}
                if earlier := tx.connection().execute(_BY_LOOKUP, named).first():
                    return Created(record=_record(earlier), existed=True)
                tx.connection().execute(_FREE_LOOKUP, named)
            evicted = self._make_room(tx, record, limit=limit, refuse=refuse, now_us=now_us)
            tx.connection().execute(insert(_TABLE), {"namespace": self._ns, **_row(record)})
            return Created(record=record, evicted=tuple(evicted))

        return await self._write(change)

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        if self._direct is not None:
            return self._get_directly(self._direct, handle, now_us)
        return _first(await self._rows(_GET, {"h": handle, "now": now_us}))

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        values = {"h": record.handle, "now": now_us, "expected": expected_version, "f": fence, **_written(record)}

        def change(tx: Reader) -> Record | None:
            connection = tx.connection()
            written = connection.execute(_SET, {"ns": self._ns, **values}).first()
            if written is not None:
                return _record(written)
            stored = connection.execute(_GET, {"ns": self._ns, "h": record.handle, "now": now_us}).first()
            if stored is None:
                return None
            raise StaleFence if fence is not None and stored.fence != fence else StaleVersion

        return await self._write(change)

    async def touch(self, record: Record, *, now_us: int) -> bool:
        times = {f"{name}_": getattr(record, name) for name in ("accessed_us", "extended_us", "expires_us")}
        return await self._changed(_TOUCH, {"h": record.handle, "now": now_us, "expected": record.version, **times})

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        statement = _DELETE
        if secret_hash is not None:
            statement = statement.where(_C.secret_hash == secret_hash)
        if version is not None:
            statement = statement.where(_C.version == version)
        return _first(await self._returned(statement, {"h": handle, "now": now_us}))

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return bool(await self._rows(_EXISTS, {"h": handle, "now": now_us}))

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        return _first(await self._rows(_BY_LOOKUP, {"l": lookup, "now": now_us}))

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        query = _OF_USER if kind is None else _OF_USER.where(_C.kind == kind)
        return [_record(row) for row in await self._rows(query, {"u": user_id, "now": now_us})]

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        statement = delete(_TABLE).where(
            _C.namespace == bindparam("ns"), _C.user_id == bindparam("u"), bindparam("now") < _ENDS
        )
        if kind is not None:
            statement = statement.where(_C.kind == kind)
        if except_handle is not None:
            statement = statement.where(_C.handle != except_handle)
        gone = await self._returned(statement.returning(*_COLUMNS), {"u": user_id, "now": now_us})
        return [_record(row) for row in gone]

    async def list(self, query: Query, *, now_us: int) -> Records:
        wanted = select(*_COLUMNS).where(_C.namespace == bindparam("ns"))
        if query.user_id is not None:
            wanted = wanted.where(_C.user_id == query.user_id)
        if query.kind is not None:
            wanted = wanted.where(_C.kind == query.kind)
        if query.state is not None:
            wanted = wanted.where(_in_state(query.state, query.idle_after_us, now_us))
        elif not query.include_expired:
            wanted = wanted.where(now_us < _ENDS)
        if query.after is not None:
            wanted = wanted.where(tuple_(_C.created_us, _C.handle) < tuple_(*map(literal, query.after)))
        wanted = wanted.order_by(_C.created_us.desc(), _C.handle.desc()).limit(query.limit)
        if query.offset:
            wanted = wanted.offset(query.offset)
        return [_record(row) for row in await self._rows(wanted, {})]

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        ended = (
            select(_C.handle)
            .where(_C.namespace == self._ns, _C.expires_us <= now_us)
            .where(or_(_C.requests == 0, _C.lease_us <= now_us))
            .order_by(_C.expires_us)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("ended")  # read once; as a plain subquery PostgreSQL may run it again and again, past the limit
        )
        statement = (
            delete(_TABLE)
            .where(_C.namespace == bindparam("ns"), _C.handle.in_(select(ended.c.handle)))
            .returning(*_COLUMNS)
        )
        return sorted((_record(row) for row in await self._returned(statement, {})), key=lambda r: r.expires_us)

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        live = _C.expires_us > now_us
        counts = select(
            *(_count_if(_in_state(state, idle_after_us, now_us)).label(state.value) for state in SessionState),
            func.avg(case((live, _C.accessed_us - _C.created_us))).label("mean_us"),
        ).where(_C.namespace == self._ns)
        many = func.count().label("n")
        of_kinds = select(_C.kind, many).where(_C.namespace == self._ns, live).group_by(_C.kind)
        of_users = (
            select(_C.user_id, many)
            .where(_C.namespace == self._ns, live, _C.user_id.is_not(None))
            .group_by(_C.user_id)
            .order_by(many.desc(), _C.user_id)
            .limit(_BUSIEST_USERS)
        )

        def query(reader: Reader) -> StoreStats:
            connection = reader.connection()
            found = connection.execute(counts).one()
            return StoreStats(
                total=(found.active or 0) + (found.idle or 0) + (found.expiring or 0),
                active=found.active or 0,
                idle=found.idle or 0,
                expiring=found.expiring or 0,
                expired=found.expired or 0,
                by_user=dict(connection.execute(of_users).all()),
                by_kind=dict(connection.execute(of_kinds).all()),
                mean_duration_s=float(found.mean_us or 0) / 1e6,
            )

        return await self._read(query)

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        enters = requests > 0 or connections > 0
        statement = (
            update(_TABLE)
            .where(_MINE, _LIVE if enters else literal(True))
            .values(
                requests=_at_least_0(case((_C.lease_us > now_us, _C.requests), else_=0) + requests),
                connections=_at_least_0(_C.connections + connections),
                lease_us=case((_C.lease_us < lease_us, lease_us), else_=_C.lease_us),
            )
            .returning(*_COLUMNS)
        )
        return _first(await self._returned(statement, {"h": handle, **({"now": now_us} if enters else {})}))

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        def change(tx: Reader) -> int | None:
            mine = {"ns": self._ns, "h": handle, "now": now_us}
            taken = tx.connection().execute(_LOCK, {**mine, "owner": owner, "until": lease_us}).first()
            if taken is not None:
                return taken.fence
            if tx.connection().execute(_EXISTS, mine).first() is None:
                raise SessionNotFound
            return None

        return await self._write(change)

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        return await self._changed(_UNLOCK, {"h": handle, "owner": owner, "now": now_us})

    def listen(self, listener: Callable[[SessionEvent], None]) -> Callable[[], None]:
        return lambda: None

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        """Events stay in this process."""

    async def close(self) -> None:
        if self._direct is not None:
            self._direct.close()
        if self._own:
            await to_thread(self._work.close)

    def _take_turns(self, tx: Reader, record: Record, limit: int) -> None:
        """Let creates that count, or that share a lookup, pass one by one. SQLite's one writer does that by itself."""
        if self._work.is_sqlite:
            return
        turns = [f"{record.user_id}|{record.kind}"] if limit and record.user_id is not None else []
        turns += [] if record.lookup is None else [record.lookup]
        for turn in sorted(turns):
            key = int.from_bytes(blake2b(f"{self._ns}|{turn}".encode(), digest_size=8).digest(), signed=True)
            tx.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def _make_room(self, tx: Reader, record: Record, *, limit: int, refuse: bool, now_us: int) -> Records:
        if not limit or record.user_id is None:
            return []
        query = _OF_USER.where(_C.kind == record.kind)
        rows = tx.connection().execute(query, {"ns": self._ns, "u": record.user_id, "now": now_us}).all()
        surplus = rows[max(0, limit - 1) :]
        if refuse and surplus:
            raise TooManySessions
        evicted: Records = []
        for row in reversed(surplus):
            gone = tx.connection().execute(_DELETE, {"ns": self._ns, "h": row.handle, "now": now_us}).first()
            evicted += [] if gone is None else [_record(gone)]
        return evicted

    def _get_directly(self, direct: DirectReader, handle: str, now_us: int) -> Record | None:
        try:
            rows = direct.rows(_GET_DIRECTLY, (self._ns, handle, now_us))
        except sqlite3.Error as exc:
            raise StoreUnavailable from exc
        return _record_of(dict(zip(_FIELDS, rows[0], strict=True))) if rows else None

    async def _rows(self, statement: Any, values: dict[str, Any]) -> Sequence[Row[Any]]:
        return await self._read(lambda reader: reader.connection().execute(statement, {"ns": self._ns, **values}).all())

    async def _returned(self, statement: Any, values: dict[str, Any]) -> Sequence[Row[Any]]:
        return await self._write(lambda tx: tx.connection().execute(statement, {"ns": self._ns, **values}).all())

    async def _changed(self, statement: Any, values: dict[str, Any]) -> bool:
        return await self._write(lambda tx: tx.connection().execute(statement, {"ns": self._ns, **values}).rowcount > 0)

    async def _read(self, query: Callable[[Reader], T]) -> T:
        try:
            return await self._work.read(query)
        except Unavailable as exc:
            raise _translated(exc) from exc

    async def _write(self, change: Callable[[Any], T]) -> T:
        try:
            return await self._work.write(change)
        except Unavailable as exc:
            raise _translated(exc) from exc


def _translated(error: Unavailable) -> Unavailable:
    """A plain `Unavailable` says which part is; its kinds (read-only, full) say more already."""
    return StoreUnavailable() if type(error) is Unavailable else error


def _row(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in _FIELDS} | {"facts": record.facts.decode()}


def _written(record: Record) -> dict[str, Any]:
    names = ("secret_hash", "facts", "body", "accessed_us", "extended_us", "expires_us")
    row = _row(record)
    return {f"{name}_": row[name] for name in names}


def _record(row: Any) -> Record:
    return _record_of(row._mapping)


def _record_of(values: Mapping[str, Any]) -> Record:
    return Record(**{name: values[name] for name in _FIELDS} | {"facts": values["facts"].encode()})


def _first(rows: Sequence[Row[Any]]) -> Record | None:
    return _record(rows[0]) if rows else None


def _in_state(state: SessionState, idle_after_us: int, now_us: int) -> ColumnElement[bool]:
    """`Record.state`, as a condition."""
    live = _C.expires_us > now_us
    expiring = (now_us - _C.extended_us) * 5 > (_C.expires_us - _C.extended_us) * 4
    idle = now_us - _C.accessed_us >= idle_after_us
    return {
        SessionState.EXPIRED: ~live,
        SessionState.EXPIRING: and_(live, expiring),
        SessionState.IDLE: and_(live, ~expiring, idle),
        SessionState.ACTIVE: and_(live, ~expiring, ~idle),
    }[state]


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _at_least_0(number: ColumnElement[int]) -> ColumnElement[int]:
    return case((number < 0, 0), else_=number)
