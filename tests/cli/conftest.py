"""The command as its users type it: a process of its own, with nothing in its environment but what a test says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import REPOSITORY

Outcome = subprocess.CompletedProcess[str]
Run = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """A data folder with a database of the present schema."""
    path = tmp_path / "data"
    path.mkdir()
    shutil.copy(migrated_sqlite, path / "jambot.db")
    return path


@pytest.fixture
def jambot(folder: Path, tmp_path: Path) -> Run:
    """Run a command to its end: `jambot("user", "invite", JAMBOT_PORT="3001")`, from an empty folder."""
    empty = tmp_path / "elsewhere"
    empty.mkdir()

    def run(*words: str, typed: str = "", **settings: str) -> Outcome:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JAMBOT_")}
        return subprocess.run(
            [sys.executable, "-m", "jambot.cli", *words],
            cwd=empty,
            env={**kept, "PYTHONPATH": str(REPOSITORY), "JAMBOT_DATA_DIR": str(folder), **settings},
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def failed_with_one_line(outcome: Outcome, *, status: int = 1) -> str:
    """The line of an expected failure, once it is sure that it is one."""
    assert outcome.returncode == status, outcome.stderr
    lines = outcome.stderr.strip().splitlines()
    assert len(lines) == 1, outcome.stderr
    assert lines[0].startswith("jambot: ")
    return lines[0].removeprefix("jambot: ")
