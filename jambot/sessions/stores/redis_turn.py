"""Many calls of one script in one turn of the event loop, sent as one; each caller gets its own answer."""

from __future__ import annotations

import asyncio
from typing import Any

from redis.exceptions import NoScriptError

from jambot.sessions.stores.redis_lua import Script
from jambot.sessions.stores.redis_wire import Wire

# So many leave at once, without waiting for the end of the turn: Redis works on them while the next are made ready,
# and no other process waits for long behind them.
_MOST_CALLS, _MOST_BYTES = 16, 65_536


class Turns:
    """Gathers the calls of one script.

    Args:
        script: takes the arguments of several calls, one after the other, and answers with a list, one for each.
    """

    def __init__(self, wire: Wire, script: Script, first_key: str) -> None:
        self._wire = wire
        self._script = script
        self._first_key = first_key
        self._turn: _Turn | None = None

    def call(self, *args: bytes | str | int, weight: int = 0) -> asyncio.Future[Any]:
        """The answer to one call; `weight` is the bytes of its arguments, where they may be many."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        turn = self._turn
        if turn is None:
            turn = self._turn = _Turn(self._wire, self._script, self._first_key)
            self._wire.gather(self)
        turn.args.extend(args)
        turn.asked.append(answer)
        turn.weight += weight
        if len(turn.asked) >= _MOST_CALLS or turn.weight >= _MOST_BYTES:
            self.leave()
            self._wire.hurry()
        return answer

    def leave(self) -> None:
        """Send what was gathered."""
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.leave()


class _Turn:
    """The calls of one turn, as one that waits for an answer."""

    def __init__(self, wire: Wire, script: Script, first_key: str) -> None:
        self._wire = wire
        self._script = script
        self._first_key = first_key
        self.args: list[bytes | str | int] = []
        self.asked: list[asyncio.Future[Any]] = []
        self.weight = 0

    def leave(self) -> None:
        self._wire.send(("EVALSHA", self._script.digest, 1, self._first_key, *self.args), self)

    def done(self) -> bool:
        return False

    def set_result(self, result: list[Any]) -> None:
        for asked, answer in zip(self.asked, result, strict=True):
            if not asked.done():
                asked.set_result(answer)

    def set_exception(self, exception: BaseException) -> None:
        if isinstance(exception, NoScriptError):
            self._wire.send(("EVAL", self._script.text, 1, self._first_key, *self.args), self)
            return
        for asked in self.asked:
            if not asked.done():
                asked.set_exception(exception)
