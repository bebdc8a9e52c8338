"""Commands to Redis: what is asked in one turn of the event loop leaves in one write and is answered in one read."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

from jambot.sessions.errors import StoreUnavailable

# More would make the first of them wait for the last one's answer, up to the time-out.
_MOST_TOGETHER = 200

Command = tuple[Any, ...]


class Wire:
    """Gathers concurrent commands into pipelines, so that a hundred callers cost one round trip and not a hundred."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._digests: dict[str, str] = {}

    async def ask(self, *command: Any) -> Any:
        """The answer to one command; `StoreUnavailable` when Redis does not give one."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._leave)
        self._waiting.append((command, answer))
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

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        for first in range(0, len(waiting), _MOST_TOGETHER):
            task = asyncio.get_running_loop().create_task(self._send(waiting[first : first + _MOST_TOGETHER]))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, batch: list[tuple[Command, asyncio.Future[Any]]]) -> None:
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                for command, _ in batch:
                    pipeline.execute_command(*command)
                answers = await pipeline.execute(raise_on_error=False)
        except Exception as exc:
            answers = [exc] * len(batch)
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if waiting.done():
                continue
            if isinstance(answer, Exception):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
