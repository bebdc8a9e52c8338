"""Two replicas at one session: what one revokes the other cannot bring back, and neither loses what the other saved."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.sql import SqlStore
from tests.sessions.each_store import zerodb_store

SAVES = 4
FEW = {"sqlite": 10, "postgresql": 25, "redis": 60, "zerodb": 3}
MANY = [pytest.param(kind, 10_000 // (2 * SAVES), marks=[pytest.mark.bench, pytest.mark.timeout(900)]) for kind in FEW]


@pytest.fixture
async def replicas(request, kind):
    """Two managers with connections of their own to one server."""
    config = SessionConfig(auto_cleanup=False)
    works = []

    def store():
        if kind == "redis":
            return RedisStore(request.getfixturevalue("redis_url"), timeout_s=20)
        if kind == "zerodb":
            return zerodb_store(request.getfixturevalue("zerodb_server"))
        url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
        works.append(UnitOfWork(url, LocalBus()))
        return SqlStore(works[-1])

    clock = ManualClock()
    managers = [SessionManager(store(), config, clock=clock) for _ in range(2)]
    for manager in managers:
        await manager.start()
    yield managers
    for manager in managers:
        await manager.close()
    for work in works:
        work.close()


@pytest.mark.parametrize(("kind", "sessions"), [*FEW.items(), *MANY])
async def test_nothing_revoked_comes_back_and_nothing_saved_is_lost(replicas, sessions):
    chance = Random(7)
    revoked = 0
    for n in range(sessions):
        session = await replicas[0].create("ada", kind="memory")
        revoker = None if n % 3 == 0 else chance.randrange(2)
        saved: list[str] = []

        async def save(which: int, key: str, saved: list[str] = saved, handle: str = session.handle) -> None:
            if await replicas[which].update(handle, {key: which}, merge=True) is not None:
                saved.append(key)

        work = [save(which, f"{which}-{k}") for which in range(2) for k in range(SAVES)]
        if revoker is not None:
            work.insert(chance.randrange(len(work)), replicas[revoker].delete(session.handle))
        answers = await asyncio.gather(*work)
        found = [await manager.find(session.handle) for manager in replicas]
        if revoker is None:
            assert [sorted(each.data) for each in found] == [sorted(saved)] * 2
            assert len(saved) == 2 * SAVES
            assert found[0].version == 1 + 2 * SAVES
        else:
            assert found == [None, None]
            assert answers.count(True) == 1
            revoked += 1
    assert revoked > 0
