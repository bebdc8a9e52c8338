"""Moments and durations as whole microseconds: what every store keeps, compares and sorts alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

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
