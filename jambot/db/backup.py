"""One file that brings everything back: the database as of one moment, the files it names, and the key that reads them.

A backup is a tar: `manifest.json`, then the database (`jambot.db`, or `jambot.dump` of PostgreSQL), `secret.key` when
there is one, and `blobs/`. The database is copied first and files are never changed, so each file the tables name is
there, even when people work meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.engine import make_url

from jambot.clock import iso
from jambot.db.engine import is_sqlite, sqlite_file
from jambot.errors import InvalidInput, StorageFull, Unavailable

SQLITE_MEMBER, POSTGRES_MEMBER, MANIFEST = "jambot.db", "jambot.dump", "manifest.json"
KEPT_ASIDE = ("secret.key", "blobs", "workflows.db", "workflows.db-wal", "workflows.db-shm")
"""Beside the database itself. The workflows of missions go too: they are made anew from the restored rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `digest` is the SHA-256 of its database, in hex."""

    format: int
    made_at: str
    database: str
    digest: str


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database as of one moment, while others write to it.

    Raises:
        Unavailable: it cannot be read.
        StorageFull: there is no room for the copy.
    """
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
            closing(_new(target)) as there,
        ):
            here.backup(there)
    except sqlite3.OperationalError as error:
        raise StorageFull if "full" in str(error) else Unavailable from error


def write_backup(target: Path, *, url: str, data_dir: Path, now: datetime) -> Manifest:
    """Write everything into the file `target`, readable by its owner alone; it appears whole or not at all.

    Raises:
        InvalidInput: the file exists, or PostgreSQL's own tools are missing.
        Unavailable: the database does not answer.
        StorageFull: no room.
    """
    if target.exists():
        raise InvalidInput(f"{target} exists already.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with TemporaryDirectory(dir=target.parent, prefix=".jambot-backup-") as name:
            database = _copied(url, Path(name))
            manifest = Manifest(format=1, made_at=iso(now), database=database.name, digest=_digest(database))
            note = Path(name) / MANIFEST
            note.write_text(json.dumps(asdict(manifest), indent=2))
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                with tarfile.open(fileobj=file, mode="w") as tar:
                    for path in (note, database, data_dir / "secret.key", *_blobs(data_dir)):
                        if path.exists():
                            tar.add(path, arcname=_member_of(path, data_dir), recursive=False)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(target)
    except OSError as error:
        raise StorageFull(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """What a backup says of itself. Raises `InvalidInput` when it is none."""
    with _opened(backup) as tar:
        try:
            told = tar.extractfile(MANIFEST)
            manifest = Manifest(**json.loads(told.read())) if told else None
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidInput(f"{backup} is no backup of JamBot.") from error
    if manifest is None or manifest.format != 1:
        raise InvalidInput(f"{backup} was written by another version of JamBot.")
    return manifest


def restore_backup(backup: Path, *, url: str, data_dir: Path, aside: Path) -> Manifest:
    """Put a backup into place; what stands there now is moved into the folder `aside` first, never deleted.

    Raises:
        InvalidInput: no backup, damaged, or of the other kind of database.
        Unavailable: PostgreSQL did not take it; its tables are as they were.
    """
    manifest = read_manifest(backup)
    if (manifest.database == SQLITE_MEMBER) != is_sqlite(url):
        raise InvalidInput(
            f"{backup} holds {manifest.database}, which is of another kind than the configured database."
        )
    with TemporaryDirectory(dir=data_dir, prefix=".jambot-restore-") as name:
        folder = Path(name)
        with _opened(backup) as tar:
            tar.extractall(folder, filter="data")
        if not (folder / manifest.database).is_file() or _digest(folder / manifest.database) != manifest.digest:
            raise InvalidInput(f"{backup} is damaged: its database is not the one that was written.")
        if not is_sqlite(url):
            _run("pg_restore", url, "--clean", "--if-exists", "--single-transaction", str(folder / POSTGRES_MEMBER))
        database = sqlite_file(url) if is_sqlite(url) else None
        _move_aside([*(data_dir / each for each in KEPT_ASIDE), *_with_journal(database)], aside)
        for path in sorted(folder.iterdir()):
            if path.name == SQLITE_MEMBER and database is not None:
                shutil.move(path, database)
            elif path.name in {"secret.key", "blobs"}:
                shutil.move(path, data_dir / path.name)
    return manifest


def _copied(url: str, folder: Path) -> Path:
    if is_sqlite(url):
        copy_sqlite(sqlite_file(url), folder / SQLITE_MEMBER)
        return folder / SQLITE_MEMBER
    _run("pg_dump", url, "--format=custom", "--no-owner", "--file", str(folder / POSTGRES_MEMBER))
    return folder / POSTGRES_MEMBER


def _run(tool: str, url: str, *words: str) -> None:
    """One of PostgreSQL's tools; the password goes by the environment, which process lists do not show."""
    parts = make_url(url).set(drivername="postgresql")
    command = [tool, "--dbname", parts.set(password=None).render_as_string(), *words]
    environment = {**os.environ, **({"PGPASSWORD": str(parts.password)} if parts.password else {})}
    try:
        outcome = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise InvalidInput(f"{tool} is missing. Install PostgreSQL's client tools of the server's version.") from error
    if outcome.returncode:
        said = outcome.stderr.strip().splitlines() or [f"{tool} failed"]
        raise Unavailable(said[0])


def _new(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return sqlite3.connect(path)


def _blobs(data_dir: Path) -> Iterator[Path]:
    yield from (path for path in sorted((data_dir / "blobs").glob("??/*")) if not path.suffix)


def _member_of(path: Path, data_dir: Path) -> str:
    return path.relative_to(data_dir).as_posix() if path.is_relative_to(data_dir / "blobs") else path.name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_journal(database: Path | None) -> list[Path]:
    return [] if database is None else [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]


def _move_aside(paths: list[Path], aside: Path) -> None:
    present = [path for path in dict.fromkeys(paths) if path.exists()]
    if present:
        aside.mkdir(parents=True)
    for path in present:
        shutil.move(path, aside / path.name)


@contextmanager
def _opened(backup: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(backup, mode="r:") as tar:
            yield tar
    except (FileNotFoundError, IsADirectoryError) as error:
        raise InvalidInput(f"There is no file {backup}.") from error
    except (tarfile.TarError, EOFError) as error:
        raise InvalidInput(f"{backup} is no backup of JamBot, or is cut short.") from error
