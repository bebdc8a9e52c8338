"""Everything `make test` does: format, lint, types, import arrows, then every test, in parallel where that is safe.

The page is built once, before the browser tests, and its servers are shared by the run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# A run writes less than half of it.
MEMORY_BYTES = 2 * 1024**3
JAMBOT = [sys.executable, "-m", "jambot.cli"]
STATIC = (
    ("format", [str(BIN / "ruff"), "format", "--check", "."]),
    ("lint", [str(BIN / "ruff"), "check", "."]),
    ("types", [str(BIN / "basedpyright"), "--level", "error"]),
    ("arrows", [str(BIN / "lint-imports"), "--no-cache"]),
)

# Parts of the code whose coverage is held, by the tests of the same name. Nothing else is traced.
MEASURED = ("auth", "sessions", "workspaces", "missions")
COVERED = ["--skip-covered", "--include=" + ",".join(f"jambot/{each}/*" for each in MEASURED), "--fail-under=90"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test")
    parser.add_argument("--static-only", action="store_true")
    parser.add_argument("paths", nargs="*")
    chosen = parser.parse_args()
    if chosen.static_only:
        return 0 if are_sound(STATIC) else 1
    ensure_browser()
    # Building waits for files half of its time, which the checks can have.
    with ThreadPoolExecutor() as beside:
        page = beside.submit(run, "page", [*JAMBOT, "run", "--build-only"], JAMBOT_DATA_DIR=str(scratch()))
        is_sound = are_sound(STATIC if not chosen.paths else ())
    if not is_sound or page.result() != 0:
        return 1
    with memory_folder() as folder:
        return run_tests(chosen.paths, {"TMPDIR": folder} if folder else {})


def run_tests(paths: list[str], extra: dict[str, str]) -> int:
    """The tests at `paths`, or all; those with a browser last."""
    # Groups keep tests that share a server on one worker, so that each server is started once.
    pytest = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-q", *paths]
    measured = [*(f"--cov=jambot.{each}" for each in MEASURED), "--cov-report="] if not paths else []
    status = run("tests", [*pytest, "-m", "not browser and not bench", *measured], **extra)
    if measured and status == 0:
        status = run("coverage", [sys.executable, "-m", "coverage", "report", *COVERED])
    # In the order of the files, which share a server and a browser on each worker.
    return run("browser", [*pytest, "-m", "browser", "-p", "no:randomly"], **extra) or status


@contextmanager
def memory_folder() -> Iterator[str]:
    """A folder in memory for what tests write, where there is room for it; else an empty string.

    No test cuts the power, so nothing is lost by it but the waiting for a disk.
    """
    memory = Path("/dev/shm")
    if not memory.is_dir() or not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < MEMORY_BYTES:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="jambot-tests-", dir=memory, ignore_cleanup_errors=True) as folder:
        yield folder


def are_sound(checks: Iterable[tuple[str, list[str]]]) -> bool:
    """Run the checks that need no page, up to the first that finds something."""
    return all(run(name, command) == 0 for name, command in checks)


def run(name: str, command: list[str], **extra: str) -> int:
    """Run one step, saying its name and how long it took."""
    print(f"== {name}", flush=True)
    began = time.monotonic()
    status = subprocess.run(command, cwd=ROOT, env={**environment(), **extra}, check=False).returncode
    print(f"== {name}: {'ok' if status == 0 else f'failed ({status})'} in {time.monotonic() - began:.0f} s", flush=True)
    return status


def environment() -> dict[str, str]:
    """The environment of every step: without the settings of whoever runs it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JAMBOT_") or "_TEST_" in name}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def scratch() -> Path:
    """A data folder for building the page, inside the ignored part of the tree."""
    folder = ROOT / "build" / "test-data"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ensure_browser() -> None:
    """Make sure that a Chromium is here: Playwright's own, an installed one, or one from the system's packages.

    Where system packages may be installed, the one without a window is, even beside a whole browser: the run is minutes
    shorter with it.
    """
    from tests.browser import SHELL, find_browser

    may_install = bool(shutil.which("apt-get")) and os.geteuid() == 0
    found = find_browser()
    if found is not None and (not may_install or "playwright" in found or found.endswith(SHELL)):
        return
    print("== installing a browser", flush=True)
    if found is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], cwd=ROOT, check=False)
    if may_install and (found is not None or find_browser() is None):
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        for package in (SHELL, "chromium") if found is None else (SHELL,):
            if subprocess.run([*install, package], check=False).returncode == 0:
                break
    if find_browser() is None:
        sys.exit("Tests need a browser: install Chromium or Chrome, or run `python -m playwright install chromium`.")


if __name__ == "__main__":
    sys.exit(main())
