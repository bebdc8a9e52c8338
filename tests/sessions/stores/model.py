"""What a manager promises of its sessions, without a store: a list in creation order, numbers, and one clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jambot.clock import ManualClock

LIMIT, CAPACITY = 3, 4
TTL, MAX_AGE, IDLE_AFTER = timedelta(minutes=10), timedelta(minutes=25), timedelta(minutes=5)
LONG_AGO = datetime.min.replace(tzinfo=UTC)
REQUEST_LEASE, LOCK_LEASE = timedelta(minutes=30), timedelta(minutes=2)


@dataclass(eq=False)
class Kept:
    """One session as it should be."""

    id: str
    user: str
    value: int
    strategy: str
    created: datetime
    accessed: datetime
    extended: datetime
    ends: datetime
    ttl: timedelta = TTL
    version: int = 1
    requests: int = 0
    lease: datetime = LONG_AGO
    locked_until: datetime = LONG_AGO
    fence: int = 0

    def end(self, now: datetime) -> datetime:
        return min(now + self.ttl, self.created + MAX_AGE) if self.strategy == "hybrid" else now + self.ttl


class Model:
    """All that were made and neither ended by somebody nor swept."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.kept: list[Kept] = []

    def living(self, user: str | None = None) -> list[Kept]:
        now = self.clock.now()
        return [one for one in self.kept if one.ends > now and user in (None, one.user)]

    def create(self, made_id: str, user: str, value: int, strategy: str) -> None:
        now = self.clock.now()
        for oldest in self.living(user)[: max(0, len(self.living(user)) - LIMIT + 1)]:
            self.kept.remove(oldest)
        self.kept.append(Kept(made_id, user, value, strategy, now, now, now, now + TTL))
        self.kept.sort(key=lambda one: one.created)  # a clock that was set back makes older ones

    def use(self, one: Kept) -> None:
        """A person's use, which moves nothing of a session that was last used later by the clock."""
        now = self.clock.now()
        if now < one.accessed:
            return
        one.accessed = now
        if one.strategy != "fixed":
            one.extended, one.ends = now, max(one.ends, one.end(now))

    def write(self, one: Kept, value: int, *, touch: bool) -> None:
        one.value, one.version = value, one.version + 1
        if touch:
            self.use(one)

    def refresh(self, one: Kept, ttl: timedelta | None) -> None:
        now = self.clock.now()
        one.ttl, one.version = ttl or one.ttl, one.version + 1
        if now >= one.accessed:
            one.accessed, one.extended, one.ends = now, now, one.end(now)

    def at_work(self, one: Kept) -> int:
        return one.requests if one.lease > self.clock.now() else 0

    def enter(self, one: Kept) -> None:
        one.requests = self.at_work(one) + 1
        one.lease = max(one.lease, self.clock.now() + REQUEST_LEASE)

    def leave(self, one: Kept) -> None:
        one.requests = max(0, self.at_work(one) - 1)

    def sweepable(self) -> list[Kept]:
        living = self.living()
        return [one for one in self.kept if one not in living and not self.at_work(one)]

    def states(self) -> Counter[str]:
        now = self.clock.now()
        return Counter(
            "expired"
            if one.ends <= now
            else "expiring"
            if (now - one.extended) * 5 > (one.ends - one.extended) * 4
            else "idle"
            if now - one.accessed >= IDLE_AFTER
            else "active"
            for one in self.kept
        )
