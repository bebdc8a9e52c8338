"""Signed-in devices: at most five each, a new id at every sign-in, sign out everywhere but here."""

import asyncio
from datetime import timedelta

from jambot.sessions import KindPolicy, MemoryStore, SessionConfig, SessionManager, Strategy

LOGIN = KindPolicy(
    name="login",
    credential=True,  # a list of devices, which carries handles, opens nothing
    strategy=Strategy.HYBRID,
    ttl=timedelta(hours=12),
    max_age=timedelta(days=30),
    max_per_user=5,
)


async def main() -> None:
    config = SessionConfig(kinds=(LOGIN,), encryption_keys=("ab" * 32,))  # a real key comes from a secret store
    async with SessionManager(MemoryStore(), config) as manager:
        for device in ("laptop", "phone", "tablet"):
            mine = await manager.create("ada", kind="login", metadata={"device": device}, ip_address="192.0.2.7")

        fresh = await manager.rotate(mine.id)  # after a password change: the old id is dead at once
        assert await manager.get(mine.id) is None

        for session in await manager.get_user_sessions("ada"):
            print(session.metadata["device"], "ends", session.expires_at.date())

        print(await manager.delete_user_sessions("ada", except_id=fresh.id), "devices signed out")


asyncio.run(main())
