"""People, from the terminal."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

from tests.cli.conftest import Run, failed_with_one_line

STRONG = "a tram, two herons and 41 lamps"


def roles(folder: Path) -> dict[str, str]:
    with sqlite3.connect(folder / "jambot.db") as database:
        return dict(database.execute("SELECT email, role FROM users").fetchall())


def test_an_invitation_is_a_link_and_nothing_else(jambot: Run):
    outcome = jambot("user", "invite", "--email", "ada@example.org", JAMBOT_PUBLIC_URL="https://jambot.example.org")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.startswith("https://jambot.example.org/register#invite=")
    assert len(outcome.stdout.splitlines()) == 1
    assert outcome.stdout.strip().partition("=")[2] not in outcome.stderr


def test_no_invitation_goes_to_what_is_no_address(jambot: Run):
    assert failed_with_one_line(jambot("user", "invite", "--email", "ada")) == "This is not an e-mail address."


def test_an_admin_is_made_with_the_password_from_standard_input(jambot: Run, folder: Path):
    made = jambot("admin", "create", "--email", "ada@example.org", "--password-stdin", typed=f"{STRONG}\n")
    assert made.returncode == 0, made.stderr
    assert roles(folder) == {"ada@example.org": "admin"}
    assert STRONG not in made.stdout + made.stderr

    again = jambot("admin", "create", "--email", "ada@example.org", "--password-stdin", typed=f"{STRONG}\n")
    assert failed_with_one_line(again).startswith("There is an account with this e-mail already.")

    reset = jambot("user", "reset-link", "--email", "ada@example.org")
    assert reset.returncode == 0, reset.stderr
    assert reset.stdout.startswith("http://localhost:3000/reset#token=")
    assert len(reset.stdout.splitlines()) == 1


def test_an_admin_with_a_weak_password_is_not_made(jambot: Run, folder: Path):
    outcome = jambot("admin", "create", "--email", "ada@example.org", "--password-stdin", typed="password1234\n")
    assert failed_with_one_line(outcome).startswith("Use at least 12 characters")
    assert roles(folder) == {}


def test_a_password_is_never_an_argument(jambot: Run):
    outcome = jambot("admin", "create", "--email", "ada@example.org")
    assert outcome.returncode == 2
    assert "--password-stdin" in outcome.stderr


def test_nobody_is_helped_who_is_not_here(jambot: Run):
    line = failed_with_one_line(jambot("user", "reset-link", "--email", "bea@example.org"))
    assert line == "Nobody has an account with the e-mail bea@example.org."


def test_a_first_command_makes_its_folder_and_a_key_that_nobody_else_can_read(jambot: Run, tmp_path: Path):
    fresh = tmp_path / "not" / "yet"
    outcome = jambot("user", "invite", JAMBOT_DATA_DIR=str(fresh))
    assert outcome.returncode == 0, outcome.stderr
    key = fresh / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) >= 32
