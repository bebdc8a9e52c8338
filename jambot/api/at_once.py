"""How much of one kind one caller may have under way at once, so that nobody alone takes the room of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from jambot.api.deps import Me
from jambot.errors import RateLimited

RETRY_AFTER_S = 5


class AtOnce:
    """Counts what is under way in this process.

    Args:
        most: of one caller.
        what: it, in words.
    """

    def __init__(self, most: int, what: str) -> None:
        self._most = most
        self._what = what
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one(self, who: str) -> Iterator[None]:
        """One more of `who` until this is left. Raises `RateLimited`."""
        if self._under_way[who] >= self._most:
            raise RateLimited(f"At most {self._most} {self._what} at once.", retry_after_s=RETRY_AFTER_S)
        self._under_way[who] += 1
        try:
            yield
        finally:
            self._under_way[who] -= 1
            if not self._under_way[who]:
                del self._under_way[who]


def per_person(most: int, what: str) -> Callable[[Me], AsyncIterator[None]]:
    """A dependency of a route: counts until the answer is sent, or its listener has left."""
    at_once = AtOnce(most, what)

    async def counted(me: Me) -> AsyncIterator[None]:
        with at_once.one(me.user_id):
            yield

    return counted
