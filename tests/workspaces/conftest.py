"""People, services and workspaces for the tests of this package, on real databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from jambot.access import Principal, Role
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.models import User
from jambot.events import LocalBus
from jambot.ids import DeviceId, LoginId, UserId, new_id
from jambot.sessions.ciphers import KeyRing
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.recovery import Recovery
from jambot.workspaces.service import WorkspaceService

LAPTOP, PHONE = DeviceId(new_id()), DeviceId(new_id())


@pytest.fixture(params=["sqlite", "postgres"])
def any_work(request: pytest.FixtureRequest, bus: LocalBus) -> Iterator[UnitOfWork]:
    """A unit of work on each of the two databases."""
    unit_of_work = UnitOfWork(request.getfixturevalue(f"{request.param}_url"), bus)
    yield unit_of_work
    unit_of_work.close()


async def new_person(work: UnitOfWork, clock: ManualClock, name: str) -> Principal:
    user = User(email=f"{name}@example.org", email_key=f"{name}@example.org", name=name, created_at=clock.now())
    await work.write(lambda tx: tx.add(user))
    return Principal(
        user_id=UserId(user.id),
        login_id=LoginId(new_id()),
        role=Role.USER,
        email=user.email,
        name=name,
        device_id=LAPTOP,
    )


def on(me: Principal, device: DeviceId) -> Principal:
    """The same person at another device."""
    return replace(me, device_id=device)


@pytest.fixture
def cipher() -> KeyRing:
    return KeyRing([b"k" * 32], purpose="workspace metadata")


@pytest.fixture
async def ada(work: UnitOfWork, clock: ManualClock) -> Principal:
    return await new_person(work, clock, "ada")


@pytest.fixture
async def bob(work: UnitOfWork, clock: ManualClock) -> Principal:
    return await new_person(work, clock, "bob")


@pytest.fixture
def workspaces(work: UnitOfWork, clock: ManualClock, cipher: KeyRing) -> WorkspaceService:
    return WorkspaceService(work=work, clock=clock, cipher=cipher)


@pytest.fixture
def autosave(work: UnitOfWork, clock: ManualClock) -> Autosave:
    return Autosave(work=work, clock=clock, interval=timedelta(seconds=30))


@pytest.fixture
def recovery(work: UnitOfWork, clock: ManualClock, cipher: KeyRing, autosave: Autosave) -> Recovery:
    return Recovery(work=work, clock=clock, cipher=cipher, autosave=autosave)
