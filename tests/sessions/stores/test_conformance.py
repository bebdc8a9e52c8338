"""Every store does the same: one suite, no exceptions."""

from __future__ import annotations

import pytest

from jambot.sessions.conformance import BEHAVIOURS


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: behaviour.__name__)
async def test_the_store_keeps_the_contract(store, behaviour):
    await behaviour(store)
