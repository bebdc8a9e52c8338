"""Many callers, one commit: what is asked for while a commit is under way shares the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

MOST_TOGETHER = 512


class Together(Generic[Item, Answer]):
    """Gathers items and hands them on in groups; each caller waits for its own answer.

    Args:
        do: does a group at once and answers for each of it, after its commit; all or nothing.
    """

    def __init__(self, do: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]) -> None:
        self._do = do
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None
        self._running = False

    async def put(self, item: Item) -> Answer:
        """The answer for `item`, or the error of doing it by itself."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((item, answer))
        if not self._running:
            self._running = True
            self._task = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                if not await self._done(group) and len(group) > 1:
                    for each in group:  # one of them spoiled it for all
                        await self._done([each])
        finally:
            # In the turn in which nobody waited: whoever comes next begins again. Also after the loop was ended.
            self._running = False

    async def _done(self, group: list[tuple[Item, asyncio.Future[Answer]]]) -> bool:
        try:
            answers = await self._do([item for item, _ in group])
        except Exception as exc:
            if len(group) == 1 and not group[0][1].done():
                group[0][1].set_exception(exc)
            return False
        for (_, waiting), answer in zip(group, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
        return True
