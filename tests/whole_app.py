"""The app as it is composed for real, in this process, without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jambot.services import Services, build, set_services
from jambot.settings import Settings


@asynccontextmanager
async def whole_app(settings: Settings) -> AsyncIterator[Services]:
    """Its parts, started; everything that asks `services()` meanwhile gets them."""
    parts = build(settings)
    set_services(parts)
    try:
        await parts.sessions.start()
        yield parts
    finally:
        await parts.turns.aclose()
        await parts.sessions.close()
        parts.auth.close()
        parts.work.close()
        set_services(None)
