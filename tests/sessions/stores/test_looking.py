"""Answering a read at once, where the store need not wait for it; each other store answers `get` alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jambot.db import UnitOfWork
from jambot.db.migrations import upgrade
from jambot.events import LocalBus
from jambot.sessions import MemoryStore, SessionManager, SqlStore
from jambot.sessions.stores.protocol import PromptStore
from jambot.sessions.stores.timed import timed


@pytest.fixture(params=["memory", "sqlite"])
def prompt(request, sqlite_url) -> Iterator[MemoryStore | SqlStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    upgrade(sqlite_url)
    work = UnitOfWork(sqlite_url, LocalBus())
    yield SqlStore(work)
    work.close()


async def test_a_look_finds_what_a_get_finds_and_ends_when_it_ends(prompt):
    async with SessionManager(prompt) as manager:
        made = (await manager.create("ada", {"theme": "dark"}, metadata={"from": "here"})).record
    assert await prompt.get(made.handle, now_us=made.created_us) == made
    assert isinstance(prompt, PromptStore)
    look = prompt.look
    assert look is not None
    assert look(made.handle, made.expires_us - 1) == made
    assert look(made.handle, made.expires_us) is None
    assert look("00000000-0000-4000-8000-000000000000", made.created_us) is None


async def test_a_used_session_is_the_last_to_give_way_in_memory(clock):
    async with SessionManager(MemoryStore(max_sessions=2), clock=clock) as manager:
        used, left = [await manager.create("ada") for _ in range(2)]
        assert await manager.get(used.id)
        await manager.create("ada")
        assert await manager.exists(used.id)
        assert not await manager.exists(left.id)


async def test_reads_are_timed_whichever_way_they_are_answered(prompt):
    took: list[float] = []
    async with SessionManager(timed(prompt, took.append)) as manager:
        made = await manager.create("ada")
        for read in (manager.get, manager.exists):
            before = len(took)
            assert await read(made.id)
            assert len(took) == before + 1
