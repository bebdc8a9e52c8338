"""Who publishes does not know who listens. Delivery is at most once; truth is in the database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Protocol

from jambot.events.types import Event, Gap

MOST_WAITING = 1_000


class Subscription:
    """A listener's queue. When it overflows, the oldest events go and `missed` says that the listener must reload."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue(MOST_WAITING)
        self.missed = False

    def offer(self, event: Event) -> None:
        if self._events.full():
            self._events.get_nowait()
            self.missed = True
        self._events.put_nowait(event)

    async def next(self) -> Event:
        """The next event, waiting for it."""
        return await self._events.get()

    def take_waiting(self) -> list[Event]:
        """Everything that is already there, without waiting."""
        return [self._events.get_nowait() for _ in range(self._events.qsize())]


class EventBus(Protocol):
    """Carries events to every subscriber of their topics, in this process or in all of them."""

    @property
    def is_whole(self) -> bool:
        """Whether what other processes publish arrives here. While it does not, look at the database oftener."""
        ...

    async def publish(self, event: Event) -> None:
        """Tell the subscribers. Never raises and never waits for a listener."""
        ...

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        """Start listening; pair with `unsubscribe`, or use `listening`."""
        ...

    def unsubscribe(self, subscription: Subscription) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class LocalBus:
    """The bus of one process. Call it from the event loop's thread."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[Subscription]] = defaultdict(set)

    @property
    def is_whole(self) -> bool:
        return True

    async def publish(self, event: Event) -> None:
        self.deliver(event)

    def deliver(self, event: Event) -> None:
        """Hand `event` to the subscribers in this process, each once."""
        for subscription in {each for topic in event.topics() for each in self._by_topic.get(topic, ())}:
            subscription.offer(event)

    def tell_missed(self) -> None:
        """Wake every subscriber: events may have passed that it never got."""
        for subscription in {each for members in self._by_topic.values() for each in members}:
            subscription.missed = True
            subscription.offer(Gap())

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        subscription = Subscription()
        for topic in topics:
            self._by_topic[topic].add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        for topic in [topic for topic, members in self._by_topic.items() if subscription in members]:
            self._by_topic[topic].discard(subscription)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    async def start(self) -> None:
        """Nothing to start in one process."""

    async def stop(self) -> None:
        """Nothing to stop in one process."""


@asynccontextmanager
async def listening(bus: EventBus, *topics: str) -> AsyncIterator[Subscription]:
    """Subscribe for the length of a block."""
    subscription = bus.subscribe(topics)
    try:
        yield subscription
    finally:
        bus.unsubscribe(subscription)
