"""Reading sessions that were sealed with AES-256-CBC and a passphrase, and keeping them anew under AES-256-GCM."""

import asyncio

from jambot.sessions import MemoryStore, SessionConfig, SessionManager, SessionUnreadable
from jambot.sessions.ciphers import open_cbc

PASSPHRASE = "migrate me"
STORED = {
    "encrypted": True,
    "iv": "000102030405060708090a0b0c0d0e0f",
    "data": "796706911e3618c4f380452adc7d58da77d6aabfdfd9879cb1780172d4dc9615a8546021aafcc290b930cc870fa1a148",
}


async def main() -> None:
    config = SessionConfig(encryption_keys=("ab" * 32,))
    async with SessionManager(MemoryStore(), config) as manager:
        old = open_cbc(STORED, PASSPHRASE)
        session = await manager.create(old["userId"], old["data"], kind="memory")
        print(session.user_id, (await manager.get(session.id)).data)
        try:
            open_cbc(STORED, "another passphrase")
        except SessionUnreadable as unreadable:
            print(unreadable.detail)


asyncio.run(main())
