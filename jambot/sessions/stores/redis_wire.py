"""Commands to Redis over one connection: what is asked in one turn of the event loop leaves in one write.

Answers come back in the order of the questions, so nobody waits for another's answer before asking: a lone caller
costs one write and one read, and a hundred callers cost little more. redis-py makes the connection (address, TLS,
password) and parses; its own way of asking takes a connection out of a pool and sets a timer for every command, which
takes longer than Redis does.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import deque
from typing import Any

from hiredis import pack_command
from redis.asyncio import ConnectionPool
from redis.exceptions import NoScriptError, RedisError

from jambot.sessions.errors import StoreUnavailable


class Wire:
    """One connection, made at the first question and made anew at the first one after it broke.

    Args:
        pool: makes the connection; none is ever taken from it.
        timeout_s: how long Redis may be silent while it owes an answer.
    """

    def __init__(self, pool: ConnectionPool, *, timeout_s: float) -> None:
        self._pool = pool
        self._timeout_s = timeout_s
        self._unsent: list[bytes] = []
        self._asked: deque[asyncio.Future[Any]] = deque()
        self._connection: Any = None
        self._life: asyncio.Task[None] | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._silent_since = 0.0
        self._digests: dict[str, str] = {}

    async def ask(self, *command: Any) -> Any:
        """The answer to one command; `StoreUnavailable` when Redis does not give one."""
        packed = pack_command(command)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._asked:
            self._silent_since = loop.time()
            if self._watch is None:
                self._watch = loop.call_later(self._timeout_s, self._look)
        if not self._unsent:
            loop.call_soon(self._leave)
        self._unsent.append(packed)
        self._asked.append(answer)
        try:
            return await answer
        except NoScriptError:
            raise
        except (RedisError, OSError, TimeoutError) as exc:
            raise StoreUnavailable from exc

    async def run(self, script: str, first_key: str, *args: Any) -> Any:
        """The answer of a script, sent by its digest; a Redis that has forgotten it is sent the text once more."""
        digest = self._digests.get(script)
        if digest is None:
            digest = self._digests[script] = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        try:
            return await self.ask("EVALSHA", digest, 1, first_key, *args)
        except NoScriptError:
            return await self.ask("EVAL", script, 1, first_key, *args)

    async def close(self) -> None:
        """Let go of the connection; whoever still waits gets `StoreUnavailable`. A later question makes a new one."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if (life := self._life) is not None:
            life.cancel()
            await asyncio.wait([life])
        self._lose(ConnectionError("the connection was closed"))

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection._writer.write(b"".join(self._unsent))
            self._unsent.clear()
        elif self._unsent and self._life is None:
            self._life = asyncio.get_running_loop().create_task(self._live(), name="session-wire")

    async def _live(self) -> None:
        """The life of one connection. A command it took down with it may have been carried out: nobody asks again."""
        connection: Any = self._pool.make_connection()  # its stream and its parser are not part of its surface
        problem: BaseException = ConnectionError("the connection was closed")
        try:
            await connection.connect()
            self._connection = connection
            self._leave()
            loop, parser = asyncio.get_running_loop(), connection._parser
            while True:
                reply = await parser.read_response()
                self._silent_since = loop.time()
                answer = self._asked.popleft()
                if answer.done():
                    continue
                if isinstance(reply, Exception):
                    answer.set_exception(reply)
                else:
                    answer.set_result(reply)
        except asyncio.CancelledError:
            problem = TimeoutError("Redis was silent for too long")
        except Exception as exc:
            problem = exc
        finally:
            self._lose(problem)
            with contextlib.suppress(Exception):
                await connection.disconnect(nowait=True)

    def _lose(self, problem: BaseException) -> None:
        """Tell all who wait. From here on a question makes a new connection, while the old one may still be closing."""
        self._connection = self._life = None
        self._unsent.clear()
        lost, self._asked = self._asked, deque()
        for answer in lost:
            if not answer.done():
                answer.set_exception(problem)

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
