"""The suite as a test module, for `plugin`."""

from __future__ import annotations

import asyncio

from jambot.sessions.conformance import Behaviour
from jambot.sessions.conformance.report import behave


def test_the_store_keeps_the_contract(behaviour: Behaviour, session_store_source: str) -> None:
    """One behaviour on an empty store."""
    asyncio.run(behave(behaviour, session_store_source))
