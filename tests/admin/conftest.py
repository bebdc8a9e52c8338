"""The dashboard on a real database, with sessions of several kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jambot.access import Principal, Role
from jambot.admin.desk import Desk, build_desk
from jambot.admin.targets import Targets
from jambot.auth.logins import Logins
from jambot.auth.service import build_auth
from jambot.auth.terms import login_kind
from jambot.clock import ManualClock
from jambot.db import MemoryBlobs, UnitOfWork
from jambot.db.models import User
from jambot.events import LocalBus
from jambot.ids import LoginId, UserId, new_id
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.sql import SqlStore
from jambot.settings import Settings

ROOT = Principal(
    user_id=UserId(new_id()), login_id=LoginId(new_id()), role=Role.ADMIN, email="root@example.org", name="Root"
)


@pytest.fixture
async def sessions(work: UnitOfWork, clock: ManualClock, settings: Settings) -> AsyncIterator[SessionManager]:
    config = SessionConfig(kinds=(login_kind(settings),), auto_cleanup=False, encryption_keys=(b"k" * 32,))
    async with SessionManager(SqlStore(work), config, clock=clock) as manager:
        yield manager


@pytest.fixture
def logins(sessions: SessionManager, work: UnitOfWork, bus: LocalBus, clock: ManualClock, settings: Settings) -> Logins:
    parts: dict[str, Any] = {"work": work, "bus": bus, "clock": clock, "settings": settings, "sessions": sessions}
    return build_auth(**parts, blobs=MemoryBlobs())[1]


@pytest.fixture
def stores(tmp_path: Path, sqlite_url: str) -> dict[str, str]:
    """Where sessions may be moved to: one store of its own, the one in use by its address, and one nobody reaches."""
    return {
        "archive": f"sqlite:///{tmp_path / 'archive.db'}",
        "here": sqlite_url,
        "gone": "redis://127.0.0.1:1/0",
    }


@pytest.fixture
async def desk(
    sessions: SessionManager,
    work: UnitOfWork,
    bus: LocalBus,
    clock: ManualClock,
    logins: Logins,
    stores: dict[str, str],
) -> Desk:
    root = {"id": ROOT.user_id, "email": ROOT.email, "email_key": ROOT.email, "name": ROOT.name, "role": ROOT.role}
    await work.write(lambda tx: tx.get(User, ROOT.user_id) or tx.add(User(**root, created_at=clock.now())))
    targets = Targets(stores, sessions=sessions, keys=(b"k" * 32,), clock=clock)
    return build_desk(
        work=work, bus=bus, clock=clock, sessions=sessions, logins=logins, cursor_key=b"c" * 32, targets=targets
    )


@pytest.fixture(params=["sqlite", "postgres"])
async def shared_work(request: pytest.FixtureRequest, bus: LocalBus) -> AsyncIterator[UnitOfWork]:
    """A unit of work on each database there is; the test belongs to the group `postgres`."""
    unit = UnitOfWork(request.getfixturevalue(f"{request.param}_url"), bus)
    yield unit
    unit.close()


async def person(work: UnitOfWork, clock: ManualClock, name: str) -> str:
    """Somebody who exists; the id."""
    email = f"{name.lower()}@example.org"
    user = User(email=email, email_key=email, name=name, created_at=clock.now())

    def add(tx: Any) -> str:
        tx.add(user)
        tx.flush()
        return user.id

    return await work.write(add)


async def some(sessions: SessionManager, clock: ManualClock, count: int, **facts: Any) -> list[str]:
    """Sessions made one minute after the other, the newest last; their handles."""
    made = []
    for _ in range(count):
        clock.advance(timedelta(minutes=1))
        made.append((await sessions.create(facts.pop("user_id", None), **facts)).handle)
    return made
