"""To another store and under a newer key, while people stay signed in."""

import asyncio
import tempfile

from jambot.sessions import MemoryStore, SessionConfig, SessionManager
from jambot.sessions.opening import open_store
from jambot.sessions.rotation import rotate_keys
from jambot.sessions.transfer import migrate

OLD, NEW = "ab" * 32, "cd" * 32


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = open_store(f"sqlite:///{folder}/sessions.db")
        async with (
            SessionManager(MemoryStore(), SessionConfig(encryption_keys=(OLD,))) as before,
            SessionManager(target, SessionConfig(encryption_keys=(NEW, OLD))) as after,
        ):
            session = await before.create("ada", {"n": 1})
            async for result in migrate(before, after):
                print("moved" if result.success else result.failed)
            assert (await after.get(session.id)).data == {"n": 1}
            print(await rotate_keys(after))


asyncio.run(main())
