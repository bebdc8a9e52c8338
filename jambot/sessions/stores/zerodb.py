"""Sessions in ZeroDB: tables over REST, far away, and sealed before they leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from jambot.sessions.errors import StaleVersion, TooManySessions
from jambot.sessions.events import SessionEvent
from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record, Records
from jambot.sessions.stores import zerodb_changes as changes
from jambot.sessions.stores.protocol import Created, Query, StoreStats
from jambot.sessions.stores.tally import Tally
from jambot.sessions.stores.zerodb_rows import COLUMNS, ENDED, INDEXES, SESSION, Kept, Rows, each_newest, newest
from jambot.sessions.stores.zerodb_scan import FARTHEST, in_order
from jambot.sessions.stores.zerodb_turns import Turns
from jambot.sessions.stores.zerodb_wire import Row, Wire

_AT_ONCE, _MOST_OF_ONE = 16, 100
_DAY_US, _LEASES = 86_400_000_000, 2

T = TypeVar("T")
Change = Callable[[Kept | None], tuple[T, Kept | bool | None]]  # see zerodb_changes


class ZeroDBStore:
    """Sessions in one table of a ZeroDB project.

    The remote has no conditional write, so writers take turns (`zerodb_turns`): reading is one request, writing four.
    Limits, lookups, versions and locks hold across processes. Events stay in this process.

    Args:
        base_url: `https://host/path`, without the `/tables`.
        encryption_keys: 32-byte keys; the first seals all that leaves, all of them open. Never sent.
        index_key: see `zerodb_rows.Rows`; name the old last key here before dropping it from `encryption_keys`.
        timeout_s: how long one request may take with its retries, before `StoreUnavailable`.
    """

    has_peers = False
    bite_s = 0.5

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        project_id: str,
        encryption_keys: Sequence[bytes | str],
        index_key: bytes | str | None = None,
        table: str = "sessions",
        namespace: str = "session",
        timeout_s: float = 3.0,
    ) -> None:
        place: dict[str, Any] = {"api_key": api_key, "project_id": project_id, "table": table, "timeout_s": timeout_s}
        sealing = {"encryption_keys": encryption_keys, "index_key": index_key}
        self.aside = partial(ZeroDBStore, base_url, namespace=f"{namespace}~", **sealing, **place)
        self._wire = Wire(base_url, **place)
        self.breaker = self._wire.breaker
        self._rows = Rows(namespace, encryption_keys, index_key)
        self._turns = Turns(self._wire, self._rows, lease_s=_LEASES * timeout_s)
        self._sessions = {"space": self._rows.space, "type": SESSION}

    async def start(self) -> None:
        await self._wire.create_table(COLUMNS, INDEXES)

    async def create(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Created:
        key = self._rows.key(record.handle)
        counted = bool(limit) and record.user_id is not None
        gates = [self._rows.hashed("gate", f"{record.user_id}\0{record.kind}")] if counted else []
        gates += [] if record.lookup is None else [self._rows.hashed("gate", record.lookup)]
        async with self._turns.hold(key, *gates) as turn:
            if record.lookup is not None and (earlier := await self.by_lookup(record.lookup, now_us=now_us)):
                return Created(record=earlier, existed=True)
            present = turn.present[key]
            if present is not None and present["type"] == SESSION:
                raise StaleVersion("A session with this handle exists already.")
            evicted = await self._make_room(record, limit=limit, refuse=refuse, now_us=now_us) if counted else []
            await turn.put(self._rows.row(Kept(record), turn.generation(key)))
        return Created(record=record, evicted=tuple(evicted))

    async def get(self, handle: str, *, now_us: int) -> Record | None:
        kept = self._kept(await self._row(handle))
        return kept.record if kept is not None and kept.record.live(now_us) else None

    async def set(self, record: Record, *, expected_version: int, fence: int | None, now_us: int) -> Record | None:
        terms = {"expected_version": expected_version, "fence": fence, "now_us": now_us}
        return await self._change(record.handle, lambda kept: changes.write(kept, record, **terms))

    async def touch(self, record: Record, *, now_us: int) -> bool:
        return await self._change(record.handle, lambda kept: changes.touch(kept, record, now_us=now_us))

    async def delete(
        self, handle: str, *, secret_hash: bytes | None = None, version: int | None = None, now_us: int
    ) -> Record | None:
        def change(kept: Kept | None) -> tuple[Record | None, bool | None]:
            return changes.delete(kept, secret_hash=secret_hash, version=version, now_us=now_us)

        return await self._change(handle, change)

    async def exists(self, handle: str, *, now_us: int) -> bool:
        return await self.get(handle, now_us=now_us) is not None

    async def by_lookup(self, lookup: str, *, now_us: int) -> Record | None:
        found = await self._wire.query(
            self._sessions | {"lookup": self._rows.hashed("lookup", lookup)}, limit=_MOST_OF_ONE
        )
        living = [r for r in self._records(found) if r.live(now_us) and r.lookup == lookup]
        # A list may show what has just gone; asked for by its handle, a session is as it is.
        return await self.get(max(living, key=_place).handle, now_us=now_us) if living else None

    async def by_user(self, user_id: str, *, kind: str | None, now_us: int) -> Records:
        return [r async for r in self._newest_first(user_id, kind, None, now_us) if r.live(now_us)]

    async def delete_by_user(
        self, user_id: str, *, kind: str | None, except_handle: str | None, now_us: int
    ) -> Records:
        mine = await self.by_user(user_id, kind=kind, now_us=now_us)
        return await self._delete_each((r for r in mine if r.handle != except_handle), now_us)

    async def list(self, query: Query, *, now_us: int) -> Records:
        found: Records = []
        async for record in self._newest_first(query.user_id, query.kind, query.after, now_us):
            state = record.state(now_us, query.idle_after_us)
            alive = query.include_expired or state is not SessionState.EXPIRED
            if alive if query.state is None else state is query.state:
                found.append(record)
                if len(found) == query.offset + query.limit:
                    break
        return found[query.offset :]

    async def cleanup(self, limit: int, *, now_us: int) -> Records:
        await self._turns.tidy()
        ended: Records = []
        async for rows in in_order(self._wire, self._sessions, "ends", high=now_us, near=now_us - _DAY_US):
            ended += sorted((r for r in self._records(rows) if r.sweepable(now_us)), key=lambda r: r.expires_us)
            if len(ended) >= limit:
                break

        async def sweep(record: Record) -> Record | None:
            return await self._change(record.handle, lambda kept: changes.sweep(kept, now_us=now_us))

        swept = await _each(sweep, ended[:limit])
        await self._wire.delete({"space": self._rows.space, "type": ENDED, "ends": {"$lte": now_us}})
        return [record for record in swept if record is not None]

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        tally = Tally(idle_after_us=idle_after_us, now_us=now_us)
        columns = ["key", "type", "generation", "brief"]
        async for rows in in_order(self._wire, self._sessions, "created_neg", near=-now_us - _DAY_US, select=columns):
            for row in each_newest(rows):
                tally.add(self._rows.brief(row))
        return tally.stats()

    async def count(
        self, handle: str, *, requests: int = 0, connections: int = 0, lease_us: int = 0, now_us: int
    ) -> Record | None:
        def change(kept: Kept | None) -> tuple[Record | None, Kept | None]:
            added = {"requests": requests, "connections": connections}
            return changes.count(kept, **added, lease_us=lease_us, now_us=now_us)

        return await self._change(handle, change)

    async def acquire_lock(self, handle: str, owner: str, *, lease_us: int, now_us: int) -> int | None:
        return await self._change(handle, lambda kept: changes.lock(kept, owner, lease_us=lease_us, now_us=now_us))

    async def release_lock(self, handle: str, owner: str, *, now_us: int) -> bool:
        return await self._change(handle, lambda kept: changes.unlock(kept, owner, now_us=now_us))

    async def reseal(self, handle: str) -> bool:
        """Seal the session's row with the newest key; False when it is already, or gone."""

        row = await self._row(handle)
        if row is None or row["type"] != SESSION or self._rows.is_current(row):
            return False
        return await self._change(handle, lambda kept: (kept is not None, kept))

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        return lambda: None

    async def publish(self, events: Sequence[SessionEvent]) -> None:
        """Events stay in this process."""

    async def close(self) -> None:
        await self._wire.close()

    async def _change(self, handle: str, change: Change[T]) -> T:
        key = self._rows.key(handle)
        async with self._turns.hold(key) as turn:
            answer, left = change(self._kept(turn.present[key]))
            if left is True:
                await turn.remove(key)
            elif isinstance(left, Kept):
                await turn.put(self._rows.row(left, turn.generation(key)))
        return answer

    async def _make_room(self, record: Record, *, limit: int, refuse: bool, now_us: int) -> Records:
        mine = await self.by_user(record.user_id or "", kind=record.kind, now_us=now_us)
        surplus = mine[max(0, limit - 1) :]
        if refuse and surplus:
            raise TooManySessions
        return await self._delete_each(reversed(surplus), now_us)

    async def _delete_each(self, records: Iterable[Record], now_us: int) -> Records:
        gone = await _each(lambda record: self.delete(record.handle, now_us=now_us), records)
        return [record for record in gone if record is not None]

    async def _newest_first(
        self, user_id: str | None, kind: str | None, after: tuple[int, str] | None, now_us: int
    ) -> AsyncIterator[Record]:
        wanted = dict(self._sessions)
        if user_id is not None:
            wanted["owner"] = self._rows.hashed("user", user_id)
        if kind is not None:
            wanted["kind"] = self._rows.hashed("kind", kind)
        low = -FARTHEST if after is None else -after[0]
        near = -now_us - _DAY_US if after is None else low
        async for rows in in_order(self._wire, wanted, "created_neg", low=low, near=near):
            for record in sorted(self._records(rows), key=_place, reverse=True):
                mine = user_id in (None, record.user_id) and kind in (None, record.kind)
                if mine and (after is None or _place(record) < after):
                    yield record

    async def _row(self, handle: str) -> Row | None:
        wanted = {"space": self._rows.space, "key": self._rows.key(handle)}
        return newest(await self._wire.query(wanted, limit=_MOST_OF_ONE))

    def _kept(self, row: Row | None) -> Kept | None:
        return None if row is None or row["type"] != SESSION else self._rows.kept(row)

    def _records(self, rows: Sequence[Row]) -> Records:
        return [self._rows.kept(row).record for row in each_newest(rows)]


def _place(record: Record) -> tuple[int, str]:
    return record.created_us, record.handle


async def _each(act: Callable[[Record], Coroutine[object, object, T]], records: Iterable[Record]) -> list[T]:
    """The answers of `act` for all records, a few at a time."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(record: Record) -> T:
        async with few:
            return await act(record)

    return await asyncio.gather(*map(one, records))
