"""The figures of a stretch of time, and how two stretches become one. Pure.

A sample holds what was so (`gauges`: the mean over its `n` looks), what happened (`counts`) and how long things took
(`spans`, in the classes of the meter). Every process adds what it counted; only one looks at what all of them share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from jambot.meter import percentile_ms


class Resolution(StrEnum):
    """How long a stretch a sample covers."""

    RAW = "raw"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


RAW_EVERY = timedelta(seconds=15)
LENGTHS = {
    Resolution.RAW: RAW_EVERY,
    Resolution.MINUTE: timedelta(minutes=1),
    Resolution.HOUR: timedelta(hours=1),
    Resolution.DAY: timedelta(days=1),
}
KEPT_FOR = {
    Resolution.RAW: timedelta(hours=3),
    Resolution.MINUTE: timedelta(days=3),
    Resolution.HOUR: timedelta(days=100),
    Resolution.DAY: timedelta(days=800),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`n` is how many looks the gauges are the mean of; 0 when nobody looked."""

    n: int = 0
    gauges: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    spans: Mapping[str, list[int]] = field(default_factory=dict)

    def gauge(self, name: str) -> float | None:
        """What was so on average; None when nobody looked."""
        return self.gauges.get(name, 0.0) if self.n else None

    def percentile_ms(self, name: str, share: float) -> float | None:
        """A percentile of durations in milliseconds; None when there were none."""
        return percentile_ms(self.spans.get(name, ()), share)

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        gauges = {name: round(value, 3) for name, value in self.gauges.items()}
        return {"n": self.n, "gauges": gauges, "counts": dict(self.counts), "spans": dict(self.spans)}


def from_json(stored: Mapping[str, Any]) -> Figures:
    """The inverse of `to_json`; what is missing or damaged counts as nothing."""
    parts = {name: stored.get(name) for name in ("gauges", "counts", "spans")}
    known = {name: part for name, part in parts.items() if isinstance(part, dict)}
    n = stored.get("n")
    return Figures(n=n if isinstance(n, int) else 0, **known)


def merged(one: Figures, other: Figures) -> Figures:
    """Two stretches, or two processes' parts of one, as one."""
    n = one.n + other.n
    gauges = {
        name: (one.gauges.get(name, 0.0) * one.n + other.gauges.get(name, 0.0) * other.n) / n if n else 0.0
        for name in {**one.gauges, **other.gauges}
    }
    counts = {
        name: one.counts.get(name, 0) + other.counts.get(name, 0) for name in sorted({**one.counts, **other.counts})
    }
    spans = {name: _added(one.spans.get(name, []), other.spans.get(name, [])) for name in {**one.spans, **other.spans}}
    return Figures(n=n, gauges=gauges, counts=counts, spans=spans)


def start_of(at: datetime, length: timedelta) -> datetime:
    """When the stretch of this length that holds `at` began; stretches begin at whole multiples since 1970, in UTC."""
    seconds = length.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _added(one: list[int], other: list[int]) -> list[int]:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return [n + (shorter[place] if place < len(shorter) else 0) for place, n in enumerate(longer)]
