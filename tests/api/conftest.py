"""The API on real parts, called without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import httpx
import pytest

from jambot.admin.desk import build_desk
from jambot.admin.targets import Targets
from jambot.auth.presence import Presence
from jambot.services import Services, set_services
from jambot.sessions.ciphers import KeyRing
from jambot.workspaces.key_check import KeyCheck
from jambot.workspaces.recovery import Recovery
from tests.api.shared_routes import fresh_api
from tests.auth.conftest import FIREFOX, PASSWORD, House, house

__all__ = ["PASSWORD", "house"]
ORIGIN = "http://localhost:3000"


class Caller(httpx.AsyncClient):
    """A browser or a program that calls the API. Comes from our own page unless told otherwise."""

    def __init__(self, api: Any, **options: Any) -> None:
        headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": FIREFOX} | options.pop("headers", {})
        place = options.pop("place", "203.0.113.7")
        transport = httpx.ASGITransport(api, raise_app_exceptions=True, client=(place, 5000))
        super().__init__(transport=transport, base_url=ORIGIN, headers=headers, **options)


@pytest.fixture
def parts(house: House) -> Iterator[Services]:
    """The parts the API uses; those that are not of this test's concern are absent."""
    absent = dict.fromkeys(Services.__dataclass_fields__)
    known = {
        "settings": house.settings,
        "clock": house.clock,
        "bus": house.bus,
        "work": house.work,
        "blobs": house.blobs,
        "sessions": house.sessions,
        "auth": house.auth,
        "logins": house.logins,
        "desk": build_desk(
            work=house.work,
            bus=house.bus,
            clock=house.clock,
            sessions=house.sessions,
            logins=house.logins,
            cursor_key=b"c" * 32,
            targets=Targets({}, sessions=house.sessions, keys=(), clock=house.clock),
        ),
        "recovery": Recovery(work=house.work, clock=house.clock, cipher=KeyRing([b"k" * 32], purpose="any")),
        "presence": Presence(work=house.work, clock=house.clock),
        "key_check": KeyCheck(
            work=house.work,
            clock=house.clock,
            metadata=KeyRing([b"m" * 32], purpose="metadata"),
            sessions=KeyRing([b"s" * 32], purpose="sessions"),
        ),
    }
    built = Services(**cast(Any, absent | known))
    set_services(built)
    yield built
    set_services(None)


@pytest.fixture
def api(parts: Services) -> Any:
    return fresh_api()


@pytest.fixture
async def anyone(api: Any) -> AsyncIterator[Caller]:
    """A caller nobody knows."""
    async with Caller(api) as caller:
        yield caller


@pytest.fixture
async def ada(api: Any, house: House) -> AsyncIterator[Caller]:
    """A user, signed in by cookie."""
    signed_in = await house.user(name="Ada")
    async with Caller(api, headers={"Cookie": house.header(signed_in.opened.cookie)}) as caller:
        yield caller


@pytest.fixture
async def root(api: Any, house: House) -> AsyncIterator[Caller]:
    """An admin, signed in by access token."""
    signed_in = await house.admin()
    async with Caller(api, headers={"Authorization": f"Bearer {signed_in.access_token}"}) as caller:
        yield caller


@pytest.fixture
def caller_from(api: Any) -> Any:
    """Makes callers: `caller_from("203.0.113.9", headers={...})`."""
    return lambda place="203.0.113.7", **options: Caller(api, place=place, **options)
