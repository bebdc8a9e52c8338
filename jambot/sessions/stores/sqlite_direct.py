"""Reading one row of a SQLite database where one stands, without a thread and without a transaction to begin and end.

In WAL mode a reader waits for nobody, and a row found by its key costs less than handing the question to a thread.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any


class DirectReader:
    """One connection that only looks, opened at the first question. To be asked from one thread, the event loop's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None

    def rows(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """All rows of a short statement as of the last commit; `sqlite3.Error` when there is no database."""
        cursor = self._cursor
        if cursor is None:
            self._connection = self._connect()
            cursor = self._cursor = self._connection.cursor()
        # Read to the end: a statement left half read would hold its snapshot, and the log could not be cleared.
        return cursor.execute(statement, parameters).fetchall()

    def close(self) -> None:
        """Let go of the connection; a later question opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = self._cursor = None

    def _connect(self) -> sqlite3.Connection:
        # "rw" because "rwc" would make an empty database where there is none; the pragma then takes writing away.
        connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA busy_timeout=100")
        return connection
