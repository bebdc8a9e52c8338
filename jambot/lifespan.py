"""What runs while the server runs: bus, sessions, autosave, missions, the hourly moves, the sign-outs of tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from jambot.errors import JamBotError
from jambot.llm import warm_up
from jambot.log import get_log
from jambot.services import Services, services

HOUR_S = 3_600
FollowLogins = Callable[[Services], Awaitable[None]]
log = get_log(__name__)


async def running(follow_logins: FollowLogins) -> None:
    """Run everything until cancelled, then save what is dirty and let go. Serving does not wait for any of it."""
    parts = services()
    tasks: set[asyncio.Task[Any]] = set()
    try:
        await parts.bus.start()
        await parts.sessions.start()
        for name, work in {
            "autosave": parts.autosave.run(),
            "logins": follow_logins(parts),
            "presence": parts.presence.run(),
            "missions": _start_missions(parts),
            "hourly": _every_hour(parts),
        }.items():
            tasks.add(asyncio.create_task(_said_when_it_fails(name, work), name=name))
        await asyncio.Event().wait()
    finally:
        await shut_down(parts, tasks)


async def shut_down(parts: Services, tasks: set[asyncio.Task[Any]]) -> None:
    """Stop in the order in which nothing is lost: answers, missions, drafts, sessions, and the database last."""
    await parts.turns.aclose()
    await parts.runner.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await parts.autosave.flush_all()
    await parts.sessions.close()
    await parts.bus.stop()
    parts.auth.close()
    await asyncio.to_thread(parts.work.close)


async def _start_missions(parts: Services) -> None:
    """Heavy imports, so it comes after the port answers."""
    await asyncio.to_thread(warm_up)
    await parts.runner.start()


async def _every_hour(parts: Services) -> None:
    """The moves between lists, and the emptying of what is over. Several processes may do it: it is idempotent."""
    while True:
        try:
            await parts.lifecycle.run_once()
            await parts.chats.settle_lapsed()
            await parts.assets.expire()
            await parts.assets.remove_orphans()
            await parts.auth.forget_old_devices()
            await parts.presence.forget()
        except JamBotError as failure:
            log.warning("hourly.failed", error=failure.code)
        await asyncio.sleep(HOUR_S)


async def _said_when_it_fails(name: str, work: Awaitable[None]) -> None:
    """A part that ends by an error must not end in silence."""
    try:
        await work
    except Exception as failure:
        log.exception("lifespan.failed", part=name, error=type(failure).__name__)
