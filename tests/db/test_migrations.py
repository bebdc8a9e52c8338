"""Alembic on both databases, from nothing to the present schema and back."""

import os
import sqlite3
import subprocess
import sys

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from jambot.db.engine import writing_engine
from jambot.db.migrations import NewerDatabase, config, upgrade
from jambot.db.search_schema import OWN_TABLES
from tests.servers import REPOSITORY

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"{request.param}_url")


def test_the_migrated_schema_is_exactly_what_the_models_say(migrated_url):
    from sqlmodel import SQLModel

    import jambot.db.models  # noqa: F401

    engine = writing_engine(migrated_url)
    with engine.connect() as connection:
        options = {"include_object": lambda _o, name, *_: not (name or "").startswith(OWN_TABLES), "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), SQLModel.metadata)
    engine.dispose()
    assert differences == []


def test_down_to_nothing_and_up_again(migrated_url):
    engine = writing_engine(migrated_url)
    with engine.begin() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
        assert left == set()
        command.upgrade(settings, "head")
        assert "user_sessions" in inspect(connection).get_table_names()
    engine.dispose()


def test_upgrading_what_is_current_changes_nothing(migrated_url):
    upgrade(migrated_url)
    upgrade(migrated_url)


def test_a_newer_database_is_refused_with_one_sentence(sqlite_url):
    engine = writing_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NewerDatabase, match="newer version"):
        upgrade(sqlite_url)


KILL_INSIDE = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from jambot.db.migrations import upgrade
statements = 0
@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global statements
    statements += statement.lstrip().upper().startswith(("CREATE", "ALTER"))
    if statements == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
upgrade(sys.argv[1])
"""


@pytest.mark.parametrize("statement", [1, 7, 20])
def test_an_upgrade_killed_in_the_middle_is_finished_by_the_next_start(tmp_path, statement):
    path = tmp_path / "killed.db"
    outcome = subprocess.run(
        [sys.executable, "-c", KILL_INSIDE, f"sqlite:///{path}", str(statement)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    assert outcome.returncode == -9
    with sqlite3.connect(path) as half:
        assert half.execute("SELECT count(*) FROM sqlite_master WHERE name = 'users'").fetchone() == (0,)
    upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as whole:
        assert whole.execute("SELECT count(*) FROM sqlite_master WHERE name = 'users'").fetchone() == (1,)
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_two_starts_at_once_leave_one_schema(tmp_path):
    url = f"sqlite:///{tmp_path / 'both.db'}"
    script = "import sys; from jambot.db.migrations import upgrade; upgrade(sys.argv[1])"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    both = [subprocess.Popen([sys.executable, "-c", script, url], cwd=REPOSITORY, env=environment) for _ in range(2)]
    assert [each.wait(timeout=60) for each in both] == [0, 0]
