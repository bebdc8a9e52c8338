"""Sealing what is kept with a newer key, while it is in use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from jambot.sessions.errors import SessionUnreadable, StaleVersion
from jambot.sessions.manager import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import SealingStore
from jambot.sessions.transfer import records


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysRotated:
    """How many sessions were sealed anew, were current already, and did not open."""

    resealed: int = 0
    current: int = 0
    unreadable: int = 0

    @property
    def seen(self) -> int:
        """How many were looked at."""
        return self.resealed + self.current + self.unreadable


async def rotate_keys(
    manager: SessionManager, *, progress: Callable[[KeysRotated], None] = lambda done: None
) -> KeysRotated:
    """Seal every living session with the newest key. Safe while in use, and to run again after a kill.

    An older key may go once a run resealed nothing and found nothing unreadable.

    Args:
        progress: is told from time to time how far it is.
    """
    done = KeysRotated()
    async for some in records(manager):
        for outcome in await asyncio.gather(*(_reseal(manager, record) for record in some)):
            done = KeysRotated(
                resealed=done.resealed + (outcome is True),
                current=done.current + (outcome is False),
                unreadable=done.unreadable + (outcome is None),
            )
        progress(done)
    return done


async def _reseal(manager: SessionManager, record: Record) -> bool | None:
    """Whether it had to be sealed anew, None when it does not open. One written meanwhile is sealed anew already."""
    try:
        resealed = manager.codec.resealed(record)
    except SessionUnreadable:
        return None
    if resealed is None:
        return isinstance(manager.store, SealingStore) and await manager.store.reseal(record.handle)
    try:
        await manager.store.set(resealed, expected_version=record.version, fence=None, now_us=to_us(manager.now()))
    except StaleVersion:
        return False
    return True
