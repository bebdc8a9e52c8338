"""What JamBot tidies up by itself, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from jambot.admin.schedule import Job
from jambot.admin.session_log import SessionLog
from jambot.auth.presence import Presence
from jambot.auth.service import AuthService
from jambot.sessions import SessionManager
from jambot.workspaces.assets import AssetService
from jambot.workspaces.chat import ChatService
from jambot.workspaces.lifecycle import Lifecycle
from jambot.workspaces.trash import Trash

HOURLY = timedelta(hours=1)


def clean_ups(
    *,
    sessions: SessionManager,
    lifecycle: Lifecycle,
    trash: Trash,
    chats: ChatService,
    assets: AssetService,
    auth: AuthService,
    presence: Presence,
) -> tuple[Job, ...]:
    """The jobs of the schedule; `of_log` adds the one that keeps the log itself in bounds."""

    async def move() -> Mapping[str, int]:
        abandoned = await lifecycle.abandon_inactive_sessions()
        return {"abandoned": abandoned, "archived": await lifecycle.archive_abandoned()}

    async def files() -> Mapping[str, int]:
        return {"expired": await assets.expire(), "orphans": await assets.remove_orphans()}

    return (
        Job(name="sessions", every=timedelta(minutes=5), run=_counting("removed", sessions.cleanup)),
        Job(name="workspaces", every=HOURLY, run=move),
        Job(name="trash", every=HOURLY, run=_counting("purged", trash.purge)),
        Job(name="answers", every=HOURLY, run=_counting("settled", chats.settle_lapsed)),
        Job(name="files", every=HOURLY, run=files),
        Job(name="guests", every=HOURLY, run=_counting("removed", auth.forget_guests)),
        Job(name="devices", every=HOURLY, run=_counting("forgotten", auth.forget_old_devices)),
        Job(name="pages", every=HOURLY, run=_counting("forgotten", presence.forget)),
    )


def of_log(log: SessionLog) -> Job:
    """The job that keeps the log of sessions in bounds."""
    return Job(name="session_log", every=HOURLY, run=_counting("removed", log.trim))


def _counting(what: str, work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[Mapping[str, int]]]:
    async def run() -> Mapping[str, int]:
        answer = await work()
        return {what: answer} if isinstance(answer, int) else {}

    return run
