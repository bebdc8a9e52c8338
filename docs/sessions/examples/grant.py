"""A temporary right: Finance for four hours, which cannot be refreshed and cannot grant."""

import asyncio
from datetime import timedelta

from jambot.errors import Forbidden
from jambot.sessions import MemoryStore, NotRefreshable, SessionManager


async def main() -> None:
    async with SessionManager(MemoryStore()) as manager:
        grant = await manager.grant("ada", ["finance"], timedelta(hours=4), granted_by="root", reason="audit")
        print(manager.has_scope(grant, "finance"), manager.has_scope(grant, "legal"))
        try:
            await manager.refresh(grant.handle)
        except NotRefreshable as refused:
            print(refused.detail)
        try:
            await manager.grant("eve", ["finance"], timedelta(hours=1), granted_by=grant)
        except Forbidden as refused:
            print(refused.detail)


asyncio.run(main())
