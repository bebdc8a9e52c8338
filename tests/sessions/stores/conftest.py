"""One empty store of each kind, on real databases."""

from __future__ import annotations

import pytest

from tests.sessions.each_store import KINDS, Stores


@pytest.fixture(params=KINDS)
async def store(request):
    """An empty, started store."""
    stores = Stores(request.param, request)
    yield await stores.new()
    await stores.close()
