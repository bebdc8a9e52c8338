"""JamBot's own figures in the words of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from jambot.meter import BOUNDS_MS, Meter, Reading
from jambot.sessions import SessionManager, SessionStats, StoreUnavailable

_COUNTERS = {
    "logins": "Sign-ins that opened a login.",
    "logins.refused": "Sign-ins with a wrong password.",
    "turns": "Messages the assistant began to answer.",
    "missions": "Missions that were begun.",
    "recoveries": "Workspaces that were recovered for a page.",
    "autosave.failed": "Commits of drafts that failed and were tried again.",
    "errors": "Faults of ours, in the API and the pages.",
    "sessions.deleted": "Sessions that were ended.",
}
_SPANS = {
    "store": "Operations of the store of sessions.",
    "autosave": "Commits of drafts.",
    "http": "Requests of the API, until the answer began.",
}


async def ours(sessions: SessionManager, meter: Meter) -> bytes:
    """The figures as text. When the store does not answer, those of this process alone."""
    try:
        stats = await sessions.stats()
    except StoreUnavailable:
        stats = None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(meter.read(), stats))
    return generate_latest(registry)


class _Figures:
    """Hands out the families of one reading."""

    def __init__(self, reading: Reading, stats: SessionStats | None) -> None:
        self._reading = reading
        self._stats = stats

    def collect(self) -> Iterable[Metric]:
        if self._stats is not None:
            yield from _of_sessions(self._stats)
        for name, words in _COUNTERS.items():
            yield _counter(name, words, self._reading.counts.get(name, 0))
        answers = CounterMetricFamily("jambot_http_answers", "Answers of the API by class.", labels=["status"])
        for name, count in sorted(self._reading.counts.items()):
            if name.startswith("http."):
                answers.add_metric([name.removeprefix("http.")], count)
        yield answers
        for name, words in _SPANS.items():
            yield _histogram(name, words, self._reading)


def _of_sessions(stats: SessionStats) -> Iterator[Metric]:
    by_state = GaugeMetricFamily("jambot_sessions", "Sessions in the store by state.", labels=["state"])
    for state in ("active", "idle", "expiring", "expired"):
        by_state.add_metric([state], getattr(stats.now, state))
    yield by_state
    by_kind = GaugeMetricFamily("jambot_sessions_by_kind", "Living sessions by kind.", labels=["kind"])
    for kind, count in sorted(stats.now.by_kind.items()):
        by_kind.add_metric([kind], count)
    yield by_kind
    for name in ("created", "expired", "evicted", "cleaned"):
        yield _counter(f"sessions.{name}", f"Sessions {name} by this process.", getattr(stats, name))


def _counter(name: str, words: str, count: int) -> Metric:
    family = CounterMetricFamily(f"jambot_{name.replace('.', '_')}", words)
    family.add_metric([], count)
    return family


def _histogram(name: str, words: str, reading: Reading) -> Metric:
    classes = reading.spans.get(name, [0] * (len(BOUNDS_MS) + 1))
    buckets, so_far = [], 0
    for bound, n in zip((*(f"{ms / 1_000:g}" for ms in BOUNDS_MS), "+Inf"), classes, strict=True):
        so_far += n
        buckets.append((bound, so_far))
    family = HistogramMetricFamily(f"jambot_{name}_seconds", words)
    family.add_metric([], buckets=buckets, sum_value=reading.seconds.get(name, 0.0))
    return family
