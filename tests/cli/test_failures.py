"""Whatever a person who runs JamBot can get wrong ends with one clear line and a status other than zero."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import pytest

from jambot.cli import main
from tests.cli.conftest import Run, failed_with_one_line


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"JAMBOT_PORT": "http"}, "JAMBOT_PORT: Input should be a valid integer"),
        ({"JAMBOT_PORT": "70000"}, "JAMBOT_PORT: Input should be less than or equal to 65535"),
        ({"JAMBOT_SECRET_KEY": "changeme"}, "JAMBOT_SECRET_KEY must have at least 32 bytes"),
        ({"JAMBOT_REGISTRATION": "all"}, "JAMBOT_REGISTRATION: Input should be 'open', 'invite' or 'closed'"),
        ({"JAMBOT_PUBLIC_URL": "jambot.example.org"}, "JAMBOT_PUBLIC_URL: must be an address such as https://"),
        ({"JAMBOT_DATABASE_URL": "mysql://localhost/jambot"}, "JAMBOT_DATABASE_URL: must begin with postgresql://"),
        ({"JAMBOT_REDIS_URL": "localhost:6379"}, "JAMBOT_REDIS_URL: must begin with redis://"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_that_cannot_be_used_is_named(
    settings: dict[str, str], line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["run", "--build-only"]) == 78
    said = capsys.readouterr().err
    assert said.startswith(f"jambot: {line}")
    assert len(said.splitlines()) == 1


def test_a_refused_secret_ends_the_process_and_is_not_repeated(jambot: Run):
    line = failed_with_one_line(jambot("user", "invite", JAMBOT_SECRET_KEY="hunter2"), status=78)
    assert "hunter2" not in line


def test_a_taken_port_is_named(jambot: Run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = jambot("run", JAMBOT_PORT=str(port))
    assert failed_with_one_line(outcome).startswith(f"Port {port} on 127.0.0.1 is taken.")


def test_an_address_of_another_machine_is_not_called_taken(jambot: Run):
    line = failed_with_one_line(jambot("run", JAMBOT_HOST="192.0.2.1", JAMBOT_PORT="0"))
    assert line.startswith("Port 0 on 192.0.2.1 cannot be listened on")


@pytest.mark.parametrize("command", [("run", "--build-only"), ("user", "invite")], ids=" ".join)
def test_a_data_folder_that_cannot_be_one_is_named(jambot: Run, tmp_path: Path, command: tuple[str, ...]):
    (tmp_path / "file").touch()
    outcome = jambot(*command, JAMBOT_DATA_DIR=str(tmp_path / "file"))
    assert failed_with_one_line(outcome) == f"The data folder {tmp_path / 'file'} cannot be written: File exists."


def test_a_newer_database_is_left_alone(jambot: Run, folder: Path):
    with sqlite3.connect(folder / "jambot.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    line = failed_with_one_line(jambot("user", "invite"))
    assert line.startswith("The database was written by a newer version of JamBot.")
    with sqlite3.connect(folder / "jambot.db") as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_database_that_does_not_answer_is_one_line_without_its_password(jambot: Run):
    outcome = jambot("user", "invite", JAMBOT_DATABASE_URL="postgresql://jambot:canary@127.0.0.1:1/jambot")
    assert failed_with_one_line(outcome).startswith("The database cannot be used: ")
    assert "canary" not in outcome.stderr


def test_a_file_that_is_no_database_is_one_line(jambot: Run, folder: Path):
    (folder / "jambot.db").write_bytes(b"these are not the tables you are looking for " * 100)
    assert failed_with_one_line(jambot("user", "invite")).startswith("The database cannot be used: ")
