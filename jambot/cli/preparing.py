"""What every command makes sure of before it touches anybody's data."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from jambot.cli.failure import CommandFailed
from jambot.db import migrations
from jambot.db.backup import copy_sqlite
from jambot.db.engine import is_sqlite, sqlite_file
from jambot.settings import Settings

COPIES_KEPT = 3
"""Of the copies made before migrations."""


def ensure_writable(settings: Settings) -> None:
    """Fail with one line when the data folder cannot be used."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CommandFailed(f"The data folder {settings.data_dir} cannot be written: {error.strerror}.") from error


@contextmanager
def alone_in(settings: Settings) -> Iterator[None]:
    """Hold the data folder for a command that nothing may run beside. Raises `CommandFailed` while JamBot serves."""
    with _held(settings, fcntl.LOCK_EX, "JamBot is running on the data folder {}. Stop it first."):
        yield


@contextmanager
def serving_from(settings: Settings) -> Iterator[None]:
    """Hold the data folder while the app serves: alone on SQLite, which is for one process, with others else.

    Raises:
        CommandFailed: another process serves from it, or a backup is being brought back.
    """
    if is_sqlite(settings.sqlalchemy_url):
        mode, refusal = fcntl.LOCK_EX, "Another JamBot runs on the data folder {}. With SQLite there can be only one."
    else:
        mode, refusal = fcntl.LOCK_SH, "The data folder {} is being restored or repaired. Try again when that is done."
    with _held(settings, mode, refusal):
        yield


@contextmanager
def _held(settings: Settings, mode: int, refusal: str) -> Iterator[None]:
    # The kernel lets go of it with the process, however that ends.
    with (settings.data_dir / ".jambot.lock").open("w") as lock:
        try:
            fcntl.flock(lock, mode | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandFailed(refusal.format(settings.data_dir)) from error
        yield


def ensure_migrated(settings: Settings) -> None:
    """Bring the database to this version's schema, or fail with one line.

    A SQLite database is copied into `backups/` first; PostgreSQL's has a migration of all or nothing and its own dumps.

    Raises:
        CommandFailed: the database does not answer, or is no database.
        NewerDatabase: see `migrations.upgrade`.
    """
    try:
        migrations.upgrade(settings.sqlalchemy_url, before=lambda present: _keep_copy(settings, present))
    except DatabaseError as error:
        if type(error) not in {DatabaseError, OperationalError}:
            raise  # a mistake of ours, which needs its traceback
        # The first line says what is wrong; the ones after it guess.
        reason = str(error.orig).strip().splitlines()[0]
        raise CommandFailed(f"The database cannot be used: {reason}") from error


def _keep_copy(settings: Settings, present: str) -> None:
    if not is_sqlite(settings.sqlalchemy_url):
        return
    folder: Path = settings.data_dir / "backups"
    folder.mkdir(exist_ok=True)
    target = folder / f"schema-{present}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.db"
    print(f"Bringing the database to a newer schema; a copy from before is in {target}.", flush=True)
    copy_sqlite(sqlite_file(settings.sqlalchemy_url), target)
    for old in sorted(folder.glob("schema-*.db"), key=lambda path: path.stat().st_mtime)[:-COPIES_KEPT]:
        old.unlink()
