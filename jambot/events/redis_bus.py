"""The bus over Redis pub/sub: what one process publishes, every process hears. JSON only; nothing is unpickled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from secrets import token_hex
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from jambot.events.bus import LocalBus, Subscription
from jambot.events.types import Event, from_wire
from jambot.log import get_log

CHANNEL = "jambot:{events}"
RETRY_AFTER_S = 1.0
SILENCE_S = 2.0
log = get_log(__name__)

QUICK: dict[str, Any] = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    # Once more on a new connection, for the pool's may be of before a restart; never again after a silence.
    "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
}
"""How to reach Redis where a person waits and there is another way."""


def redis_at(url: str) -> Redis:
    """A Redis that says within two seconds that it is away: whoever asks has another way, and a person waits."""
    return Redis.from_url(url, **QUICK)


class RedisBus:
    """Delivers here at once and elsewhere through Redis; while Redis is away this process goes on by itself.

    What others said meanwhile is lost, so when Redis is back every subscriber is told that it missed something.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._here = LocalBus()
        self._name = token_hex(8)
        self._listener: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()
        self._has_gap = False

    @property
    def is_whole(self) -> bool:
        return self._heard.is_set()

    async def publish(self, event: Event) -> None:
        self._here.deliver(event)
        # Whoever listens knows that Redis is away; one that does not, a command on the terminal, just tries.
        if self._listener is not None and not self.is_whole:
            return
        try:
            await self._redis.publish(CHANNEL, json.dumps({"from": self._name, "event": event.to_wire()}))
        except (RedisError, OSError) as error:
            self._lost("publish", error)

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        return self._here.subscribe(topics)

    def unsubscribe(self, subscription: Subscription) -> None:
        self._here.unsubscribe(subscription)

    async def start(self) -> None:
        """Begin to listen; returns when Redis confirmed it, or after 2 s when Redis is away."""
        self._listener = asyncio.create_task(self._listen(), name="redis-bus")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), timeout=2)

    async def stop(self) -> None:
        if self._listener:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener

    async def _listen(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    await self._hear(channel)
            except (RedisError, OSError) as error:
                self._lost("listen", error)
            await asyncio.sleep(RETRY_AFTER_S)

    async def _hear(self, channel: PubSub) -> None:
        """Take in what comes, until Redis does not even answer a ping: a frozen one never closes its connection."""
        is_asked = False
        while True:
            message = await channel.get_message(timeout=SILENCE_S)
            if message is None:
                if is_asked:
                    raise RedisTimeout("no answer to a ping")
                await channel.ping()
                is_asked = True
                continue
            is_asked = False
            self._found()
            if message["type"] == "message":
                self._receive(message["data"])

    def _receive(self, raw: bytes) -> None:
        try:
            data = json.loads(raw)
            if data["from"] != self._name and (event := from_wire(data["event"])):
                self._here.deliver(event)
        except (ValueError, KeyError, TypeError):
            log.warning("bus.bad_message", size_bytes=len(raw))

    def _lost(self, doing: str, error: Exception) -> None:
        if self.is_whole or not self._has_gap:
            log.warning("bus.redis_away", doing=doing, error=type(error).__name__)
        was_whole = self.is_whole
        self._heard.clear()
        self._has_gap = True
        if was_whole:
            # From here on everybody looks for themselves, beginning now.
            self._here.tell_missed()

    def _found(self) -> None:
        self._heard.set()
        if self._has_gap:
            self._has_gap = False
            self._here.tell_missed()
            log.info("bus.redis_is_back")
