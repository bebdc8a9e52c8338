"""A session in ten lines: made, read, changed, ended."""

import asyncio

from jambot.sessions import MemoryStore, SessionManager


async def main() -> None:
    async with SessionManager(MemoryStore()) as manager:
        session = await manager.create("ada", {"theme": "dark"})
        await manager.update(session.id, {"theme": "light"}, merge=True)
        print((await manager.get(session.id)).data)
        await manager.delete(session.id)


asyncio.run(main())
