"""What the cards and charts of the dashboard draw, from the stored samples and the counts of this moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jambot.access import Action, Principal, require
from jambot.admin.figures import LENGTHS, Figures, Resolution, from_json, merged, start_of
from jambot.admin.recent import Recent
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.repositories import administration, samples
from jambot.errors import InvalidInput
from jambot.sessions import SessionManager
from jambot.sessions.moments import to_us
from jambot.sessions.search import Span
from jambot.sessions.stores import sql_search

HEAT_DAYS = 28
MOST_DURATIONS = 10_000
DURATION_EDGES_S = (60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 7 * 86_400)
"""Upper edges of the classes of durations; one more class holds whatever is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range one may choose: how long, drawn from which samples, and how many of them make one point."""

    length: timedelta
    resolution: Resolution
    together: int = 1

    @property
    def step(self) -> timedelta:
        """The time between two points."""
        return LENGTHS[self.resolution] * self.together


RANGES = {
    "15m": Range(length=timedelta(minutes=15), resolution=Resolution.RAW),
    "1h": Range(length=timedelta(hours=1), resolution=Resolution.MINUTE),
    "6h": Range(length=timedelta(hours=6), resolution=Resolution.MINUTE, together=5),
    "24h": Range(length=timedelta(hours=24), resolution=Resolution.MINUTE, together=20),
    "7d": Range(length=timedelta(days=7), resolution=Resolution.HOUR, together=2),
    "30d": Range(length=timedelta(days=30), resolution=Resolution.HOUR, together=8),
    "90d": Range(length=timedelta(days=90), resolution=Resolution.DAY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The figures of one step of a range; `figures.n` is 0 for a step nobody sampled."""

    at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A range as points, and the whole of the range before it to compare with."""

    points: Sequence[Point]
    whole: Figures
    before: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The counts of this moment."""

    active: int
    idle: int
    expiring: int
    expired: int
    by_kind: dict[str, int]
    online: int
    people: int
    missions_running: int
    counted_at: datetime

    @property
    def living(self) -> int:
        return self.active + self.idle + self.expiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How many sessions had been in use how long; `is_partial` when only the newest were looked at."""

    classes: Sequence[int]
    looked_at: int
    is_partial: bool


class Dashboard:
    """Answers each panel by itself, so that one may fail without the others."""

    def __init__(
        self, *, work: UnitOfWork, clock: Clock, sessions: SessionManager, online: Callable[[], Awaitable[int]]
    ) -> None:
        self._work = work
        self._clock = clock
        self._sessions = sessions
        # Every open page asks about once a second.
        self._stats = Recent(sessions.stats)
        self._online = Recent(online)

    async def now(self, me: Principal) -> Now:
        """The counts of this moment."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        stats = (await self._stats.get()).now
        online = await self._online.get()
        counts = await self._work.read(lambda db: administration.people_and_missions(db))
        return Now(
            active=stats.active,
            idle=stats.idle,
            expiring=stats.expiring,
            expired=stats.expired,
            by_kind=stats.by_kind,
            online=online,
            people=counts[0],
            missions_running=counts[1],
            counted_at=now,
        )

    async def course(self, me: Principal, name: str) -> Course:
        """The samples of a range called `name` in `RANGES`. Raises `InvalidInput`."""
        require(me, Action.ADMINISTER)
        chosen = RANGES.get(name)
        if chosen is None:
            raise InvalidInput(f"Choose a range: {', '.join(RANGES)}.")
        now = self._clock.now()
        until = start_of(now, chosen.step) + chosen.step
        since = until - chosen.length
        found = await self._figures(chosen.resolution, since - chosen.length, until)
        points: dict[datetime, Figures] = {}
        before = Figures()
        for at, figures in found:
            if at < since:
                before = merged(before, figures)
            else:
                place = start_of(at, chosen.step)
                points[place] = merged(points[place], figures) if place in points else figures
        steps = [start_of(since, chosen.step) + n * chosen.step for n in range(round(chosen.length / chosen.step))]
        drawn = [Point(at=at, figures=points.get(at, Figures())) for at in steps]
        whole = Figures()
        for figures in points.values():
            whole = merged(whole, figures)
        return Course(points=drawn, whole=whole, before=before)

    async def durations(self, me: Principal, name: str) -> Durations:
        """How long the sessions used last within a range had been in use then."""
        require(me, Action.ADMINISTER)
        chosen = RANGES.get(name)
        if chosen is None:
            raise InvalidInput(f"Choose a range: {', '.join(RANGES)}.")
        used = Span(since_us=to_us(self._clock.now() - chosen.length))
        namespace = self._sessions.config.namespace
        found = await self._work.read(
            lambda db: sql_search.durations_us(db, namespace=namespace, used=used, most=MOST_DURATIONS)
        )
        classes = [0] * (len(DURATION_EDGES_S) + 1)
        for duration_us in found:
            classes[bisect_right(DURATION_EDGES_S, duration_us / 1_000_000)] += 1
        return Durations(classes=classes, looked_at=len(found), is_partial=len(found) == MOST_DURATIONS)

    async def heat(self, me: Principal) -> list[list[float | None]]:
        """Active sessions on average by weekday (Monday first) and hour in UTC; None where nothing was sampled."""
        require(me, Action.ADMINISTER)
        now = self._clock.now()
        sums: dict[tuple[int, int], tuple[float, int]] = {}
        for at, figures in await self._figures(Resolution.HOUR, now - timedelta(days=HEAT_DAYS), now):
            if figures.n:
                place = at.astimezone(UTC).weekday(), at.astimezone(UTC).hour
                total, n = sums.get(place, (0.0, 0))
                sums[place] = total + figures.gauges.get("active", 0.0), n + 1
        return [
            [sums[day, hour][0] / sums[day, hour][1] if (day, hour) in sums else None for hour in range(24)]
            for day in range(7)
        ]

    async def _figures(
        self, resolution: Resolution, since: datetime, until: datetime
    ) -> list[tuple[datetime, Figures]]:
        return await self._work.read(
            lambda db: [
                (row.at, from_json(row.figures))
                for row in samples.between(db, resolution=resolution, since=since, until=until)
            ]
        )
