"""How many sessions there are in a namespace of Redis: from kept counts, or from every session where those cannot tell.

Kept counts are exact, and cost more only with the sessions that pass a border within seconds, or ended and were not
swept. They cannot tell about another idle time, nor about a moment before those that were added to the totals.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from typing import Any

from jambot.sessions.stores.protocol import StoreStats
from jambot.sessions.stores.redis_counts import IDLE_AFTER_US
from jambot.sessions.stores.redis_stats import ANEW, BUSIEST, ENDED, KEPT, TAKE_OVER
from jambot.sessions.stores.redis_wire import Wire

_COUNT_AT_ONCE = 250
_ENDED_AT_ONCE = 1000
_USERS_AT_ONCE = 200
_BUSIEST_USERS = 100


class Counting:
    """Counts the sessions whose keys begin with `prefix`."""

    def __init__(self, wire: Wire, prefix: str) -> None:
        self._wire = wire
        self._prefix = prefix

    async def take_over(self, now_us: int | None = None) -> None:
        """Count what nobody counted, in steps; all sessions of a namespace without counts. Others may do it too."""
        spells, now = secrets.token_hex(2), "" if now_us is None else now_us
        while await self._wire.run(TAKE_OVER, self._prefix, now, spells, _COUNT_AT_ONCE):
            pass

    async def stats(self, *, idle_after_us: int, now_us: int) -> StoreStats:
        """`SessionStore.stats`."""
        kept = await self.kept(now_us) if idle_after_us == IDLE_AFTER_US else None
        return kept or await self._anew(idle_after_us, now_us)

    async def kept(self, now_us: int) -> StoreStats | None:
        """What the kept counts say; None where they cannot tell, or were found to be wrong: they are then made anew."""
        has_taken_over = False
        while True:
            said, *found = await self._wire.run(KEPT, self._prefix, now_us, _ENDED_AT_ONCE, _USERS_AT_ONCE)
            if said == b"counted":
                break
            if said == b"uncounted" and not has_taken_over:
                has_taken_over = True
                await self.take_over(now_us)
            elif said != b"more":
                return None
        active, idle, expiring, expired, used_ms, kinds, ended, over, users = found
        total = active + idle + expiring
        return StoreStats(
            total=total,
            active=active,
            idle=idle,
            expiring=expiring,
            expired=expired,
            by_user=await self._busiest(users, over, ended, now_us),
            by_kind={kind: n for kind, n in _pairs(kinds).items() if n},
            mean_duration_s=used_ms / total / 1000 if total else 0.0,
        )

    async def _busiest(self, users: list[bytes], over: list[bytes], ended: int, now_us: int) -> dict[str, int]:
        """The users with the most living sessions: their number is known with those that ended, which is taken off."""
        off = Counter(over)
        for first in range(_ENDED_AT_ONCE, ended, _ENDED_AT_ONCE):
            off.update(await self._wire.run(ENDED, self._prefix, now_us, first, _ENDED_AT_ONCE))
        # Whoever is busier than the busiest so far lost nobody, so that beside those who did a hundred are enough.
        if (enough := len(off) + _BUSIEST_USERS) > _USERS_AT_ONCE:
            users = await self._wire.run(BUSIEST, self._prefix, enough)
        living = Counter({user: n - off[user.encode()] for user, n in _pairs(users).items()})
        return {user: n for user, n in living.most_common(_BUSIEST_USERS) if n > 0}

    async def _anew(self, idle_after_us: int, now_us: int) -> StoreStats:
        """Count every session, in steps."""
        states: Counter[str] = Counter()
        kinds: Counter[str] = Counter()
        users: Counter[str] = Counter()
        used_us, first, seen = 0, 0, _COUNT_AT_ONCE
        while seen == _COUNT_AT_ONCE:
            step = (now_us, first, idle_after_us, _COUNT_AT_ONCE)
            seen, *some, used = await self._wire.run(ANEW, self._prefix, *step)
            for counter, counted in zip((states, kinds, users), some, strict=True):
                counter.update(json.loads(counted))
            used_us += int(used)
            first += seen
        total = sum(kinds.values())
        return StoreStats(
            total=total,
            active=states["active"],
            idle=states["idle"],
            expiring=states["expiring"],
            expired=states["expired"],
            by_user=dict(users.most_common(_BUSIEST_USERS)),
            by_kind=dict(kinds),
            mean_duration_s=used_us / total / 1e6 if total else 0.0,
        )


def _pairs(flat: list[Any]) -> dict[str, int]:
    return {name.decode(): int(n) for name, n in zip(flat[::2], flat[1::2], strict=True)}
