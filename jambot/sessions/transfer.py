"""Moving sessions: to another store while both are in use, into a file and back, and under a newer key.

A moved session keeps its handle, the hash of its id and its end, so whoever was signed in stays signed in. What is
there already is left alone, which makes every transfer safe to run again after it was interrupted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from jambot.sessions.errors import InvalidSession, SessionUnreadable, StaleVersion
from jambot.sessions.manager import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import Query

FORMAT = "jambot.sessions"
FORMAT_VERSION = 1
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """What became of one session: `new_id` is its handle where it is now, or `failed` says why it is not."""

    handle: str
    new_id: str | None = None
    failed: str | None = None

    @property
    def success(self) -> bool:
        """Whether it is there."""
        return self.failed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRotated:
    """How many sessions were sealed anew, were current already, and did not open."""

    resealed: int = 0
    current: int = 0
    unreadable: int = 0


class _Dumped(msgspec.Struct, frozen=True, kw_only=True):
    record: Record
    remaining_us: int


class _Dump(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    version: int
    exported_us: int
    sessions: list[_Dumped]


async def migrate(
    source: SessionManager, target: SessionManager, *, handle: str | None = None, delete_source: bool = False
) -> AsyncIterator[Transferred]:
    """Copy one living session, or all of them, and report each as it is done.

    Each copy is read back and compared before its original may be deleted. The target's limits evict nobody.

    Args:
        delete_source: remove what was copied, unless it was changed meanwhile.
    """
    async for record in _records(source, handle):
        try:
            moved = await _place(target, source.codec.opened(record))
        except (SessionUnreadable, InvalidSession, StaleVersion) as exc:
            yield Transferred(handle=record.handle, failed=exc.detail)
            continue
        if delete_source and not await _remove_unchanged(source, record):
            yield Transferred(handle=record.handle, failed="It was changed while it was copied; run this again.")
            continue
        yield Transferred(handle=record.handle, new_id=moved.handle)


async def export_sessions(manager: SessionManager) -> bytes:
    """All living sessions as versioned JSON, in clear: guard it as you guard the keys."""
    now_us = to_us(manager.now())
    dumped = [
        _Dumped(record=manager.codec.opened(record), remaining_us=record.expires_us - now_us)
        async for record in _records(manager, None)
    ]
    return msgspec.json.encode(_Dump(format=FORMAT, version=FORMAT_VERSION, exported_us=now_us, sessions=dumped))


async def import_sessions(manager: SessionManager, exported: bytes) -> list[Transferred]:
    """Bring exported sessions back; each lives for as long as it had left when it was exported.

    Raises:
        InvalidSession: this is no export, or one of a newer version.
    """
    try:
        dump = msgspec.json.decode(exported, type=_Dump)
    except msgspec.MsgspecError as exc:
        raise InvalidSession("export", "is not an export of sessions") from exc
    if dump.format != FORMAT or dump.version != FORMAT_VERSION:
        raise InvalidSession("export", f"is of version {dump.version}; this reads version {FORMAT_VERSION}")
    now_us = to_us(manager.now())
    results = []
    for dumped in dump.sessions:
        later_us = now_us - dump.exported_us
        record = replace(
            dumped.record,
            extended_us=dumped.record.extended_us + later_us,
            accessed_us=dumped.record.accessed_us + later_us,
            expires_us=now_us + dumped.remaining_us,
        )
        try:
            placed = await _place(manager, record)
        except (SessionUnreadable, InvalidSession, StaleVersion) as exc:
            results.append(Transferred(handle=record.handle, failed=exc.detail))
        else:
            results.append(Transferred(handle=record.handle, new_id=placed.handle))
    return results


async def rotate_keys(manager: SessionManager) -> KeysRotated:
    """Seal every living session with the newest key. Safe while in use, and to run again after a kill.

    An older key may go once a run resealed nothing and found nothing unreadable.
    """
    resealed = current = unreadable = 0
    async for record in _records(manager, None):
        try:
            done = await _reseal(manager, record)
        except SessionUnreadable:
            unreadable += 1
            continue
        resealed += done
        current += not done
    return KeysRotated(resealed=resealed, current=current, unreadable=unreadable)


async def _records(manager: SessionManager, handle: str | None) -> AsyncIterator[Record]:
    now_us = to_us(manager.now())
    if handle is not None:
        record = await manager.store.get(handle, now_us=now_us)
        if record is not None:
            yield record
        return
    after: tuple[int, str] | None = None
    while True:
        page = await manager.store.list(Query(idle_after_us=1, limit=_PAGE, after=after), now_us=now_us)
        for record in page:
            yield record
        if len(page) < _PAGE:
            return
        after = (page[-1].created_us, page[-1].handle)


async def _place(target: SessionManager, clear: Record) -> Record:
    """Put an opened record into the target, sealed as the target seals; what it holds already is left alone."""
    now_us = to_us(target.now())
    fresh = replace(clear, connections=0, requests=0, lease_us=0, fence=0)
    held = await target.store.get(clear.handle, now_us=now_us)
    if held is None:
        created = await target.store.create(target.codec.sealed(fresh), limit=0, refuse=False, now_us=now_us)
        held = await target.store.get(created.record.handle, now_us=now_us)
    if held is None or held.handle != clear.handle:
        raise StaleVersion("Another session has its key there.")
    if (held.secret_hash, held.version, target.codec.opened(held).body) != (
        fresh.secret_hash,
        fresh.version,
        fresh.body,
    ):
        raise StaleVersion("A different version of it is there already.")
    return held


async def _remove_unchanged(source: SessionManager, record: Record) -> bool:
    """Whether it is gone now: removed here, or ended by itself."""
    now_us = to_us(source.now())
    if await source.store.delete(record.handle, version=record.version, now_us=now_us):
        return True
    return not await source.store.exists(record.handle, now_us=now_us)


async def _reseal(manager: SessionManager, record: Record) -> bool:
    """Whether it had to be sealed anew; one that was written meanwhile is sealed anew already."""
    resealed = manager.codec.resealed(record)
    if resealed is None:
        return False
    try:
        await manager.store.set(resealed, expected_version=record.version, fence=None, now_us=to_us(manager.now()))
    except StaleVersion:
        return False
    return True
