"""Brings a database to the schema this version needs: all of it or none, by one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from jambot.db.engine import writing_engine
from jambot.errors import JamBotError

_ADVISORY_LOCK = 0x4A414D42


class NewerDatabase(JamBotError):
    """The database was written by a newer version of JamBot. Start that version, or restore a backup."""

    code = "newer_database"


def upgrade(url: str, *, before: Callable[[str], None] | None = None) -> None:
    """Run the missing migrations in one transaction; a start that finds none is cheap.

    `before` is called with the present revision when an existing schema is about to change.

    Two processes may call this at once: on SQLite the second waits for the write lock, on PostgreSQL for an advisory
    lock of at most 60 s. A kill in the middle leaves the old schema, and the next start begins again.

    Raises:
        NewerDatabase: the database knows a revision that this version does not.
    """
    engine = writing_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL lock_timeout = '60s'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            _upgrade_on(connection, before)
    finally:
        engine.dispose()


def revisions(connection: Connection) -> tuple[str | None, str | None]:
    """The revision of a database, and this version's own."""
    present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic's configuration, from the source tree or from inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    bundled = package / "_bundle" / "alembic.ini"
    return Config(str(bundled if bundled.exists() else package.parent / "alembic.ini"))


def _upgrade_on(connection: Connection, before: Callable[[str], None] | None) -> None:
    settings = config()
    scripts = ScriptDirectory.from_config(settings)
    present = MigrationContext.configure(connection).get_current_revision()
    if present == scripts.get_current_head():
        return
    if present is not None:
        try:
            scripts.get_revision(present)
        except CommandError as error:
            raise NewerDatabase from error
        if before is not None:
            before(present)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
