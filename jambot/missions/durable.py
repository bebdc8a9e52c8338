"""The one module that knows DBOS: how it is set up, and the few of its calls that missions need.

Imported by the runner when it starts, never before: DBOS is heavy, and the port must answer first.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from jambot.ids import new_id
from jambot.settings import Settings

# Raised only when the workflow's sequence of steps changes: a workflow of another version is begun anew from our rows.
WORKFLOW_VERSION = "missions-1"
SQLITE_EXECUTOR = "jambot"
POLL_S = 0.1

_OPEN = frozenset({"PENDING", "ENQUEUED", "DELAYED"})


def system_url(settings: Settings) -> str:
    """Where DBOS keeps its own tables: beside the SQLite database in a file of its own, or in the PostgreSQL one."""
    url = make_url(settings.sqlalchemy_url)
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=False)
    return f"sqlite:///{Path(url.database or '').resolve().parent / 'workflows.db'}"


class Durable:
    """DBOS while it runs. One at a time in a process. Every method blocks, so call it beside the event loop."""

    def __init__(self, url: str, body: Callable[[Durable, str, str], str]) -> None:
        """Start DBOS on `url`; `body(self, mission_id, run_id)` is what a mission's workflow does."""
        from dbos import DBOS, SetWorkflowID
        from dbos._serialization import DBOSPortableJSONSerializer

        self._dbos, self._set_id = DBOS, SetWorkflowID
        # With a handler of its own DBOS would write to the console past the redaction of ours.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        is_sqlite = url.startswith("sqlite")
        if is_sqlite:
            _make_wal(Path(make_url(url).database or ""))
        DBOS(
            config={
                "name": "jambot",
                "system_database_url": url,
                "application_version": WORKFLOW_VERSION,
                # One process owns a SQLite file, so it recovers whatever is there; on PostgreSQL each is its own.
                "executor_id": SQLITE_EXECUTOR if is_sqlite else new_id(),
                "serializer": DBOSPortableJSONSerializer(),
                "notification_listener_polling_interval_sec": POLL_S,
                "log_level": "WARNING",
            }
        )

        @DBOS.workflow(name="mission", max_recovery_attempts=None)
        def mission(mission_id: str, run_id: str) -> str:
            return body(self, mission_id, run_id)

        self._workflow = mission
        DBOS.launch()

    def begin(self, mission_id: str, run_id: str) -> None:
        """Start a workflow under the id `run_id`; one that already exists goes on as it is."""
        with self._set_id(run_id):
            self._dbos.start_workflow(self._workflow, mission_id, run_id)

    def is_open(self, run_id: str) -> bool:
        """Whether DBOS will bring this run to an end by itself: it is unfinished, ours, and of the present version."""
        status = self._dbos.get_workflow_status(run_id) if run_id else None
        return (
            status is not None
            and status.status in _OPEN
            and status.app_version in (None, WORKFLOW_VERSION)
            and status.executor_id in (None, "", self._dbos.executor_id)
        )

    def abandon(self, run_id: str) -> None:
        """Forget a run that another one has replaced; an unknown one is no error."""
        if run_id:
            self._dbos.cancel_workflow(run_id)

    def step(self, name: str, call: Callable[[], Any]) -> Any:
        """Inside a workflow: the result of `call`, recorded; at a replay the recorded one. JSON values only."""
        return self._dbos.run_step({"name": name}, call)

    def sleep(self, seconds: float) -> None:
        """Inside a workflow: wait, counted from the first time this line was reached."""
        self._dbos.sleep(seconds)

    def close(self) -> None:
        """End DBOS in this process; what is unfinished goes on at the next start."""
        self._dbos.destroy(destroy_registry=True)


def _make_wal(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
