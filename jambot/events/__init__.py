"""Events and the bus that carries them."""

from jambot.events.bus import EventBus, LocalBus, Subscription, listening
from jambot.events.types import Event

__all__ = ["Event", "EventBus", "LocalBus", "Subscription", "listening"]
