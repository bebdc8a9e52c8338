"""The bus over Redis pub/sub: what one process publishes, every process hears. JSON only; nothing is unpickled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from secrets import token_hex

from redis.asyncio import Redis
from redis.exceptions import RedisError

from jambot.events.bus import LocalBus, Subscription
from jambot.events.types import Event, from_wire
from jambot.log import get_log

CHANNEL = "jambot:{events}"
RETRY_AFTER_S = 1.0
log = get_log(__name__)


class RedisBus:
    """Delivers here at once and elsewhere through Redis; while Redis is away this process goes on by itself."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._here = LocalBus()
        self._name = token_hex(8)
        self._listener: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    async def publish(self, event: Event) -> None:
        self._here.deliver(event)
        try:
            await self._redis.publish(CHANNEL, json.dumps({"from": self._name, "event": event.to_wire()}))
        except (RedisError, OSError) as error:
            log.warning("bus.publish_failed", error=type(error).__name__)

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        return self._here.subscribe(topics)

    def unsubscribe(self, subscription: Subscription) -> None:
        self._here.unsubscribe(subscription)

    async def start(self) -> None:
        """Begin to listen; returns when Redis confirmed it, or at once when Redis is away."""
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
                    async for message in channel.listen():
                        if message["type"] == "subscribe":
                            self._heard.set()
                        elif message["type"] == "message":
                            self._receive(message["data"])
            except (RedisError, OSError) as error:
                log.warning("bus.listen_failed", error=type(error).__name__)
            await asyncio.sleep(RETRY_AFTER_S)

    def _receive(self, raw: bytes) -> None:
        try:
            data = json.loads(raw)
            if data["from"] != self._name and (event := from_wire(data["event"])):
                self._here.deliver(event)
        except (ValueError, KeyError, TypeError):
            log.warning("bus.bad_message", size_bytes=len(raw))
