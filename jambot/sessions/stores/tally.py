"""Counts of records that come a few at a time."""

from __future__ import annotations

from collections import Counter

from jambot.sessions.expiration import SessionState
from jambot.sessions.record import Record
from jambot.sessions.stores.protocol import StoreStats

_BUSIEST_USERS = 100


class Tally:
    """What `SessionStore.stats` answers, for a store that must count for itself."""

    def __init__(self, *, idle_after_us: int, now_us: int) -> None:
        self._idle_after_us = idle_after_us
        self._now_us = now_us
        self._states: Counter[SessionState] = Counter()
        self._kinds: Counter[str] = Counter()
        self._users: Counter[str] = Counter()
        self._used_us = 0

    def add(self, record: Record) -> None:
        """Count one."""
        self._states[record.state(self._now_us, self._idle_after_us)] += 1
        if record.live(self._now_us):
            self._kinds[record.kind] += 1
            self._used_us += record.accessed_us - record.created_us
            if record.user_id is not None:
                self._users[record.user_id] += 1

    def stats(self) -> StoreStats:
        """What was counted."""
        total = sum(self._kinds.values())
        return StoreStats(
            total=total,
            active=self._states[SessionState.ACTIVE],
            idle=self._states[SessionState.IDLE],
            expiring=self._states[SessionState.EXPIRING],
            expired=self._states[SessionState.EXPIRED],
            by_user=dict(self._users.most_common(_BUSIEST_USERS)),
            by_kind=dict(self._kinds),
            mean_duration_s=self._used_us / total / 1e6 if total else 0.0,
        )
