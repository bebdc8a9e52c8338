"""Rows in order from a remote that knows none: it is asked for a range at a time, each small enough to come whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from jambot.sessions.stores.zerodb_wire import Rows, Wire

PAGE = 500
_MANY = 10_000
_HOUR_US = 3_600_000_000
FARTHEST = 2**53 - 1


async def in_order(
    wire: Wire,
    wanted: dict[str, Any],
    column: str,
    *,
    low: int = -FARTHEST,
    high: int = FARTHEST,
    near: int = 0,
    select: list[str] | None = None,
) -> AsyncIterator[Rows]:
    """The rows that match, in chunks: every row of a chunk comes before every row of the next one in `column`.

    Where there are few, one question is enough. The rows of one microsecond come together, up to ten thousand.

    Args:
        column: one of those that stand twice, under `<name>` and `<name>_neg`.
        near: a value where rows are likely to begin.
    """
    mirror = column.removesuffix("_neg") if column.endswith("_neg") else f"{column}_neg"

    async def between(first: int, last: int, most: int) -> Rows:
        range_ = {column: {"$lte": last}, mirror: {"$lte": -first}}
        return await wire.query(wanted | range_, limit=most, select=select)

    rows = await between(low, high, PAGE + 1)
    if len(rows) <= PAGE:
        yield rows
        return
    for window in _windows(low, high, near):
        ranges = [window]
        while ranges:
            first, last = ranges.pop()
            rows = await between(first, last, _MANY if first == last else PAGE + 1)
            if len(rows) <= PAGE or first == last:
                yield rows
            else:
                middle = (first + last) // 2
                ranges += [(middle + 1, last), (first, middle)]


def _windows(low: int, high: int, near: int) -> Iterator[tuple[int, int]]:
    """All from `low` to `high`: what lies before `near`, then an hour, eight hours, and so on."""
    first = low
    width = _HOUR_US
    if low < near <= high:
        yield low, near - 1
        first = near
    while first <= high:
        yield first, min(high, first + width)
        first += width + 1
        width *= 8
