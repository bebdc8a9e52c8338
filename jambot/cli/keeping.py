"""`jambot backup`, `restore` and `repair`: keeping a copy, bringing it back, and mending what is damaged."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from jambot.cli.failure import CommandFailed
from jambot.cli.preparing import alone_in, ensure_migrated, ensure_writable
from jambot.clock import SystemClock
from jambot.db.backup import copy_sqlite, restore_backup, write_backup
from jambot.db.damage import Damage, find_damage, mend_damage
from jambot.db.engine import is_sqlite, sqlite_file, writing_engine
from jambot.settings import Settings

_SHOWN = 20


def add_commands(commands: Any) -> None:
    """Add the commands that keep data whole."""
    backup = commands.add_parser("backup", help="write everything into one file, while people work")
    backup.add_argument("file", type=Path, help="the file to write, such as jambot.tar")
    backup.set_defaults(handler=make_backup)
    restore = commands.add_parser("restore", help="bring a backup back; JamBot must be stopped")
    restore.add_argument("file", type=Path)
    restore.set_defaults(handler=bring_back)
    repair = commands.add_parser("repair", help="find rows that contradict each other, and mend them")
    repair.add_argument("--dry-run", action="store_true", help="only say what is wrong")
    repair.set_defaults(handler=mend)


def make_backup(settings: Settings, chosen: argparse.Namespace) -> int:
    """Write a backup of this moment."""
    ensure_writable(settings)
    target = chosen.file.resolve()
    if not target.parent.is_dir():
        raise CommandFailed(f"There is no folder {target.parent}.")
    write_backup(target, url=settings.sqlalchemy_url, data_dir=settings.data_dir, now=SystemClock().now())
    print(f"Wrote {target} ({_size(target)}). It holds the key to sealed data: keep it as you keep secrets.")
    return 0


def bring_back(settings: Settings, chosen: argparse.Namespace) -> int:
    """Put a backup into place, bring it to this version's schema, and say whether it is whole."""
    ensure_writable(settings)
    aside = settings.data_dir / f"before-restore-{_stamp(SystemClock().now())}"
    with alone_in(settings):
        manifest = restore_backup(chosen.file, url=settings.sqlalchemy_url, data_dir=settings.data_dir, aside=aside)
        ensure_migrated(settings)
        found = _look(settings)
    print(f"Restored the state of {manifest.made_at}.")
    if aside.exists():
        print(f"What was there before is in {aside}.")
    _tell(found)
    return 0


def mend(settings: Settings, chosen: argparse.Namespace) -> int:
    """Mend what is damaged, in one transaction, after a copy was made; exits with 1 when a dry run found something."""
    ensure_writable(settings)
    ensure_migrated(settings)
    if chosen.dry_run:
        found = _look(settings)
        _tell(found)
        return 1 if found else 0
    with alone_in(settings):
        found = _look(settings)
        if not found:
            _tell(found)
            return 0
        _keep_copy(settings)
        engine = writing_engine(settings.sqlalchemy_url)
        try:
            with engine.begin() as connection, Session(connection) as session:
                mended = mend_damage(session, SystemClock().now())
                session.commit()
        finally:
            engine.dispose()
    _tell(mended, done=True)
    return 0


def _keep_copy(settings: Settings) -> None:
    now = SystemClock().now()
    folder = settings.data_dir / "backups"
    folder.mkdir(exist_ok=True)
    if is_sqlite(settings.sqlalchemy_url):
        target = folder / f"before-repair-{_stamp(now)}.db"
        copy_sqlite(sqlite_file(settings.sqlalchemy_url), target)
    else:
        target = folder / f"before-repair-{_stamp(now)}.tar"
        write_backup(target, url=settings.sqlalchemy_url, data_dir=settings.data_dir, now=now)
    print(f"A copy from before is in {target}.")


def _look(settings: Settings) -> list[Damage]:
    engine = writing_engine(settings.sqlalchemy_url)
    try:
        with engine.connect() as connection, Session(connection) as session:
            return find_damage(session)
    finally:
        engine.dispose()


def _tell(found: list[Damage], *, done: bool = False) -> None:
    for damage in found[:_SHOWN]:
        print(f"{damage.kind:<20} {damage.table} {damage.row_id}: {damage.detail}")
    if len(found) > _SHOWN:
        print(f"... and {len(found) - _SHOWN} more")
    if not found:
        print("The database is whole.")
    elif done:
        print(f"Mended {len(found)}. What had to leave its table is in the table `quarantine`.")
    else:
        print(f"Found {len(found)}. `jambot repair` mends them.")


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1024 / 1024:.1f} MB"


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S}"
