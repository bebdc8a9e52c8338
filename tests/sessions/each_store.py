"""Every kind of store on a real server, each empty store in a namespace of its own."""

from __future__ import annotations

from itertools import count

import pytest

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.sessions import MemoryStore, SessionStore
from jambot.sessions.stores.redis import RedisStore
from jambot.sessions.stores.sql import SqlStore
from jambot.sessions.stores.zerodb import ZeroDBStore
from tests.zerodb_server import API_KEY, PROJECT, ZeroDBServer

KINDS = ("memory", "sqlite", "postgresql", "redis", "zerodb")
_numbers = count()


def zerodb_store(server: ZeroDBServer, **options) -> ZeroDBStore:
    """A store on the test server; patient, because the machine may be busy."""
    known = {"api_key": API_KEY, "project_id": PROJECT, "encryption_keys": [b"z" * 32], "timeout_s": 15}
    return ZeroDBStore(options.pop("url", server.url), **{**known, **options})


class Stores:
    """Makes empty stores of one kind; `close` lets go of all of them."""

    def __init__(self, kind: str, request: pytest.FixtureRequest) -> None:
        self._kind = kind
        self._request = request
        self._made: list[SessionStore] = []
        self._work: UnitOfWork | None = None
        if kind in ("sqlite", "postgresql"):
            self._work = UnitOfWork(
                request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"), LocalBus()
            )

    async def new(self) -> SessionStore:
        """An empty, started store."""
        namespace = f"run{next(_numbers)}"
        if self._work is not None:
            made = SqlStore(self._work, namespace=namespace)
        elif self._kind == "redis":
            made = RedisStore(self._request.getfixturevalue("redis_url"), namespace=namespace, timeout_s=20)
        elif self._kind == "zerodb":
            made = zerodb_store(self._request.getfixturevalue("running_zerodb"), namespace=namespace)
        else:
            made = MemoryStore()
        await made.start()
        self._made.append(made)
        return made

    async def close(self) -> None:
        for store in self._made:
            await store.close()
        if self._work is not None:
            self._work.close()
