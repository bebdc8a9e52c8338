"""Several at one session: a version against lost updates, a lock for longer work, a count of who is in it."""

import asyncio
from datetime import timedelta

from jambot.sessions import MemoryStore, SessionLocked, SessionManager, StaleVersion


async def main() -> None:
    async with SessionManager(MemoryStore()) as manager:
        session = await manager.create("ada", {"n": 0}, kind="memory")

        await manager.update(session.id, {"n": 1}, expected_version=session.version)
        try:
            await manager.update(session.id, {"n": 2}, expected_version=session.version)
        except StaleVersion as stale:
            print("second writer:", stale.code)

        async with manager.lock(session.id, lease=timedelta(seconds=10)) as lock:
            try:
                async with manager.lock(session.id, wait=timedelta(0)):
                    raise AssertionError("two holders")
            except SessionLocked as locked:
                print("second holder:", locked.code)
            await manager.update(session.id, {"n": 3}, lock=lock)  # refused, had the lease passed to somebody else

        async with manager.track_request(session.id) as entered:
            print(entered.active_requests, "at work")


asyncio.run(main())
