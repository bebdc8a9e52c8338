"""Cases of one kind that take turns in one process, so that a busy moment of the machine meets all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from jambot.sessions import SessionManager
from jambot.sessions.record import Records
from tests.benchmarks.measure import Row, median

# Many short turns: one that the machine interrupted is then an outlier, and the median is not.
ROUNDS = 25

Case = Callable[[], Awaitable[object]]


async def race(
    cases: Mapping[str, Case],
    *,
    calls: int,
    together: int = 1,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Microseconds of one call of each case, `together` of them at a time: the median of the rounds.

    What only computes is held against `time.thread_time`: time that other programs took is not part of it.
    """
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            figure = await _time(case, calls=calls, together=together, clock=clock)
            if number:
                taken[name].append(figure)
    return {name: median(figures) for name, figures in taken.items()}


def rows(name: str, taken: Mapping[str, float], bars: Mapping[str, float | None], *, many: bool = False) -> list[Row]:
    """One row for each peer in `bars`: how many times as long ours takes, or with `many` how many times as fast it is.

    Args:
        taken: microseconds of a call, ours under "ours".
        bars: what each peer is held against; None shows it only.
    """
    made = []
    for peer, bar in bars.items():
        ratio = taken[peer] / taken["ours"] if many else taken["ours"] / taken[peer]
        detail = f"{taken['ours']:.1f} / {taken[peer]:.1f} µs"
        made.append(Row(name=f"{name} / {peer}", ratio=ratio, bar=bar, at_least=many, detail=detail))
    return made


async def _time(case: Case, *, calls: int, together: int, clock: Callable[[], float]) -> float:
    async def caller() -> None:
        for _ in range(calls // together):
            await case()

    began = clock()
    await asyncio.gather(*(caller() for _ in range(together)))
    return (clock() - began) / calls * 1e6


def timed_batches(manager: SessionManager) -> list[float]:
    """Fills up with the seconds that each batch of the manager's sweeps takes from now on."""
    store, taken = manager.store, []
    sweep = store.cleanup

    async def timed(limit: int, *, now_us: int) -> Records:
        began = time.perf_counter()
        gone = await sweep(limit, now_us=now_us)
        taken.append(time.perf_counter() - began)
        return gone

    store.cleanup = timed  # type: ignore[method-assign] - the store of a benchmark
    return taken
