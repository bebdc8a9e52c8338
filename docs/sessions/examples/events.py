"""Hearing what happens. A listener that fails or hangs changes nothing for whoever did it."""

import asyncio

from jambot.sessions import MemoryStore, SessionEvent, SessionManager


async def main() -> None:
    seen: list[str] = []

    async def note(event: SessionEvent) -> None:
        seen.append(f"{event.name} {event.reason or ''}".strip())

    async with SessionManager(MemoryStore()) as manager:
        for name in ("created", "updated", "deleted"):
            manager.on(name, note)
        session = await manager.create("ada")
        await manager.update(session.id, {"n": 1})
        await manager.delete(session.id, reason="signed_out")
        await manager.events_settled()
    print(seen)


asyncio.run(main())
