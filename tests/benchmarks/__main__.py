"""Runs every benchmark in one go and prints one table of ratios: `python -m tests.benchmarks [part ...]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.autosave_rows import autosave_rows
from tests.benchmarks.engine_rows import engine_rows
from tests.benchmarks.history_rows import history_rows
from tests.benchmarks.measure import Row
from tests.benchmarks.page_rows import load_rows, resume_rows, script_bytes, sign_in_rows, switch_rows
from tests.benchmarks.stand import Stand, stand
from tests.benchmarks.stream_rows import stream_rows

T = TypeVar("T")

IN_PROCESS: dict[str, Callable[[Path], Iterable[Row]]] = {"engine": engine_rows, "autosave": autosave_rows}
ON_THE_STAND: dict[str, Callable[[Stand], Iterable[Row]]] = {
    "resume": resume_rows,
    "switch": switch_rows,
    "sign-in": sign_in_rows,
    "load": load_rows,
    "history": history_rows,
    "stream": stream_rows,
}
HEAD = "| what | ratio | bar | met | figures |\n|---|---|---|---|---|"


def main(wanted: list[str]) -> None:
    """Print the table, row by row as it is measured; then the scripts of each page."""
    if unknown := set(wanted) - {*IN_PROCESS, *ON_THE_STAND, "scripts"}:
        sys.exit(f"There is no such part: {', '.join(sorted(unknown))}.")
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(HEAD)
    began, misses = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="jambot-bench-") as name:
        folder = Path(name)
        for part in _chosen(IN_PROCESS, wanted):
            misses += _print(part(folder))
        pages = _chosen(ON_THE_STAND, wanted)
        if pages or not wanted or "scripts" in wanted:
            with stand(folder) as ready:
                for part in pages:
                    misses += _print(part(ready))
                print()
                for line in script_bytes(ready):
                    print(line, flush=True)
    print(f"\n{misses} bars missed; {time.monotonic() - began:.0f} s, load average {os.getloadavg()[0]:.1f} at the end")


def _chosen(parts: dict[str, T], wanted: list[str]) -> list[T]:
    return [part for name, part in parts.items() if not wanted or name in wanted]


def _print(rows: Iterable[Row]) -> int:
    """How many of them miss their bar."""
    misses = 0
    for row in rows:
        print(row.line(), flush=True)
        misses += not row.meets
    return misses


if __name__ == "__main__":
    main(sys.argv[1:])
