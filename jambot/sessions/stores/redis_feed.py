"""Session events over Redis publish/subscribe, to the other processes on the same namespace."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Sequence

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jambot.sessions.events import SessionEvent

_ORIGIN_BYTES = 16
_AGAIN_AFTER_S = (0.1, 0.5, 1.0, 2.0)

log = structlog.get_logger(__name__)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[SessionEvent]).decode


class Feed:
    """Publishes and hears events on one channel. Listens only while somebody does, and reconnects by itself."""

    def __init__(self, client: Redis, channel: str) -> None:
        self._client = client
        self._channel = channel
        self._origin = secrets.token_hex(_ORIGIN_BYTES // 2).encode()
        self._listeners: list[tuple[Callable[[SessionEvent], None], Callable[[], None]]] = []
        self._task: asyncio.Task[None] | None = None
        self.subscribed = asyncio.Event()

    def message(self, events: Sequence[SessionEvent]) -> bytes:
        """The published form of some events: who says it, so that nobody hears himself, and what happened."""
        return self._origin + _encode(events)

    def listen(
        self, listener: Callable[[SessionEvent], None], missed: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Hear the others, and when they may have been missed; returns the call that stops it."""
        heard = (listener, missed)
        self._listeners.append(heard)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._hear(), name="session-feed")

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(heard)

        return stop

    async def close(self) -> None:
        """Stop hearing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def _hear(self) -> None:
        failures = 0
        while True:
            try:
                async with self._client.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(self._channel)
                    self.subscribed.set()
                    if failures:
                        self._tell_of_the_gap()
                    failures = 0
                    while True:
                        message = await channel.get_message(timeout=None)
                        if message is not None:
                            self._hand_out(message["data"])
            except (RedisError, OSError, TimeoutError):
                self.subscribed.clear()
                log.warning("session.feed_lost", channel=self._channel)
            await asyncio.sleep(_AGAIN_AFTER_S[min(failures, len(_AGAIN_AFTER_S) - 1)])
            failures += 1

    def _hand_out(self, data: bytes) -> None:
        if data.startswith(self._origin):
            return
        try:
            events = _decode(data[_ORIGIN_BYTES:])
        except msgspec.MsgspecError:
            log.warning("session.feed_unreadable", channel=self._channel)
            return
        for listener, _ in list(self._listeners):
            for event in events:
                listener(event)

    def _tell_of_the_gap(self) -> None:
        """Only now, when the link is back: whoever looks again sees what happened, and hears what happens next."""
        for _, missed in list(self._listeners):
            missed()
