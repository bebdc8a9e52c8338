"""Locks: one holder, a lease, a fence."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace

from jambot.sessions.conformance.ground import MINUTE, NOW, add
from jambot.sessions.errors import SessionNotFound, StaleFence
from jambot.sessions.stores.protocol import SessionStore
from jambot.sessions.tickets import new_handle


async def a_lock_has_one_holder(store: SessionStore) -> None:
    record = await add(store)
    until = NOW + MINUTE
    fences = await asyncio.gather(
        *(store.acquire_lock(record.handle, f"o{n}", lease_us=until, now_us=NOW) for n in range(10))
    )
    winner = next(n for n, fence in enumerate(fences) if fence is not None)
    assert sum(fence is not None for fence in fences) == 1
    assert not await store.release_lock(record.handle, "stranger", now_us=NOW)
    assert await store.acquire_lock(record.handle, "next", lease_us=until, now_us=until - 1) is None
    assert await store.release_lock(record.handle, f"o{winner}", now_us=NOW)
    assert not await store.release_lock(record.handle, f"o{winner}", now_us=NOW)
    following = await store.acquire_lock(record.handle, "next", lease_us=until, now_us=NOW)
    assert following is not None
    assert following > (fences[winner] or 0)
    assert (await store.get(record.handle, now_us=NOW)) == replace(record, fence=following)


async def a_lapsed_lock_passes_on_and_its_holder_cannot_write(store: SessionStore) -> None:
    record = await add(store)
    until = NOW + MINUTE
    slow = await store.acquire_lock(record.handle, "slow", lease_us=until, now_us=NOW)
    quick = await store.acquire_lock(record.handle, "quick", lease_us=until + MINUTE, now_us=until)
    assert slow is not None
    assert quick is not None
    assert quick > slow
    try:
        await store.set(replace(record, body=b"v0.slow"), expected_version=1, fence=slow, now_us=until)
    except StaleFence:
        pass
    else:
        raise AssertionError("a write under a lapsed lock was accepted")
    assert not await store.release_lock(record.handle, "slow", now_us=until)
    written = await store.set(replace(record, body=b"v0.quick"), expected_version=1, fence=quick, now_us=until)
    assert written is not None
    assert written.body == b"v0.quick"


async def what_does_not_exist_cannot_be_locked(store: SessionStore) -> None:
    try:
        await store.acquire_lock(new_handle(), "me", lease_us=NOW + MINUTE, now_us=NOW)
    except SessionNotFound:
        return
    raise AssertionError("a session that does not exist was locked")


BEHAVIOURS = (
    a_lock_has_one_holder,
    a_lapsed_lock_passes_on_and_its_holder_cannot_write,
    what_does_not_exist_cannot_be_locked,
)
