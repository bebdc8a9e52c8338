"""One empty store of each kind, on real databases."""

from __future__ import annotations

import pytest

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import MemoryStore
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.stores.zerodb import ZeroDBStore
from tests.zerodb_server import API_KEY, PROJECT

KINDS = ["memory", "sqlite", "postgresql", "redis", "zerodb"]


def zerodb_store(server, **options) -> ZeroDBStore:
    """A store on the test server; patient, because the machine may be busy."""
    known = {"api_key": API_KEY, "project_id": PROJECT, "encryption_keys": [b"z" * 32], "timeout_s": 15}
    return ZeroDBStore(server.url, **{**known, **options})


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
    if request.param == "zerodb":
        zerodb = zerodb_store(request.getfixturevalue("zerodb_server"))
        await zerodb.start()
        yield zerodb
        await zerodb.close()
        return
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    work = UnitOfWork(url, LocalBus())
    yield SqlStore(work)
    work.close()
