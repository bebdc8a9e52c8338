"""The pages about sessions say what is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jambot.sessions import SessionEventName, SessionManager
from jambot.sessions.kinds import KINDS

DOCS = Path(__file__).parents[2] / "docs" / "sessions"


def test_the_quick_start_runs(tmp_path):
    (example,) = re.findall(r"```python\n(import asyncio.*?)```", (DOCS / "README.md").read_text(), re.S)
    script = tmp_path / "quick_start.py"
    script.write_text(example)
    root = str(DOCS.parents[1])
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env={"PYTHONPATH": root}, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_every_public_call_of_the_manager_is_in_the_table():
    text = (DOCS / "README.md").read_text()
    public = {name for name in dir(SessionManager) if not name.startswith("_")}
    quiet = {"now", "store", "codec", "policy"}
    assert {name for name in public - quiet if not re.search(rf"[`.]{name}\b", text)} == set()


def test_every_event_and_kind_is_named():
    assert all(name in (DOCS / "README.md").read_text() for name in SessionEventName)
    assert all(f"`{kind.name}`" in (DOCS / "strategies.md").read_text() for kind in KINDS)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
