"""Metadata under another key is counted and sealed anew, on every database; what does not open is left as it is."""

from __future__ import annotations

from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.models import UserSession
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.ciphers import KeyRing
from jambot.sessions.config import PURPOSE
from jambot.sessions.moments import to_us
from jambot.sessions.stores.sql import SqlStore
from jambot.workspaces.sealing import Resealed, UnderOlder, reseal_metadata, under_older_keys
from jambot.workspaces.service import WorkspaceService
from tests.workspaces.conftest import new_person

OLD, NEW = b"o" * 32, b"n" * 32


async def test_what_an_older_key_seals_is_counted_and_sealed_anew(any_work: UnitOfWork, clock: ManualClock):
    ada = await new_person(any_work, clock, "ada")

    def ring(*keys: bytes, purpose: str = "metadata") -> KeyRing:
        return KeyRing(keys, purpose=purpose)

    before = WorkspaceService(work=any_work, clock=clock, cipher=ring(OLD))
    ids = [(await before.create_user_session(ada, session_metadata={"n": n})).row.id for n in range(3)]
    await before.create_user_session(ada)
    config = SessionConfig(encryption_keys=(OLD,), auto_cleanup=False)
    async with SessionManager(SqlStore(any_work), config, clock=clock) as manager:
        await manager.create("u", {"n": 1}, kind="memory")

    def damage(tx) -> None:
        row = tx.get(UserSession, ids[2])
        row.session_metadata = row.session_metadata[:-4] + "AAA="

    await any_work.write(damage)

    async def left() -> UnderOlder:
        rings = {"metadata": ring(NEW, OLD), "sessions": ring(NEW, OLD, purpose=PURPOSE)}
        return await any_work.read(lambda db: under_older_keys(db, **rings, now_us=to_us(clock.now())))

    assert await left() == UnderOlder(workspaces=3, sessions=1)
    versions = [(await before.get(ada, each)).row.version for each in ids]
    assert await reseal_metadata(any_work, ring(NEW, OLD)) == Resealed(resealed=2, unreadable=1)
    assert await left() == UnderOlder(workspaces=1, sessions=1)
    after = WorkspaceService(work=any_work, clock=clock, cipher=ring(NEW))
    assert [(await after.get(ada, each)).metadata for each in ids[:2]] == [{"n": 0}, {"n": 1}]
    # Nobody is told of a change, for there is none.
    assert [(await after.get(ada, each)).row.version for each in ids] == versions
    assert await reseal_metadata(any_work, ring(NEW, OLD)) == Resealed(unreadable=1)
