"""A rotation that is killed again and again comes to its end, and nobody who reads meanwhile notices."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.conformance import NOW
from jambot.sessions.opening import open_store
from jambot.sessions.stores.protocol import Query
from tests.servers import REPOSITORY

OLD, NEW = b"o" * 32, b"n" * 32

ROTATE = """
import asyncio, sys
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.opening import open_store
from jambot.sessions.rotation import rotate_keys

async def rotate():
    config = SessionConfig(encryption_keys=(b"n" * 32, b"o" * 32), auto_cleanup=False)
    async with SessionManager(open_store(sys.argv[1]), config) as manager:
        done = await rotate_keys(manager, progress=lambda done: print(done.resealed, flush=True))
        print("done", done.unreadable, flush=True)

asyncio.run(rotate())
"""


@pytest.mark.parametrize(
    ("count", "kills"),
    [(1_000, 1), pytest.param(10_000, 5, marks=[pytest.mark.bench, pytest.mark.timeout(600)])],
)
async def test_a_rotation_that_is_killed_goes_on_where_it_was(tmp_path, count, kills):
    address = f"sqlite:///{tmp_path}/sessions.db"
    async with SessionManager(open_store(address), _keys(OLD)) as before:
        making = (before.create(f"u{n % 50}", {"n": n}, kind="memory") for n in range(count))
        made = await asyncio.gather(*making)
    async with SessionManager(open_store(address), _keys(NEW, OLD)) as reader:
        for n in range(kills):
            assert await asyncio.to_thread(_rotate, address, kill_after=count // (kills + 1)) != "done 0"
            sealed_anew = await _sealed_with_newest(reader)
            assert 0 < sealed_anew < count, n
            for place in range(n, count, 37):
                assert (await reader.get(made[place].id, touch=False)).data == {"n": place}
        assert await asyncio.to_thread(_rotate, address, kill_after=None) == "done 0"
    async with SessionManager(open_store(address), _keys(NEW)) as after:
        assert await _sealed_with_newest(after) == count
        for place in range(0, count, 17):
            found = await after.get(made[place].id, touch=False)
            assert (found.data, found.expires_at) == ({"n": place}, made[place].expires_at)


def _keys(*keys: bytes) -> SessionConfig:
    return SessionConfig(encryption_keys=keys, auto_cleanup=False)


def _rotate(address: str, *, kill_after: int | None) -> str:
    """Rotate in a process of its own, killed once it says that it has sealed so many; its last line."""
    process = subprocess.Popen(
        [sys.executable, "-c", ROTATE, address],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    last = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            last = line.strip()
            if kill_after is not None and last.isdecimal() and int(last) >= kill_after:
                process.kill()
                break
    finally:
        _, errors = process.communicate(timeout=60)
    assert last, errors
    return last


async def _sealed_with_newest(manager: SessionManager) -> int:
    count, after = 0, None
    while page := await manager.store.list(Query(idle_after_us=1, limit=1000, after=after), now_us=NOW):
        count += sum(manager.codec.resealed(record) is None for record in page)
        after = (page[-1].created_us, page[-1].handle)
    return count
