"""What runs while the server runs: bus, sessions, autosave, missions, the schedule, samples, the sign-outs of tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from jambot.errors import JamBotError
from jambot.llm import warm_up
from jambot.log import get_log
from jambot.services import Services, services

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
            "grants": parts.grants.run(),
            "missions": _start_missions(parts),
            "schedule": parts.desk.schedule.run(),
            "samples": parts.desk.sampler.run(),
            "session_log": parts.desk.log.run(),
            "left behind": _settle_left_behind(parts),
        }.items():
            tasks.add(asyncio.create_task(_said_when_it_fails(name, work), name=name))
        await asyncio.Event().wait()
    finally:
        await shut_down(parts, tasks)


async def shut_down(parts: Services, tasks: set[asyncio.Task[Any]]) -> None:
    """Stop in the order in which nothing is lost: answers, missions, drafts, sessions, and the database last."""
    await parts.turns.aclose()
    await parts.runner.stop()
    await parts.desk.operations.aclose()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await parts.autosave.flush_all()
    await parts.sessions.close()
    with suppress(JamBotError):
        await parts.desk.log.write()
    await parts.bus.stop()
    parts.auth.close()
    await asyncio.to_thread(parts.work.close)


async def _start_missions(parts: Services) -> None:
    """Heavy imports, so it comes after the port answers."""
    await asyncio.to_thread(warm_up)
    await parts.runner.start()


async def _settle_left_behind(parts: Services) -> None:
    """SQLite is for one process: whatever was being written before it began is written no more."""
    if parts.work.is_sqlite:
        await parts.turns.settle_left_behind()


async def _said_when_it_fails(name: str, work: Awaitable[None]) -> None:
    """A part that ends by an error must not end in silence."""
    try:
        await work
    except Exception as failure:
        log.exception("lifespan.failed", part=name, error=type(failure).__name__)
