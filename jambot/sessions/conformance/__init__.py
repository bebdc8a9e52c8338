"""What every session store must do: run it against yours.

    pytest -p jambot.sessions.conformance.plugin --session-store mine.stores:make \
        --pyargs jambot.sessions.conformance.suite
    python -m jambot.sessions.conformance --store redis://localhost:6379/0

or, in tests of your own:

    @pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda b: b.__name__)
    async def test_my_store(behaviour):
        async with my_empty_store() as store:
            await behaviour(store)

Each behaviour is an async function of one empty, started store. It raises AssertionError, naming what broke.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jambot.sessions.conformance import keeping, limits, listing, locking, sweeping
from jambot.sessions.conformance.ground import HOUR, IDLE_AFTER, MINUTE, NOW, SECOND, a_record, add, page
from jambot.sessions.stores.protocol import SessionStore

Behaviour = Callable[[SessionStore], Awaitable[None]]
PARTS: dict[str, tuple[Behaviour, ...]] = {
    "keeping": keeping.BEHAVIOURS,
    "limits": limits.BEHAVIOURS,
    "listing": listing.BEHAVIOURS,
    "sweeping": sweeping.BEHAVIOURS,
    "locking": locking.BEHAVIOURS,
}
BEHAVIOURS: tuple[Behaviour, ...] = tuple(behaviour for part in PARTS.values() for behaviour in part)

__all__ = [
    "BEHAVIOURS",
    "HOUR",
    "IDLE_AFTER",
    "MINUTE",
    "NOW",
    "PARTS",
    "SECOND",
    "Behaviour",
    "a_record",
    "add",
    "page",
]
