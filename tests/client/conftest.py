"""The client against the whole API, with a network in between that a test can cut."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from jambot.client import JamBot
from jambot.services import Services, set_services
from tests.api.conftest import parts as bare_parts
from tests.api.shared_routes import fresh_api
from tests.api.workplace import workplace
from tests.assistant.scripted import Scripted
from tests.auth.conftest import ADA, PASSWORD, House, house

__all__ = ["bare_parts", "house"]


class Network(httpx.AsyncBaseTransport):
    """Carries calls to the API without a socket. While `is_down`, nothing passes; of `answers_lost`, answers do not."""

    def __init__(self, api: Any) -> None:
        self._inner = httpx.ASGITransport(api)
        self.is_down = False
        self.answers_lost = 0
        self.statuses: list[int] = []
        self.calls: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append((request.method, request.url.path))
        if self.is_down:
            raise httpx.ConnectError("no route")
        if self.statuses:
            return httpx.Response(self.statuses.pop(0), request=request)
        answer = await self._inner.handle_async_request(request)
        if self.answers_lost:
            self.answers_lost -= 1
            raise httpx.ReadError("broken")
        return answer


class Sleeps:
    """Notes how long it was to sleep, and does not."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
async def parts(bare_parts: Services, model: Scripted) -> AsyncIterator[Services]:
    async with workplace(bare_parts, reply=model) as working:
        set_services(working)
        yield working


@pytest.fixture
def network(parts: Services) -> Network:
    return Network(fresh_api())


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@pytest.fixture
async def jambot(network: Network, sleeps: Sleeps, house: House, tmp_path: Path) -> AsyncIterator[JamBot]:
    """Ada's client, signed in, with an outbox on disk."""
    await house.user(ADA, name="Ada")
    async with JamBot(
        "http://localhost:3000", transport=network, sleep=sleeps, outbox_path=tmp_path / "outbox.json"
    ) as client:
        await client.sign_in(ADA, PASSWORD)
        yield client
