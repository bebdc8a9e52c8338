"""What every command makes sure of before it touches anybody's data."""

from __future__ import annotations

import os

from sqlalchemy.exc import DatabaseError, OperationalError

from jambot.cli.failure import CommandFailed
from jambot.db import migrations
from jambot.settings import Settings


def ensure_writable(settings: Settings) -> None:
    """Fail with one line when the data folder cannot be used."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CommandFailed(f"The data folder {settings.data_dir} cannot be written: {error.strerror}.") from error


def ensure_migrated(settings: Settings) -> None:
    """Bring the database to this version's schema, or fail with one line.

    Raises:
        CommandFailed: the database does not answer, or is no database.
        NewerDatabase: see `migrations.upgrade`.
    """
    try:
        migrations.upgrade(settings.sqlalchemy_url)
    except DatabaseError as error:
        if type(error) not in {DatabaseError, OperationalError}:
            raise  # a mistake of ours, which needs its traceback
        # The first line says what is wrong; the ones after it guess.
        reason = str(error.orig).strip().splitlines()[0]
        raise CommandFailed(f"The database cannot be used: {reason}") from error
