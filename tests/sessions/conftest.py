"""What the session tests stand on: a clock that only moves when told, and a manager on the memory store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from jambot.clock import ManualClock
from jambot.sessions import MemoryStore, SessionConfig, SessionManager
from tests.zerodb_server import ZeroDBServer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def make_manager(clock):
    """Builds managers on one clock and closes them afterwards: `make_manager(store=..., ttl=...)`."""
    made: list[SessionManager] = []

    async def make(store=None, **config) -> SessionManager:
        manager = SessionManager(store or MemoryStore(), SessionConfig(auto_cleanup=False, **config), clock=clock)
        await manager.start()
        made.append(manager)
        return manager

    yield make
    for manager in made:
        await manager.close()


@pytest.fixture
async def manager(make_manager) -> AsyncIterator[SessionManager]:
    return await make_manager()


@pytest.fixture(scope="session")
def running_zerodb():
    with ZeroDBServer() as server:
        yield server


@pytest.fixture
def zerodb_server(running_zerodb):
    """The server, empty."""
    running_zerodb.empty()
    return running_zerodb
