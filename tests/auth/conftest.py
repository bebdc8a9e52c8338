"""The auth service on real parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from jambot.access import Principal
from jambot.auth.cookies import login_cookie_name
from jambot.auth.devices import Device
from jambot.auth.logins import Logins
from jambot.auth.passwords import PasswordHasher
from jambot.auth.service import AuthService, SignedIn, build_auth
from jambot.auth.terms import login_kind
from jambot.auth.throttle import Throttle
from jambot.clock import ManualClock
from jambot.db import MemoryBlobs, UnitOfWork
from jambot.events import LocalBus
from jambot.ids import DeviceId, new_id
from jambot.sessions import MemoryStore, SessionConfig, SessionManager
from jambot.settings import Settings

PASSWORD = "violet otter paints 47 barns"
OTHER_PASSWORD = "forty quiet tubas on mars"
ADA = "ada@example.org"


@dataclass(kw_only=True)
class House:
    """The parts a test of auth works with."""

    auth: AuthService
    logins: Logins
    sessions: SessionManager
    work: UnitOfWork
    bus: LocalBus
    clock: ManualClock
    settings: Settings
    blobs: MemoryBlobs

    async def admin(self, email: str = "root@example.org") -> SignedIn:
        """The first admin, signed in."""
        await self.auth.create_admin(email=email, password=PASSWORD)
        return await self.sign_in(email)

    async def user(self, email: str = ADA, *, name: str = "") -> SignedIn:
        """A user who came by invitation, signed in."""
        token = (await self.auth.invite(None)).address.rpartition("=")[2]
        return await self.auth.register(
            email=email, password=PASSWORD, name=name, invite=token, device=here(self.new_place())
        )

    async def sign_in(self, email: str = ADA, password: str = PASSWORD, *, place: str = "") -> SignedIn:
        return await self.auth.sign_in(email=email, password=password, device=here(place or self.new_place()))

    async def principal(self, signed_in: SignedIn) -> Principal:
        """Who the cookie of a sign-in stands for now."""
        found = await self.of_cookie(signed_in.opened.cookie)
        assert found is not None
        return found

    async def of_cookie(self, cookie: str) -> Principal | None:
        return await self.auth.principal_of_cookie_header(self.header(cookie))

    def header(self, cookie: str) -> str:
        return f"{login_cookie_name(is_https=self.settings.is_https)}={cookie}"

    def new_place(self) -> str:
        """An address nobody came from yet, so that a test runs into a limit only when it wants to."""
        self._places = getattr(self, "_places", 0) + 1
        return f"198.51.{self._places // 250}.{self._places % 250}"

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36"


def here(place: str = "203.0.113.7", *, agent: str = FIREFOX, device_id: str = "") -> Device:
    """A browser at `place`; a new one unless `device_id` says which."""
    return Device(ip_address=place, user_agent=agent, device_id=DeviceId(device_id or new_id()))


@pytest.fixture
async def house(work: UnitOfWork, bus: LocalBus, clock: ManualClock, settings: Settings) -> AsyncIterator[House]:
    config = SessionConfig(kinds=(login_kind(settings),), auto_cleanup=False, encryption_keys=(b"k" * 32,))
    async with SessionManager(MemoryStore(), config, clock=clock) as sessions:
        blobs = MemoryBlobs()
        auth, logins = build_auth(
            sessions=sessions,
            work=work,
            blobs=blobs,
            bus=bus,
            clock=clock,
            settings=settings,
            throttle=Throttle(),
            passwords=PasswordHasher(memory_kib=1024, rounds=1),
        )
        yield House(
            auth=auth,
            logins=logins,
            sessions=sessions,
            work=work,
            bus=bus,
            clock=clock,
            settings=settings,
            blobs=blobs,
        )
        auth.close()
