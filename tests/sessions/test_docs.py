"""The pages about sessions say what is true."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jambot.sessions import SessionConfig, SessionEventName, SessionManager
from jambot.sessions.kinds import KINDS
from tests.docs_tables import with_table
from tests.sessions import reference_page

DOCS = Path(__file__).parents[2] / "docs" / "sessions"


EXAMPLES = sorted((DOCS / "examples").glob("*.py"))


def test_the_quick_start_is_the_first_example_and_has_at_most_ten_lines():
    (shown,) = re.findall(r"```python\n(import asyncio.*?)```", (DOCS / "README.md").read_text(), re.S)
    example = (DOCS / "examples" / "ten_lines.py").read_text()
    assert example.endswith(shown)
    assert len([line for line in shown.splitlines() if line.strip()]) <= 10


def test_the_examples_run(tmp_path):
    """In one process, each in a fresh namespace: starting a process for each takes longer than running them."""
    run_all = "import runpy, sys\nfor path in sys.argv[1:]:\n    runpy.run_path(path, run_name='__main__')\n"
    done = subprocess.run(
        [sys.executable, "-c", run_all, *map(str, EXAMPLES)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(DOCS.parents[1])},
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "{'theme': 'light'}" in done.stdout
    assert "2 devices signed out" in done.stdout


def test_every_example_is_named():
    assert all(f"examples/{path.name}" in (DOCS / "README.md").read_text() for path in EXAMPLES)


def test_the_reference_and_the_timelines_say_what_the_code_says():
    """When this fails: `python -m tests.sessions.reference_page`."""
    assert (DOCS / "reference.md").read_text("utf-8") == reference_page.reference()
    strategies = (DOCS / "strategies.md").read_text("utf-8")
    assert with_table(strategies, "timelines", reference_page.timelines()) == strategies


def test_every_setting_says_what_it_means():
    told = reference_page._attributes(SessionConfig)
    assert {field.name for field in dataclasses.fields(SessionConfig)} - set(told) == set()


def test_importing_the_engine_starts_nothing_and_loads_no_driver():
    script = (
        "import sys\n"
        "from jambot.sessions import MemoryStore, SessionManager\n"
        "import jambot.sessions.opening, jambot.sessions.transfer, jambot.sessions.dumps, jambot.sessions.pool\n"
        "heavy = {'reflex', 'fastapi', 'starlette', 'pydantic', 'sqlalchemy', 'redis', 'httpx', 'dbos', 'granian'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "from jambot.sessions import RedisStore, SqlStore, ZeroDBStore\n"
        "assert not {'reflex', 'fastapi', 'starlette', 'dbos', 'granian'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=DOCS.parents[1], capture_output=True, text=True, check=False
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
