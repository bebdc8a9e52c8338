"""What a store counts, beside what counting its every record finds."""

from __future__ import annotations

from jambot.sessions.expiration import IDLE_AFTER
from jambot.sessions.moments import span_us
from jambot.sessions.stores.protocol import Query, SessionStore, StoreStats
from jambot.sessions.stores.tally import Tally

IDLE_US = span_us(IDLE_AFTER)


async def found_in(store: SessionStore, now_us: int, idle_after_us: int = IDLE_US) -> StoreStats:
    """What counting every record of the store finds."""
    tally = Tally(idle_after_us=idle_after_us, now_us=now_us)
    for record in await store.list(Query(idle_after_us=1, include_expired=True, limit=10_000), now_us=now_us):
        tally.add(record)
    return tally.stats()


async def agree(store: SessionStore, now_us: int, idle_after_us: int = IDLE_US) -> None:
    """What the store says is what is found."""
    said = await store.stats(idle_after_us=idle_after_us, now_us=now_us)
    same(said, await found_in(store, now_us, idle_after_us))


def same(said: StoreStats, found: StoreStats) -> None:
    """Both say the same, but for a millisecond of the mean."""
    assert (said.active, said.idle, said.expiring, said.expired) == (
        found.active, found.idle, found.expiring, found.expired
    )  # fmt: skip
    assert (said.total, said.by_kind, _busy(said)) == (found.total, found.by_kind, _busy(found))
    assert abs(said.mean_duration_s - found.mean_duration_s) < 0.001


def _busy(stats: StoreStats) -> dict[str, int] | list[int]:
    """By user; of a full hundred only how many each has, because others may have as many as the last."""
    return sorted(stats.by_user.values()) if len(stats.by_user) == 100 else stats.by_user
