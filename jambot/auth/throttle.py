"""How often a password may be tried from one place. With Redis away, the count goes on here, and stricter."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from jambot.errors import RateLimited
from jambot.events.redis_bus import QUICK
from jambot.log import get_log

T = TypeVar("T")
log = get_log(__name__)
ASK_AGAIN_AFTER_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is allowed: wrong passwords for one account from one place, and from one place for any account; and
    passwords for one account from one place, right ones too: checking one costs us much."""

    per_account: RateLimitItem
    per_place: RateLimitItem
    any_at_all: RateLimitItem


USUAL = Limits(
    per_account=RateLimitItemPerMinute(5, 15),
    per_place=RateLimitItemPerMinute(30),
    any_at_all=RateLimitItemPerMinute(60),
)
WITHOUT_REDIS = Limits(
    per_account=RateLimitItemPerMinute(3, 15),
    per_place=RateLimitItemPerMinute(15),
    any_at_all=RateLimitItemPerMinute(30),
)


class Throttle:
    """Counts failures in moving windows.

    Args:
        redis_url: where all processes count together; in this process when None.
    """

    def __init__(
        self, *, redis_url: str | None = None, usual: Limits = USUAL, without_redis: Limits = WITHOUT_REDIS
    ) -> None:
        self._usual = usual
        self._without_redis = without_redis
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if redis_url:
            storage = RedisStorage(redis_url, implementation="redispy", key_prefix="jambot:limits", **QUICK)
            self._shared = MovingWindowRateLimiter(storage)
        self._away_until = 0.0
        self._turns: dict[tuple[str, str], _Turn] = {}

    @asynccontextmanager
    async def attempt(self, *, account: str, place: str) -> AsyncIterator[Attempt]:
        """Try a password for `account` from `place`. Attempts for the same pair run one after the other: tried all at
        once, they would all be let in before the first one failed.

        Raises:
            RateLimited: there were too many failures; it says how long to wait.
        """
        async with self._turn((account, place)):
            await self._refuse_over("per_account", account, place)
            await self._refuse_over("per_place", place)
            await self._refuse_over("any_at_all", account, place)
            await self._count("any_at_all", account, place)
            attempt = Attempt()
            try:
                yield attempt
            finally:
                if attempt.has_failed:
                    await self._count("per_account", account, place)
                    await self._count("per_place", place)
            if not attempt.has_failed:
                await self._clear(account, place)

    async def note(self, *, place: str) -> None:
        """Count a request from `place` that costs us much or might guess, such as a registration.

        Raises:
            RateLimited: there were too many.
        """
        await self._refuse_over("per_place", place)
        await self._count("per_place", place)

    async def _refuse_over(self, which: str, *who: str) -> None:
        async def check(limiter: MovingWindowRateLimiter, item: RateLimitItem) -> float | None:
            if await limiter.test(item, which, *who):
                return None
            return (await limiter.get_window_stats(item, which, *who)).reset_time - time.time()

        wait_s = await self._ask(which, check)
        if wait_s is not None:
            raise RateLimited(retry_after_s=max(1, round(wait_s + 0.5)))

    async def _count(self, which: str, *who: str) -> None:
        await self._ask(which, lambda limiter, item: limiter.hit(item, which, *who))

    async def _clear(self, account: str, place: str) -> None:
        await self._ask("per_account", lambda limiter, item: limiter.clear(item, "per_account", account, place))

    async def _ask(self, which: str, question: Callable[[MovingWindowRateLimiter, RateLimitItem], Awaitable[T]]) -> T:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return await question(self._shared, getattr(self._usual, which))
            except (RedisError, OSError, TimeoutError) as error:
                # One of its questions waits for an answer that does not come, not each of them.
                self._away_until = time.monotonic() + ASK_AGAIN_AFTER_S
                log.warning("throttle.redis_away", error=type(error).__name__)
        limits = self._usual if self._shared is None else self._without_redis
        return await question(self._here, getattr(limits, which))

    @asynccontextmanager
    async def _turn(self, key: tuple[str, str]) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(key, None)


class Attempt:
    """One try. Say `failed` when the password was wrong."""

    def __init__(self) -> None:
        self.has_failed = False

    def failed(self) -> None:
        self.has_failed = True


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
