"""`jambot sessions`: moving, keeping and counting sessions from the terminal."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.sql import SqlStore
from tests.servers import REPOSITORY

PASSWORD = "planted-canary"

# Many commands in one process, because starting one takes longer than all of them.
DRIVER = """
import contextlib, io, json, sys
from jambot.cli.main import main
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(words)
        except SystemExit as exit:
            status = exit.code
    print(json.dumps([status, out.getvalue(), err.getvalue()]))
"""


def run_all(folder: Path, commands: list[list[str]], **settings: str) -> list[tuple[int, str, str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JAMBOT_")}
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps([["sessions", *words] for words in commands])],
        env={**kept, "PYTHONPATH": str(REPOSITORY), "JAMBOT_DATA_DIR": str(folder), **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.fixture
def app_sessions(folder: Path) -> list[str]:
    """Three sessions in the app's own database, sealed with a key of their own."""

    async def make() -> list[str]:
        work = UnitOfWork(f"sqlite:///{folder}/jambot.db", LocalBus())
        config = SessionConfig(auto_cleanup=False, encryption_keys=("ab" * 32,))
        async with SessionManager(SqlStore(work), config) as manager:
            made = [(await manager.create(f"u{n}", {"secret": PASSWORD}, kind="memory")).handle for n in range(3)]
        work.close()
        return made

    return asyncio.run(make())


def test_sessions_are_moved_exported_counted_and_sealed_anew(folder: Path, app_sessions):
    own = f"sqlite:///{folder}/own.db"
    source = ["--store", f"sqlite:///{folder}/jambot.db"]
    moved, again, counted, exported, twice, imported, sealed, current, swept = run_all(
        folder,
        [
            ["migrate", "--from", source[1], "--to", own],
            ["migrate", "--from", source[1], "--to", own, "--catch-up"],
            ["stats", "--json", "--store", own],
            ["export", "dump.json", *source],
            ["export", "dump.json", *source],
            ["import", "dump.json", "--store", f"sqlite:///{folder}/third.db"],
            ["rotate-keys", "--store", own],
            ["rotate-keys", "--store", own],
            ["cleanup", "--store", own, "--limit", "5"],
        ],
        JAMBOT_SESSION_KEYS="cd" * 32 + "," + "ab" * 32,
    )
    assert moved[:2] == (0, f"3 sessions are at {own} and were compared.\n")
    assert again == moved
    assert json.loads(counted[1])["by_kind"] == {"memory": 3}
    assert exported[0] == 0
    assert "in clear" in exported[1]
    assert twice[0] == 1
    assert "File exists" in twice[2]
    assert stat.S_IMODE((folder / "dump.json").stat().st_mode) == 0o600
    assert {each["record"]["handle"] for each in json.loads((folder / "dump.json").read_text())["sessions"]} == set(
        app_sessions
    )
    assert imported[:2] == (0, f"3 sessions are at sqlite:///{folder}/third.db.\n")
    assert sealed[1] == "0 sealed anew, 3 were current, 0 do not open.\nOlder keys are not needed any more.\n"
    assert current == sealed
    assert swept[1] == "Removed 0 sessions that had ended.\n"
    assert all(answer[2] == "" for answer in (moved, counted, imported, sealed))


def test_sessions_of_another_program_stay_in_clear_when_that_is_wanted_and_are_never_sealed_unsaid(folder: Path):
    theirs, clear, sealed = (f"sqlite:///{folder}/{name}.db" for name in ("theirs", "clear", "sealed"))

    async def make() -> str:
        async with SessionManager(SqlStore(theirs), SessionConfig(auto_cleanup=False)) as manager:
            return (await manager.create("ada", {"n": 1}, kind="memory")).handle

    async def read(address: str, handle: str) -> bool:
        async with SessionManager(SqlStore(address), SessionConfig(auto_cleanup=False)) as manager:
            found = await manager.find(handle)
            return found is not None and found.readable

    handle = asyncio.run(make())
    kept = sorted(path.name for path in folder.glob("*.key"))
    (copied,) = run_all(folder, [["migrate", "--from", theirs, "--to", clear]], JAMBOT_SESSION_KEYS="none")
    assert copied == (0, f"1 sessions are at {clear} and were compared.\n", "")
    assert asyncio.run(read(clear, handle))
    assert sorted(path.name for path in folder.glob("*.key")) == kept
    (copied,) = run_all(folder, [["migrate", "--from", theirs, "--to", sealed]])
    assert copied[1].endswith("are sealed with this JamBot's own key; JAMBOT_SESSION_KEYS=none keeps them in clear.\n")
    assert not asyncio.run(read(sealed, handle))


def test_what_cannot_be_done_is_said_in_a_sentence_without_a_secret(folder: Path, app_sessions):
    own = f"sqlite:///{folder}/jambot.db"
    away = f"redis://:{PASSWORD}@127.0.0.1:9/0"
    answers = run_all(
        folder,
        [
            ["stats", "--store", away],
            ["stats", "--store", "elsewhere://x"],
            ["stats", "--store", "sqlite:///not-there.db"],
            ["migrate", "--from", "app", "--to", "app"],
            ["migrate", "--from", "app", "--to", "memory"],
            ["migrate", "--from", own, "--to", f"sqlite:///{folder}/own.db"],
            ["rotate-keys", "--store", own],
            ["import", "nothing.json"],
            ["migrate", "--from", "app", "--to", "zerodb+https://p@example.org"],
            ["migrate", "--from", "app", "--to", own, "--delete-source"],
        ],
    )
    assert [status for status, _, _ in answers] == [1, 2, 2, 2, 2, 1, 1, 1, 2, 2]
    errors = [error for _, _, error in answers]
    assert errors[0].startswith("jambot: The sessions at redis://:***@127.0.0.1:9/0 cannot be reached:")
    assert "sealed with a key that was not given" in errors[5]
    assert "They were kept as they are." in errors[6]
    assert "JAMBOT_ZERODB_API_KEY" in errors[8]
    assert "both addresses lead to one store" in errors[9]
    assert all(PASSWORD not in part for answer in answers for part in answer[1:])
    assert all(error.startswith("jambot: ") for error in errors)
