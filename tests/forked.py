"""Processes to be killed: forked from one that has imported already, so that a start takes no two seconds.

What a test sees is a process of its own with its own environment, killed by a real signal; only its imports are shared.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["tests.assistant.killable", "tests.missions.killable", "tests.workspaces.killable"])
END_WITHIN_S = 60


def start(
    function: Callable[..., Any], *arguments: Any, environment: dict[str, str], output: Path | None = None
) -> BaseProcess:
    """Start `function(*arguments)` with this in its environment too; what it prints goes into `output`."""
    process = _FORKING.Process(target=_call, args=(function, arguments, output, environment), daemon=True)
    process.start()
    return process


def ended(process: BaseProcess) -> int:
    """Wait for the end: 0, or minus the signal that it died of."""
    process.join(END_WITHIN_S)
    assert process.exitcode is not None, "it did not end in time"
    return process.exitcode


def _call(
    function: Callable[..., Any], arguments: tuple[Any, ...], output: Path | None, environment: dict[str, str]
) -> None:
    os.environ.update(environment)
    # Which failpoint is meant is read when a process starts, and this one started before it was known.
    importlib.reload(importlib.import_module("jambot.failpoint"))
    if output is not None:
        with output.open("w") as written:
            os.dup2(written.fileno(), 1)
    function(*arguments)
