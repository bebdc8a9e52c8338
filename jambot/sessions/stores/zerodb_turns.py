"""Turns: one writer at a time, made of a remote that only writes, finds and deletes rows. The reasons are in ADR 0011.

Who wants a turn writes a claim of its own and then looks. Alone, it has the turn. Among several the lowest stays and
the others step back, so that somebody always gets on. A claim that has stood for the whole lease is broken, and what
its holder may still have under way is made harmless: the sessions move on to a new generation, a row of its own, and
what arrives late lands in the old one.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import uniform
from time import monotonic
from weakref import WeakValueDictionary

from jambot.sessions.errors import StoreUnavailable
from jambot.sessions.stores.zerodb_rows import SESSION, TURN, Rows, newest
from jambot.sessions.stores.zerodb_wire import Row, Wire

# Of the lease, so that clocks that run at different speeds do not matter: how long a holder may write, and how long a
# claim may wait and still leave time to write.
_TO_WRITE = 0.8
_TO_WAIT = 0.4
_LEASES_TO_WAIT = 3
_MOST_ROWS = 1000
_PAUSE_S = (0.002, 0.1)
_TIDIED_AT_ONCE = 100


class Turn:
    """What its holder knows and may do, for as long as the lease lasts.

    Attributes:
        present: the row of each key as it stands, or None.
    """

    def __init__(self, wire: Wire, rows: Rows, *, name: str, until: float, raised: int) -> None:
        self._wire = wire
        self._rows = rows
        self._until = until
        self._raised = raised
        self.name = name
        self.certain = True
        self.present: dict[str, Row | None] = {}

    def generation(self, key: str) -> int:
        """Where this holder writes the session of a key."""
        row = self.present[key]
        return self._raised if row is None else row["generation"]

    async def settle(self) -> None:
        """After a claim was broken: move what is there to a generation that its holder cannot write to."""
        for key, row in self.present.items():
            if row is None or not self._raised:
                continue
            moved = row | {"generation": row["generation"] + self._raised}
            moved["id"] = f"{key}-{moved['generation']}"
            await self.put(moved)
            await self._delete({"id": row["id"]})
            self.present[key] = moved

    async def put(self, row: Row) -> None:
        """Write a row of this turn's; `StoreUnavailable` when it is not certain to have happened within the turn."""
        left_s = self._left_s()
        certain, self.certain = self.certain, False
        self.certain = await self._wire.upsert([row], within_s=left_s) and certain

    async def remove(self, key: str) -> None:
        """Remove the session of a key. Where a stray write may still arrive, a row says that the session has ended."""
        row = self.present[key]
        if row is not None and row["type"] == SESSION and row["generation"]:
            await self.put(self._rows.ended(key, row["generation"], row["ends"]))
        await self._delete({"space": self._rows.space, "key": key, "type": SESSION})

    async def _delete(self, wanted: Row) -> None:
        left_s = self._left_s()
        certain, self.certain = self.certain, False
        self.certain = await self._wire.delete(wanted, within_s=left_s) and certain

    def _left_s(self) -> float:
        left_s = self._until - monotonic()
        if left_s <= 0:
            raise StoreUnavailable("The session store is too slow; nothing was changed.")
        return left_s


class Turns:
    """The turns of one namespace, among all processes.

    Args:
        lease_s: how long a claim is believed in. Measured by each process from when it first saw the claim.
    """

    def __init__(self, wire: Wire, rows: Rows, *, lease_s: float) -> None:
        self._wire = wire
        self._rows = rows
        self._lease_s = lease_s
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._first_seen: dict[str, dict[str, float]] = {}

    @asynccontextmanager
    async def hold(self, *keys: str) -> AsyncIterator[Turn]:
        """Hold the turn of all `keys`; `StoreUnavailable` when it cannot be had in time."""
        async with AsyncExitStack() as here:
            for key in sorted(keys):  # callers of one process wait here, and not at the remote
                await here.enter_async_context(self._here.setdefault(key, asyncio.Lock()))
            turn = await self._take(keys)
            try:
                await turn.settle()
                yield turn
            finally:
                # A claim whose holder may still have a write under way stays, and is broken when its lease is over.
                if turn.certain:
                    await self._give_back(turn.name)

    async def tidy(self) -> None:
        """Break claims that nobody holds or waits for any more."""
        wanted = {"space": self._rows.space, "type": TURN}
        found = await self._wire.query(wanted, limit=_TIDIED_AT_ONCE, select=["id", "key"])
        for key in {row["key"] for row in found}:
            if self._lapsed(key, (row["id"] for row in found if row["key"] == key)):
                async with self.hold(key):
                    pass

    async def _take(self, keys: Iterable[str]) -> Turn:
        give_up = monotonic() + _LEASES_TO_WAIT * self._lease_s
        raised, pause_s = 0, _PAUSE_S[0]
        while monotonic() < give_up:
            name, began = secrets.token_hex(10), monotonic()
            await self._claim(keys, name, raised)
            while monotonic() < began + _TO_WAIT * self._lease_s:
                claims, present = await self._look(keys)
                if any(f"{key}-{TURN}-{name}" not in claims[key] for key in keys):
                    break  # somebody found us too slow
                others = {claim: row for key in keys for claim, row in claims[key].items() if row["owner"] != name}
                if not others:
                    until = began + _TO_WRITE * self._lease_s
                    turn = Turn(self._wire, self._rows, name=name, until=until, raised=raised)
                    turn.present = present
                    return turn
                lapsed = [c for key in keys for c in self._lapsed(key, (o for o in others if o in claims[key]))]
                if lapsed:
                    raised = max(raised, *(others[claim]["generation"] + 1 for claim in lapsed))
                    await self._claim(keys, name, raised)  # said before the broken ones go, so that nobody forgets it
                    for claim in lapsed:
                        await self._wire.delete({"id": claim})
                    continue
                if name > min(row["owner"] for row in others.values()):
                    break
                await asyncio.sleep(uniform(pause_s / 2, pause_s))  # noqa: S311
            await self._give_back(name)
            await asyncio.sleep(uniform(pause_s / 2, pause_s))  # noqa: S311
            pause_s = min(2 * pause_s, _PAUSE_S[1])
        raise StoreUnavailable("The session store is busy with this session. Try again in a moment.")

    async def _claim(self, keys: Iterable[str], name: str, raised: int) -> None:
        claims = [
            self._rows.blank(key, raised) | {"id": f"{key}-{TURN}-{name}", "type": TURN, "owner": name} for key in keys
        ]
        await self._wire.upsert(claims)

    async def _give_back(self, name: str) -> None:
        with suppress(StoreUnavailable):  # it is broken when its lease is over
            await self._wire.delete({"space": self._rows.space, "type": TURN, "owner": name})

    async def _look(self, keys: Iterable[str]) -> tuple[dict[str, dict[str, Row]], dict[str, Row | None]]:
        """The claims, by their id, and the present row of each key, as of one moment for each key."""
        found = await asyncio.gather(
            *(self._wire.query({"space": self._rows.space, "key": key}, limit=_MOST_ROWS) for key in keys)
        )
        claims, present = {}, {}
        for key, rows in zip(keys, found, strict=True):
            claims[key] = {row["id"]: row for row in rows if row["type"] == TURN}
            present[key] = newest(rows)
        return claims, present

    def _lapsed(self, key: str, claims: Iterable[str]) -> list[str]:
        """Those of the claims that this process has seen stand for a whole lease."""
        now, before = monotonic(), self._first_seen.pop(key, {})
        seen = {claim: before.get(claim, now) for claim in claims}
        if seen:
            self._first_seen[key] = seen
        return [claim for claim, since in seen.items() if now - since >= self._lease_s]
