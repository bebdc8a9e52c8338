"""An answer that is used again for a while, so that looking at a large store costs it little."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
AT_LEAST_S = 0.5
TIMES_AS_LONG = 10


class Recent(Generic[T]):
    """Asks again once the last answer is older than ten times what it took: a tenth of the time at most is spent."""

    def __init__(self, ask: Callable[[], Awaitable[T]]) -> None:
        self._ask = ask
        self._answer: T | None = None
        self._good_until = 0.0

    async def get(self) -> T:
        """The last answer, or a new one."""
        began = time.monotonic()
        if self._answer is None or began >= self._good_until:
            self._answer = await self._ask()
            took = time.monotonic() - began
            self._good_until = began + max(AT_LEAST_S, took * TIMES_AS_LONG)
        return self._answer
