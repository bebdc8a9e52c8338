"""How sessions fare: requests and errors per session and in all, and who has been quiet for long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jambot.clock import Clock, SystemClock

_MOST_SESSIONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was seen of one session, or of all. `last_activity_at` is None before the first request."""

    requests: int = 0
    errors: int = 0
    last_activity_at: datetime | None = None

    @property
    def error_rate(self) -> float:
        """Errors per request, 0 to 1."""
        return self.errors / self.requests if self.requests else 0.0


class HealthMonitor:
    """Counts in this process; of the quietest sessions it forgets the details beyond ten thousand, not the totals."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._sessions: OrderedDict[str, Health] = OrderedDict()
        self._all = Health()

    def record(self, handle: str, *, failed: bool = False) -> None:
        """Count one request of the session `handle`."""
        now = self._clock.now()
        self._sessions[handle] = _counted(self._sessions.pop(handle, Health()), failed=failed, now=now)
        self._all = _counted(self._all, failed=failed, now=now)
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)

    def forget(self, handle: str) -> None:
        """Drop the details of a session that ended."""
        self._sessions.pop(handle, None)

    def of(self, handle: str) -> Health:
        """What was seen of one session; all zero for an unknown one."""
        return self._sessions.get(handle, Health())

    @property
    def overall(self) -> Health:
        """What was seen of all sessions together."""
        return self._all

    def idle_sessions(self, threshold: timedelta) -> list[str]:
        """The handles without a request for `threshold`, the quietest first."""
        since = self._clock.now() - threshold
        return [h for h, seen in self._sessions.items() if seen.last_activity_at and seen.last_activity_at <= since]


def _counted(health: Health, *, failed: bool, now: datetime) -> Health:
    return replace(health, requests=health.requests + 1, errors=health.errors + failed, last_activity_at=now)
