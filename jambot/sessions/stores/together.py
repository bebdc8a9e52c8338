"""Many callers, one commit: what is asked for while a commit is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from jambot.sessions.errors import StoreUnavailable

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST_TOGETHER = 512


class _Asked(NamedTuple, Generic[Item, Answer]):
    item: Item
    answer: asyncio.Future[Answer]
    until: float


class Together(Generic[Item, Answer]):
    """Gathers items and hands them on in groups; each caller waits for its own answer.

    Args:
        do: does a group at once and answers for each of it, after its commit; all or nothing.
        timeout_s: how long each caller waits before `StoreUnavailable`; what it asked for may still happen.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], *, timeout_s: float) -> None:
        self._do = do
        self._timeout_s = timeout_s
        self._waiting: list[_Asked[Item, Answer]] = []
        self._task: asyncio.Task[None] | None = None
        self._running = False

    def put(self, item: Item) -> asyncio.Future[Answer]:
        """The answer for `item`, or the error of doing it by itself."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append(_Asked(item, answer, loop.time() + self._timeout_s))
        if not self._running:
            self._running = True
            self._task = loop.create_task(self._run())
        return answer

    async def _run(self) -> None:
        group: list[_Asked[Item, Answer]] = []
        watch = _Watch(lambda: (*group, *self._waiting), self._timeout_s)
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                if not await self._done(group) and len(group) > 1:
                    for each in group:  # one of them spoiled it for all
                        await self._done([each])
        finally:
            watch.end()
            # In the turn in which nobody waited: whoever comes next begins again. Also after the loop was ended.
            self._running = False

    async def _done(self, group: list[_Asked[Item, Answer]]) -> bool:
        try:
            answers = await self._do([asked.item for asked in group])
        except Exception as exc:
            if len(group) == 1 and not group[0].answer.done():
                group[0].answer.set_exception(exc)
            return False
        for asked, answer in zip(group, answers, strict=True):
            if not asked.answer.done():
                asked.answer.set_result(answer)
        return True


class _Watch:
    """One timer for all who wait; one for each of them would be a third of what their waiting costs."""

    def __init__(self, waiting: Callable[[], Sequence[_Asked[Item, Answer]]], timeout_s: float) -> None:
        self._waiting = waiting
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(timeout_s, self._look)

    def end(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        """Tell those whose time is over, and look again when the next one's is."""
        now = self._loop.time()
        left = [asked for asked in self._waiting() if not asked.answer.done()]
        for asked in left:
            if asked.until <= now:
                asked.answer.set_exception(StoreUnavailable())
        again = min((asked.until for asked in left if asked.until > now), default=now + self._timeout_s)
        self._timer = self._loop.call_at(again, self._look)
