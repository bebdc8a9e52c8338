"""Changes of one session queue up within a process: who would lose the race waits for it instead of trying again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from weakref import WeakValueDictionary

_HANDLE_CHARACTERS = 36

P = ParamSpec("P")
T = TypeVar("T")
Queues = WeakValueDictionary[str, asyncio.Lock]


class Queueing(Protocol):
    """Who has a queue for each session that is being changed."""

    _queues: Queues


Q = TypeVar("Q", bound=Queueing)


def one_at_a_time(
    change: Callable[Concatenate[Q, str, P], Awaitable[T]],
) -> Callable[Concatenate[Q, str, P], Coroutine[Any, Any, T]]:
    """A method that changes the session of an id or handle, one call after the other for each session.

    Other processes are held off by the compare-and-set alone, which still decides: a queue only saves the attempts that
    would lose to one's own process.
    """

    @wraps(change)
    async def queued(self: Q, session_id: str, *args: P.args, **kwargs: P.kwargs) -> T:
        key = str(session_id)[:_HANDLE_CHARACTERS]
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = asyncio.Lock()
        async with queue:
            return await change(self, session_id, *args, **kwargs)

    return queued
