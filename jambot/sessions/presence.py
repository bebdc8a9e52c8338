"""Which tabs and sockets follow which session, so that those of a process that crashed do not stay for ever.

Each connection is a note in a store aside: a record that lives for a lease and is renewed by the process that has the
connection. What nobody renews ends as every record does, and is taken by exactly one sweep, which lowers the count.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from msgspec.structs import replace

from jambot.sessions import tickets
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import SessionStore

_KIND = "connection"
_NO_SECRET = bytes(32)
_AT_ONCE = 100


class Presence:
    """The notes of one process, and the lapsed ones of all.

    Args:
        aside: gives the store of the notes; asked for when it is first needed.
        lease_us: for how long a connection is believed in without another sign of its process.
    """

    def __init__(self, aside: Callable[[], SessionStore], *, lease_us: int) -> None:
        self._aside = aside
        self._lease_us = lease_us
        self._opened: SessionStore | None = None
        self._mine: dict[str, list[Record]] = {}
        self._lapsed: list[str] = []

    async def come(self, handle: str, *, now_us: int) -> None:
        """Note one more connection of this process to the session."""
        note = Record(
            handle=tickets.new_handle(),
            secret_hash=_NO_SECRET,
            kind=_KIND,
            user_id=handle,
            lookup=None,
            created_us=now_us,
            accessed_us=now_us,
            extended_us=now_us,
            expires_us=now_us + self._lease_us,
            version=1,
            facts=b"{}",
            body=b"",
        )
        await self._notes.create(note, limit=0, refuse=False, now_us=now_us)
        self._mine.setdefault(handle, []).append(note)

    async def go(self, handle: str, *, now_us: int) -> bool:
        """Take a connection back, this process's first; False when there was none that had not lapsed."""
        note = self.drop(handle) or next(iter(await self.of(handle, now_us=now_us)), None)
        return note is not None and await self._notes.delete(note.handle, now_us=now_us) is not None

    def drop(self, handle: str) -> Record | None:
        """Renew one connection of this process to the session no more, if there is one."""
        mine = self._mine.get(handle, [])
        note = mine.pop() if mine else None
        if not mine:
            self._mine.pop(handle, None)
        return note

    async def of(self, handle: str, *, now_us: int) -> list[Record]:
        """The connections to a session, of all processes that still renew theirs."""
        return await self._notes.by_user(handle, kind=_KIND, now_us=now_us)

    async def renew(self, *, now_us: int) -> list[str]:
        """Prolong the leases of this process; the sessions of those that were too late, which are not counted now."""
        mine, late = [note for notes in self._mine.values() for note in notes], []
        for first in range(0, len(mine), _AT_ONCE):
            late += await asyncio.gather(*(self._renewed(note, now_us) for note in mine[first : first + _AT_ONCE]))
        return [handle for handle in late if handle is not None]

    async def take_lapsed(self, *, now_us: int) -> str | None:
        """Take away one that was not renewed: the session it was a connection to, or None when there is none left."""
        if not self._lapsed:
            gone = await self._notes.cleanup(_AT_ONCE, now_us=now_us)
            self._lapsed += [note.user_id for note in gone if note.user_id is not None]
        return self._lapsed.pop() if self._lapsed else None

    def give_back(self, handle: str) -> None:
        """Let a lapsed one be taken again, by the next who asks here."""
        self._lapsed.append(handle)

    async def leave(self, *, now_us: int) -> Counter[str]:
        """Take back all connections of this process: how many there were to each session."""
        left, self._mine = self._mine, {}
        taken: Counter[str] = Counter()
        for handle, notes in left.items():
            for note in notes:
                taken[handle] += await self._notes.delete(note.handle, now_us=now_us) is not None
        return taken

    async def close(self) -> None:
        """Let go of the store aside."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.close()

    @property
    def _notes(self) -> SessionStore:
        if self._opened is None:
            self._opened = self._aside()
        return self._opened

    async def _renewed(self, note: Record, now_us: int) -> str | None:
        """The session of a note that had lapsed already: it is dropped here, and left to the sweep."""
        longer = replace(note, accessed_us=now_us, extended_us=now_us, expires_us=now_us + self._lease_us)
        if await self._notes.touch(longer, now_us=now_us):
            return None
        handle = note.user_id or ""
        notes = self._mine.get(handle, [])
        if note not in notes:
            return None  # its connection left meanwhile
        notes.remove(note)
        if not notes:
            del self._mine[handle]
        return handle
