"""What many sessions weigh in a process, each way in its own: `python -m tests.benchmarks.weighing WAY N JSON`."""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from typing import Any

from tests.benchmarks.measure import Row

MANY = 100_000


def weight_rows(data: dict[str, Any]) -> list[Row]:
    """S7: resident bytes a session, and the pause of a full collection of garbage."""
    payload = len(json.dumps(data))
    ours, theirs = (_weigh(way, data) for way in ("ours", "cachetools"))
    told = f"{ours[0]:.0f} / {{:.0f}} bytes, {MANY:,} sessions"
    return [
        Row(name="S7 Memory of a session / payload", ratio=ours[0] / payload, bar=1.4, detail=told.format(payload)),
        Row(
            name="S7 Memory of a session / cachetools TTLCache of dicts",
            ratio=ours[0] / theirs[0],
            bar=0.4,
            detail=told.format(theirs[0]),
        ),
        Row(
            name="S7 Pause of a garbage collection / cachetools",
            ratio=ours[1] / theirs[1],
            bar=0.2,
            detail=f"{ours[1]:.0f} / {theirs[1]:.0f} ms",
        ),
    ]


def _weigh(way: str, data: dict[str, Any]) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.benchmarks.weighing", way, str(MANY), json.dumps(data)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), float(told[1])


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as table:  # noqa: PTH123 - read again and again
        return int(table.read().split()[1]) * 4096


async def _fill(way: str, count: int, text: str) -> Any:
    if way == "cachetools":
        from cachetools import TTLCache

        cache: Any = TTLCache(count + 1, 3600)
        for number in range(count):
            cache[str(number)] = json.loads(text)
        return cache
    from jambot.sessions import MemoryStore, SessionConfig, SessionManager

    manager = SessionManager(MemoryStore(max_sessions=count + 1), SessionConfig(auto_cleanup=False))
    for number in range(count):
        await manager.create(f"user{number % 1000}", json.loads(text))
    return manager


def main(way: str, count: int, text: str) -> None:
    asyncio.run(_fill(way, 100, text))
    gc.collect()
    before = _resident()
    kept = asyncio.run(_fill(way, count, text))
    gc.collect()
    began = time.perf_counter()
    gc.collect()
    pause = time.perf_counter() - began
    print((_resident() - before) / count, pause * 1000)
    del kept


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
