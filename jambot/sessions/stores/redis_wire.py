"""Commands to Redis over one connection: what is asked in one turn of the event loop leaves in one write.

Answers come back in the order of the questions, so nobody waits for another's answer before asking: a lone caller
costs one write and one read, and a hundred callers cost little more. redis-py makes the connection (address, TLS,
password); from then on its bytes come here and hiredis reads them, and each answer wakes its asker in the turn in
which it arrived. redis-py's own way of asking takes a connection out of a pool, sets a timer and wakes a reader for
every command, which takes longer than Redis does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from hiredis import HiredisError, Reader, pack_command
from redis.asyncio import ConnectionPool
from redis.exceptions import NoScriptError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from jambot.sessions.breaker import Breaker
from jambot.sessions.errors import StoreUnavailable
from jambot.sessions.stores.redis_lua import Script

_UNFINISHED = object()


class Asker(Protocol):
    """Who waits for an answer: a future, or somebody who hands it on."""

    def done(self) -> bool: ...
    def set_result(self, result: Any, /) -> None: ...
    def set_exception(self, exception: BaseException, /) -> None: ...


class Gathering(Protocol):
    """Somebody with more to say in this turn; asked for it just before the turn's write leaves."""

    def leave(self) -> None: ...


class Wire:
    """One connection, made at the first question and made anew at the first one after it broke.

    Args:
        pool: makes the connection; none is ever taken from it.
        timeout_s: how long Redis may be silent while it owes an answer.
    """

    def __init__(self, pool: ConnectionPool, *, timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self.breaker = Breaker("redis")
        self._unsent: list[bytes] = []
        self._gathering: list[Gathering] = []
        self._leaving = False
        self._asked: deque[Asker] = deque()
        self._stream: _Stream | None = None
        self._life: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._silent_since = 0.0

    def ask(self, *command: Any) -> asyncio.Future[Any]:
        """The answer to one command; `StoreUnavailable` when Redis does not give one."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.send(command, answer)
        return answer

    async def run(self, script: Script, first_key: str, *args: Any) -> Any:
        """The answer of a script, sent by its digest; a Redis that has forgotten it is sent the text once more."""
        try:
            return await self.ask("EVALSHA", script.digest, 1, first_key, *args)
        except NoScriptError:
            return await self.ask("EVAL", script.text, 1, first_key, *args)

    def send(self, command: tuple[Any, ...], asker: Asker) -> None:
        """Put a command into this turn's write; `asker` is told the answer, or why there is none."""
        if self.breaker.refuses():
            asker.set_exception(StoreUnavailable())
            return
        packed = pack_command(command)
        if not self._asked:
            loop = asyncio.get_running_loop()
            self._silent_since = loop.time()
            if self._watch is None:
                self._watch = loop.call_later(self._timeout_s, self._look)
        self._unsent.append(packed)
        self._asked.append(asker)
        self._leave_soon()

    def gather(self, gathering: Gathering) -> None:
        """Ask `gathering` for its command when this turn's write leaves."""
        self._gathering.append(gathering)
        self._leave_soon()

    def hurry(self) -> None:
        """Let what was said so far leave now: Redis may begin while this turn goes on."""
        if self._stream is not None and self._unsent:
            self._stream.write(self._unsent)
            self._unsent.clear()

    async def close(self) -> None:
        """Let go of the connection; whoever still waits gets `StoreUnavailable`. A later question makes a new one."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if (life := self._life) is not None:
            life.cancel()
            await asyncio.wait([life])
        self._collect()
        self._lose(ConnectionError("the connection was closed"))

    def _leave_soon(self) -> None:
        if not self._leaving:
            self._leaving = True
            asyncio.get_running_loop().call_soon(self._leave)

    def _leave(self) -> None:
        self._collect()
        self._leaving = False
        if self._stream is not None:
            self.hurry()
        elif self._unsent and self._life is None:
            self._life = asyncio.get_running_loop().create_task(self._live(), name="session-wire")

    def _collect(self) -> None:
        gathering, self._gathering = self._gathering, []
        for each in gathering:
            each.leave()

    async def _live(self) -> None:
        """The life of one connection. A command it took down with it may have been carried out: nobody asks again."""
        connection: Any = self._pool.make_connection()  # its stream is not part of its surface
        problem: BaseException = ConnectionError("the connection was closed")
        try:
            await connection.connect()
            self._stream = stream = _Stream(connection._writer.transport, self._hear)
            self.hurry()
            problem = await stream.broken
        except asyncio.CancelledError:
            problem = TimeoutError("Redis was silent for too long")
        except Exception as exc:
            problem = exc
        finally:
            self._lose(problem)
            with contextlib.suppress(Exception):
                await connection.disconnect(nowait=True)

    def _hear(self, replies: list[Any]) -> None:
        self._silent_since = asyncio.get_running_loop().time()
        self.breaker.answered()
        for reply in replies:
            asker = self._asked.popleft()
            if asker.done():
                continue
            if not isinstance(reply, Exception):
                asker.set_result(reply)
            else:
                asker.set_exception(reply if isinstance(reply, NoScriptError) else _unavailable(reply))

    def _lose(self, problem: BaseException) -> None:
        """Tell all who wait. From here on a question makes a new connection, while the old one may still be closing."""
        self._stream = self._life = None
        self._unsent.clear()
        lost, self._asked = self._asked, deque()
        if isinstance(problem, (TimeoutError, RedisTimeout)):
            self.breaker.timed_out(len(lost))
        for asker in lost:
            if not asker.done():
                asker.set_exception(_unavailable(problem))

    def _look(self) -> None:
        """Give the connection up when Redis owes an answer and has been silent for too long; else look again later."""
        self._watch = None
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        left = self._silent_since + self._timeout_s - loop.time()
        if left > 0:
            self._watch = loop.call_later(left, self._look)
        elif self._life is not None:
            self._life.cancel()


class _Stream(asyncio.Protocol):
    """The bytes of one connection, taken over from the streams that made it.

    Attributes:
        broken: why the connection ended, once it has.
    """

    def __init__(self, transport: asyncio.Transport, hear: Callable[[list[Any]], None]) -> None:
        self.broken: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._hear = hear
        self._reader = Reader(replyError=_error, notEnoughData=_UNFINISHED)
        transport.set_protocol(self)

    def write(self, packed: list[bytes]) -> None:
        self._transport.write(b"".join(packed))

    def data_received(self, data: bytes) -> None:
        replies = []
        try:
            self._reader.feed(data)
            while (reply := self._reader.gets()) is not _UNFINISHED:
                replies.append(reply)
            self._hear(replies)
        except (HiredisError, IndexError) as exc:  # what is no answer, or one to no question
            self.connection_lost(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.broken.done():
            self.broken.set_result(exc or ConnectionError("Redis closed the connection"))


def _error(text: str) -> ResponseError:
    return NoScriptError(text) if text.startswith("NOSCRIPT") else ResponseError(text)


def _unavailable(problem: BaseException) -> StoreUnavailable:
    unavailable = StoreUnavailable()
    unavailable.__cause__ = problem
    return unavailable
