"""A session as it was once, brought back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jambot.sessions import SessionNotFound, SessionUnreadable
from jambot.sessions.snapshots import Snapshots

MINUTE = timedelta(minutes=1)
KEY = b"k" * 32


@pytest.fixture
async def sealed(make_manager):
    return await make_manager(encryption_keys=(KEY,))


@pytest.fixture
def snapshots(sealed, work) -> Snapshots:
    return Snapshots(sealed, work)


async def test_a_living_session_goes_back_to_its_snapshot_and_keeps_its_end(sealed, snapshots, clock):
    made = await sealed.create("ada", {"n": 1}, metadata={"m": 1}, scopes=["finance"], ttl=60 * MINUTE)
    await sealed.pin(made.id, "project", 7)
    await snapshots.save(made.id, node_id="node-1")
    clock.advance(10 * MINUTE)
    changed = await sealed.update(made.id, {"n": 2}, metadata={"m": 2})
    await sealed.unpin(made.id, "project")
    await snapshots.restore(made.handle)
    found = await sealed.get(made.id, touch=False)
    assert (found.data, found.metadata, found.pins) == ({"n": 1}, {"m": 1}, {"project": 7})
    assert (found.scopes, found.expires_at) == (("finance",), changed.expires_at)
    assert found.version > changed.version


async def test_a_snapshot_taken_again_keeps_when_it_was_made(sealed, snapshots, clock):
    made = await sealed.create("ada", kind="memory", ttl=60 * MINUTE)
    first = await snapshots.save(made.id, node_id="a")
    clock.advance(MINUTE)
    second = await snapshots.save(made.id, node_id="b")
    assert (second.created_at, second.updated_at, second.node_id) == (first.created_at, clock.now(), "b")
    assert await snapshots.find(made.handle) == second
    assert await snapshots.delete(made.handle) is True
    assert await snapshots.delete(made.handle) is False
    assert await snapshots.find(made.handle) is None


async def test_a_program_context_that_ended_is_made_again(sealed, snapshots, clock):
    made = await sealed.create("ada", {"stm": ["a"]}, kind="memory", ttl=10 * MINUTE)
    await snapshots.save(made.handle)
    clock.advance(20 * MINUTE)
    await sealed.cleanup()
    restored = await snapshots.restore(made.handle)
    assert (restored.handle, restored.data) == (made.handle, {"stm": ["a"]})
    assert restored.expires_at == clock.now() + 10 * MINUTE
    assert (await sealed.get(made.id)).data == {"stm": ["a"]}


async def test_what_was_signed_out_stays_signed_out(sealed, snapshots):
    login = await sealed.create("ada")
    await snapshots.save(login.handle)
    await sealed.delete(login.id)
    with pytest.raises(SessionNotFound):
        await snapshots.restore(login.handle)
    assert await sealed.get(login.id) is None


async def test_what_was_never_kept_is_not_found_by_name(sealed, snapshots):
    with pytest.raises(SessionNotFound, match="No snapshot found for X"):
        await snapshots.restore("X")
    with pytest.raises(SessionNotFound):
        await snapshots.save("X")


async def test_a_snapshot_is_sealed_and_one_that_does_not_open_replaces_nothing(sealed, snapshots, make_manager, work):
    made = await sealed.create("ada", {"note": "CANARY"}, kind="memory")
    await snapshots.save(made.handle)
    row = await snapshots._row(made.handle)
    assert b"CANARY" not in row.state
    other = await make_manager(store=sealed.store, encryption_keys=(b"x" * 32,))
    with pytest.raises(SessionUnreadable):
        await Snapshots(other, work).restore(made.handle)
    assert (await sealed.get(made.id)).data == {"note": "CANARY"}
