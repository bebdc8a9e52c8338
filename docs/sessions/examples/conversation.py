"""One memory for each conversation, made by whoever asks first, with what is in view pinned to it."""

import asyncio
from datetime import timedelta

from jambot.sessions import MemoryStore, SessionManager
from jambot.sessions.keep_alive import KeepAlive


async def main() -> None:
    async with SessionManager(MemoryStore()) as manager:
        asked = (manager.get_or_create("chat-7", user_id="ada", ttl=timedelta(minutes=30)) for _ in range(5))
        memories = await asyncio.gather(*asked)
        assert len({memory.handle for memory in memories}) == 1
        memory = memories[0]

        await manager.pin(memory.handle, "project", {"name": "Sales 2025"})
        await manager.update(memory.handle, {"turns": 1}, merge=True)
        print(await manager.pinned(memory.handle, "project"))

        keeper = KeepAlive(manager)  # for programs; what signs a person in is kept alive by the person alone
        await keeper.register(memory.handle)
        print(await keeper.refresh_all(), "kept alive")


asyncio.run(main())
