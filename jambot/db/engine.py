"""Engines for the two databases, set up so that an acknowledged write survives a kill."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool, StaticPool

from jambot.log import get_log

READERS = 4
BUSY_TIMEOUT_MS = 5_000

log = get_log(__name__)


def is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def sqlite_file(url: str) -> Path:
    """The file of a SQLite database."""
    return Path(make_url(url).database or "")


def writing_engine(url: str) -> Engine:
    """The engine that changes things: on SQLite one connection for the one writer thread, on PostgreSQL a pool."""
    if not is_sqlite(url):
        return _postgres(url, pool_size=8)
    sqlite_file(url).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, poolclass=StaticPool, connect_args={"check_same_thread": False}, json_deserializer=_read_json
    )
    _set_up_sqlite(engine, query_only=False)
    return engine


def reading_engine(url: str) -> Engine:
    """The engine that only looks: on SQLite its connections refuse to write."""
    if not is_sqlite(url):
        return _postgres(url, pool_size=READERS)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=READERS,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        json_deserializer=_read_json,
    )
    _set_up_sqlite(engine, query_only=True)
    return engine


def _read_json(text: str) -> Any:
    """A stored JSON value; a damaged one counts as empty, so that it costs its own row's detail and not the page.

    PostgreSQL checks JSON when it is written; SQLite keeps whatever a stray hand put there.
    """
    try:
        return json.loads(text)
    except ValueError:
        log.warning("db.unreadable_json", length=len(text))
        return {}


def _postgres(url: str, *, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 3,
            # A server that vanished without a word is noticed by the kernel: in what it was sent, and in silence.
            "tcp_user_timeout": 5000,
            "keepalives_idle": 10,
            "keepalives_interval": 3,
            "keepalives_count": 3,
            "options": "-c lock_timeout=2s -c statement_timeout=30s -c idle_in_transaction_session_timeout=10s"
            " -c synchronous_commit=on -c timezone=UTC",
        },
    )


def _set_up_sqlite(engine: Engine, *, query_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction guessing is off: it would commit around DDL and begin too late for a write lock.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        # One writer may keep what it changes at hand; with two megabytes it wrote and read pages again within a commit.
        cursor.execute("PRAGMA query_only=ON" if query_only else "PRAGMA cache_size=-32768")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")
