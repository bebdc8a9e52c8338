"""One empty store of each kind, on real databases."""

from __future__ import annotations

import pytest

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import MemoryStore
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.sql import SqlStore

KINDS = ["memory", "sqlite", "postgresql", "redis"]


@pytest.fixture(params=KINDS)
async def store(request):
    """An empty, started store."""
    if request.param == "memory":
        yield MemoryStore()
        return
    if request.param == "redis":
        redis = RedisStore(request.getfixturevalue("redis_url"), timeout_s=20)
        await redis.start()
        yield redis
        await redis.close()
        return
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    work = UnitOfWork(url, LocalBus())
    yield SqlStore(work)
    work.close()
