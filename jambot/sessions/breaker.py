"""A circuit breaker: who waited in vain a few times in a row stops waiting, and looks again from time to time."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Breaker:
    """Counts the operations that ended without an answer in their time; what fails at once is not its concern.

    After `most` of them in a row everything is refused, but for one operation each `pause_s`, which tries. The first
    answer closes it again.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(
        self, name: str, *, most: int = 3, pause_s: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._most = most
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._next_try = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the last operations all went without an answer."""
        return self._failures >= self._most

    def refuses(self) -> bool:
        """Whether an operation should fail at once. One that is not refused while the breaker is open is the trial."""
        if self._failures < self._most:
            return False
        now = self._clock()
        if now < self._next_try:
            return True
        self._next_try = now + self._pause_s
        return False

    def answered(self) -> None:
        """There was an answer, whatever it said."""
        if self.is_open:
            log.info("session.store_answers_again", store=self._name)
        self._failures = 0

    def timed_out(self, operations: int = 1) -> None:
        """So many operations waited in vain."""
        was_open = self.is_open
        self._failures += operations
        if self.is_open:
            self._next_try = self._clock() + self._pause_s
            if not was_open:
                log.warning("session.store_is_away", store=self._name, after=self._failures)
