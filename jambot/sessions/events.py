"""What happened to sessions, and who wants to hear of it.

A listener runs after the fact, apart from the caller: an async one as a task, a plain one in a thread. Each has its
own queue, so events reach it in order, and one that raises or hangs harms neither the caller nor the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import structlog

_QUEUE_LENGTH = 10_000
_PATIENCE_S = 5.0

log = structlog.get_logger(__name__)


class SessionEventName(StrEnum):
    """The nine things that happen to a session. `CONFLICT` is a write that was refused: nothing changed."""

    CREATED = "created"
    UPDATED = "updated"
    REFRESHED = "refreshed"
    DELETED = "deleted"
    EXPIRED = "expired"
    EVICTED = "evicted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    CONFLICT = "conflict"


class SessionEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened.

    Attributes:
        session_id: the session's handle; never the id that opens it.
        reason: why, in a word: `sign_out_everywhere`, `limit`, `capacity`, `rotated`, `timeout`, or the caller's own;
            of a conflict which version was expected and which is there.
    """

    name: SessionEventName
    session_id: str
    user_id: str | None
    kind: str
    at: datetime
    reason: str | None = None


class Seldom:
    """Lets each key through at most once in a span. Remembers a bounded number; what is forgotten passes again."""

    def __init__(self, *, span_us: int, most: int = 10_000) -> None:
        self._span_us = span_us
        self._most = most
        self._passed: OrderedDict[str, int] = OrderedDict()

    def passes(self, key: str, now_us: int) -> bool:
        """Whether its last passing is a span ago, by the caller's clock."""
        last_us = self._passed.get(key)
        if last_us is not None and 0 <= now_us - last_us < self._span_us:
            return False
        self._passed[key] = now_us
        self._passed.move_to_end(key)
        if len(self._passed) > self._most:
            self._passed.popitem(last=False)
        return True


Listener = Callable[[SessionEvent], Awaitable[None] | None]


class Listeners:
    """Who listens to what. Emitting never waits and never raises."""

    def __init__(self) -> None:
        self._desks: dict[SessionEventName, dict[Listener, _Desk]] = {name: {} for name in SessionEventName}
        self._missing: list[Callable[[], None]] = []

    def on(self, name: str, listener: Listener) -> None:
        """Call `listener` for every event called `name`; registering it twice changes nothing."""
        desks = self._desks[SessionEventName(name)]
        if listener not in desks:
            desks[listener] = _Desk(listener)

    def off(self, name: str, listener: Listener) -> bool:
        """Stop calling it; False when it was not registered."""
        desk = self._desks[SessionEventName(name)].pop(listener, None)
        if desk is None:
            return False
        desk.close()
        return True

    def heard(self, name: SessionEventName) -> bool:
        """Whether anybody listens to events of this name."""
        return bool(self._desks[name])

    def emit(self, event: SessionEvent) -> None:
        """Hand the event to everyone who asked for it."""
        for desk in list(self._desks[event.name].values()):
            desk.put(event)

    def on_missed(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` when events of other processes may have been lost; returns the call that stops it."""
        self._missing.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._missing.remove(callback)

        return stop

    def missed(self) -> None:
        """Tell that events of other processes may have been lost. One that raises does not keep the others from it."""
        for callback in list(self._missing):
            try:
                callback()
            except Exception as exc:
                log.error("session.listener_failed", session_event="missed", error=repr(exc))

    async def settled(self, timeout_s: float = _PATIENCE_S) -> bool:
        """Wait until every event emitted so far was heard; False when a listener took too long."""
        waits = [asyncio.ensure_future(d.idle()) for desks in self._desks.values() for d in desks.values()]
        if not waits:
            return True
        _, late = await asyncio.wait(waits, timeout=timeout_s)
        for wait in late:
            wait.cancel()
        return not late

    async def close(self) -> None:
        """Let the queues run dry for a moment, then stop."""
        await self.settled()
        for desks in self._desks.values():
            for desk in desks.values():
                desk.close()
            desks.clear()


class _Desk:
    """One listener, its queue, and the task that feeds it; the task lives only while there is something to hear."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._queue: asyncio.Queue[SessionEvent] = asyncio.Queue(_QUEUE_LENGTH)
        self._task: asyncio.Task[None] | None = None
        self._thread: asyncio.Future[Any] | None = None

    def put(self, event: SessionEvent) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            log.warning("session.listener_behind", dropped=1)
        self._queue.put_nowait(event)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def idle(self) -> None:
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while not self._queue.empty():
            event = self._queue.get_nowait()
            try:
                await asyncio.wait_for(self._call(event), _PATIENCE_S)
            except TimeoutError:
                log.warning("session.listener_hangs", session_event=event.name)
            except Exception as exc:
                listener = getattr(self._listener, "__qualname__", type(self._listener).__name__)
                log.error("session.listener_failed", session_event=event.name, listener=listener, error=repr(exc))
            if self._thread is not None and not self._thread.done():
                # A thread cannot be stopped: this listener gets nothing more until it returns; nobody else notices.
                await asyncio.wait([self._thread])

    async def _call(self, event: SessionEvent) -> None:
        if inspect.iscoroutinefunction(self._listener):
            await self._listener(event)
            return
        self._thread = _in_thread(self._listener, event)
        answer = await asyncio.shield(self._thread)
        if inspect.isawaitable(answer):
            await answer


def _in_thread(listener: Listener, event: SessionEvent) -> asyncio.Future[Any]:
    """Run a plain listener in a daemon thread: one that hangs neither fills the loop's pool nor holds up the exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(answer: Any, problem: Exception | None) -> None:
        if done.cancelled():
            return
        if problem is not None:
            done.set_exception(problem)
        else:
            done.set_result(answer)

    def run() -> None:
        answer, problem = None, None
        try:
            answer = listener(event)
        except Exception as exc:  # handed to the desk, which logs it
            problem = exc
        with contextlib.suppress(RuntimeError):  # the loop is gone, and so is whoever waited
            loop.call_soon_threadsafe(settle, answer, problem)

    threading.Thread(target=run, daemon=True, name="session-listener").start()
    return done
