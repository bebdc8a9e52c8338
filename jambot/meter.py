"""What this process counts: how often things happen, and how long they take.

There is one meter per process, as there is one process: whoever counts names a figure in a line and knows no reader.
The readers are the samples of the dashboard and /metrics.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

BOUNDS_MS = (
    *(0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200),
    *(300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000),
)
"""Upper bounds of the classes durations are counted in, in milliseconds; one more class holds whatever is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Every figure since the process began: numbers by name, and durations as one number per class of `BOUNDS_MS`."""

    counts: dict[str, int] = field(default_factory=dict)
    spans: dict[str, list[int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Meter:
    """Counts; costs well under a microsecond each time, so that any path may be counted."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._spans: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def count(self, name: str, by: int = 1) -> None:
        """Something called `name` happened."""
        self._counts[name] += by

    def took(self, name: str, seconds: float) -> None:
        """Something called `name` took this long."""
        classes = self._spans.get(name)
        if classes is None:
            classes = self._spans[name] = [0] * (len(BOUNDS_MS) + 1)
        classes[bisect_left(BOUNDS_MS, seconds * 1_000)] += 1
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    @contextmanager
    def timing(self, name: str) -> Iterator[None]:
        """Time a block, also when it raises."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.took(name, time.perf_counter() - began)

    def read(self) -> Reading:
        """Everything so far."""
        return Reading(
            counts=dict(self._counts),
            spans={name: list(classes) for name, classes in self._spans.items()},
            seconds=dict(self._seconds),
        )


meter = Meter()


def since(later: Reading, earlier: Reading) -> Reading:
    """What was counted between two readings; names that stood still are left out."""
    counts = {name: n - earlier.counts.get(name, 0) for name, n in later.counts.items()}
    spans = {}
    for name, classes in later.spans.items():
        before = earlier.spans.get(name, [0] * len(classes))
        spans[name] = [now - then for now, then in zip(classes, before, strict=True)]
    return Reading(
        counts={name: n for name, n in counts.items() if n},
        spans={name: classes for name, classes in spans.items() if any(classes)},
        seconds={name: s - earlier.seconds.get(name, 0.0) for name, s in later.seconds.items()},
    )


def percentile_ms(classes: Sequence[int], share: float) -> float | None:
    """The duration below which `share` (0 to 1) of them lie, in milliseconds; None when there were none.

    Exact to the class it falls in, and divided evenly within it.
    """
    total = sum(classes)
    if not total:
        return None
    wanted, so_far = share * total, 0
    for place, n in enumerate(classes):
        if n and so_far + n >= wanted:
            low = BOUNDS_MS[place - 1] if place else 0.0
            high = BOUNDS_MS[place] if place < len(BOUNDS_MS) else BOUNDS_MS[-1]
            return low + (high - low) * (wanted - so_far) / n
        so_far += n
    return BOUNDS_MS[-1]
