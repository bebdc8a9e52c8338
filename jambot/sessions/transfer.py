"""Moving sessions to another store while both are in use.

A moved session keeps its handle, the hash of its id and its end, so whoever was signed in stays signed in. What is
there already is left alone, which makes every transfer safe to run again after it was interrupted.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from secrets import token_bytes

import msgspec
from msgspec.structs import replace

from jambot.sessions.codec import Facts
from jambot.sessions.errors import InvalidSession, SessionUnreadable, StaleVersion
from jambot.sessions.expiration import Strategy
from jambot.sessions.manager import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record, Records
from jambot.sessions.stores.protocol import Query
from jambot.sessions.tickets import new_handle

_PAGE = 200
_AT_ONCE = 32
_TRIAL_US = 10_000_000
_CHANGED = "It was changed while it was copied; run this again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """What became of one session.

    Attributes:
        new_id: its handle where it is now; None when it is not there.
        failed: why it is not as it should be. Without it and without a `new_id`, it was ended there as it was here.
    """

    handle: str
    new_id: str | None = None
    failed: str | None = None

    @property
    def success(self) -> bool:
        """Whether it is there as it should be."""
        return self.failed is None


async def migrate(
    source: SessionManager,
    target: SessionManager,
    *,
    handle: str | None = None,
    delete_source: bool = False,
    catch_up: bool = False,
) -> AsyncIterator[Transferred]:
    """Copy one living session, or all of them, and report each as it is done.

    Each copy is read back and compared before its original may be deleted. The target's limits evict nobody.

    Args:
        delete_source: remove what was copied, unless it was changed meanwhile.
        catch_up: for a target that nobody uses yet: also bring over what was changed or used here since an earlier
            run, and end there what has ended here.
    """

    async def move(record: Record) -> Transferred:
        try:
            moved = await place(target, source.codec.opened(record), newer_wins=catch_up)
        except (SessionUnreadable, InvalidSession, StaleVersion) as exc:
            return Transferred(handle=record.handle, failed=exc.detail)
        if delete_source and not await _remove_unchanged(source, record):
            return Transferred(handle=record.handle, failed=_CHANGED)
        return Transferred(handle=record.handle, new_id=moved.handle)

    async for some in records(source, handle):
        for result in await asyncio.gather(*map(move, some)):
            yield result
    if catch_up and not delete_source:
        async for some in records(target, handle):
            for each, ended in zip(some, await asyncio.gather(*(_end(source, target, r) for r in some)), strict=True):
                if ended:
                    yield Transferred(handle=each.handle)


async def is_same_store(one: SessionManager, other: SessionManager) -> bool:
    """Whether what is written to one is read from the other: two addresses may lead to one place."""
    now_us = to_us(one.now())
    facts = msgspec.json.encode(Facts(strategy=Strategy.FIXED, ttl_us=_TRIAL_US))
    trial = Record(
        handle=new_handle(),
        secret_hash=token_bytes(32),
        kind="trial",
        user_id=None,
        lookup=None,
        created_us=now_us,
        accessed_us=now_us,
        extended_us=now_us,
        expires_us=now_us + _TRIAL_US,
        version=1,
        facts=facts,
        body=b"",
    )
    await one.store.create(trial, limit=0, refuse=False, now_us=now_us)
    try:
        return await other.store.exists(trial.handle, now_us=now_us)
    finally:
        await one.store.delete(trial.handle, now_us=now_us)


async def records(manager: SessionManager, handle: str | None = None) -> AsyncIterator[Records]:
    """The living records of a manager's store, a few at a time, newest first; or the one that `handle` names."""
    now_us = to_us(manager.now())
    if handle is not None:
        record = await manager.store.get(handle, now_us=now_us)
        if record is not None:
            yield [record]
        return
    after: tuple[int, str] | None = None
    while True:
        page = await manager.store.list(Query(idle_after_us=1, limit=_PAGE, after=after), now_us=now_us)
        for first in range(0, len(page), _AT_ONCE):
            yield page[first : first + _AT_ONCE]
        if len(page) < _PAGE:
            return
        after = (page[-1].created_us, page[-1].handle)


async def place(target: SessionManager, clear: Record, *, newer_wins: bool = False) -> Record:
    """Put an opened record into the target, sealed as the target seals; what it holds already is left alone.

    Args:
        newer_wins: an older version there gives way, and the times of a later use are brought over.

    Raises:
        StaleVersion: what is there is something else.
    """
    now_us = to_us(target.now())
    fresh = replace(clear, connections=0, requests=0, lease_us=0, fence=0)
    held = await target.store.get(clear.handle, now_us=now_us)
    if held is not None and newer_wins and held.version < fresh.version:
        await target.store.delete(held.handle, version=held.version, now_us=now_us)
        held = None
    if held is None:
        created = await target.store.create(target.codec.sealed(fresh), limit=0, refuse=False, now_us=now_us)
        held = await target.store.get(created.record.handle, now_us=now_us)
    if held is None or held.handle != clear.handle:
        raise StaleVersion("Another session has its key there.")
    if _content(target.codec.opened(held)) != _content(fresh):
        raise StaleVersion("A different version of it is there already.")
    if newer_wins and held.accessed_us < fresh.accessed_us:
        await target.store.touch(fresh, now_us=now_us)
    return held


def _content(opened: Record) -> tuple[bytes, int, bytes]:
    return opened.secret_hash, opened.version, opened.body


async def _end(source: SessionManager, target: SessionManager, copy: Record) -> bool:
    """End at the target what has ended at the source; whether there was something to end."""
    if await source.store.exists(copy.handle, now_us=to_us(source.now())):
        return False
    return await target.store.delete(copy.handle, version=copy.version, now_us=to_us(target.now())) is not None


async def _remove_unchanged(source: SessionManager, record: Record) -> bool:
    """Whether it is gone now: removed here, or ended by itself."""
    now_us = to_us(source.now())
    if await source.store.delete(record.handle, version=record.version, now_us=now_us):
        return True
    return not await source.store.exists(record.handle, now_us=now_us)
