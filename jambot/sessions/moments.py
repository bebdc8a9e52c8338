"""Moments and durations as whole microseconds: what every store keeps, compares and sorts alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from jambot.clock import Clock, SystemClock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; a naive one raises TypeError."""
    return (moment - EPOCH) // _MICROSECOND


def from_us(moment_us: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(0, moment_us // 1_000_000, moment_us % 1_000_000)  # seconds first: half the time


def span_us(span: timedelta) -> int:
    """A duration in whole microseconds."""
    return span // _MICROSECOND


def span_of(span_us: int) -> timedelta:
    """The duration of whole microseconds."""
    return timedelta(0, span_us // 1_000_000, span_us % 1_000_000)


def clock_us(clock: Clock) -> Callable[[], int]:
    """What reads a clock in microseconds since 1970; the machine's is read without a datetime in between."""
    if type(clock) is SystemClock:
        return _system_us
    return lambda: to_us(clock.now())


def _system_us() -> int:
    return time.time_ns() // 1000
