"""Bringing one session to another store: copied, read back, compared, and only then, if asked for, ended here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from jambot.admin.doing import Moving
from jambot.admin.targets import NO_SUCH_STORE, Targets
from jambot.auth.logins import Logins
from jambot.auth.terms import GUEST_KIND, KIND
from jambot.errors import InvalidInput, StaleVersion, Unavailable
from jambot.ids import LoginId
from jambot.sessions import SessionManager
from jambot.sessions.search import Found
from jambot.sessions.transfer import migrate


class Mover:
    """Moves sessions to the stores there are. What arrives keeps its handle and its end."""

    def __init__(self, *, sessions: SessionManager, logins: Logins, targets: Targets) -> None:
        self._sessions = sessions
        self._logins = logins
        self._targets = targets

    async def trouble(self, moving: Moving) -> str:
        """Why nothing can be moved there now, in a sentence; empty when it can. Raises `InvalidInput`."""
        if moving.target not in self._targets.names:
            raise InvalidInput(NO_SUCH_STORE)
        try:
            async with self._targets.opened(moving.target):
                return ""
        except (InvalidInput, Unavailable) as failure:
            return failure.detail

    @asynccontextmanager
    async def to(self, moving: Moving, *, reason: str) -> AsyncIterator[Callable[[Found], Awaitable[int]]]:
        """What moves one session and answers 1, or 0 when it had ended. Raises as `Targets.opened`."""
        async with self._targets.opened(moving.target) as target:

            async def move(each: Found) -> int:
                held = await self._sessions.find(each.handle)
                if held is None:
                    return 0
                async for result in migrate(self._sessions, target, handle=each.handle):
                    if result.failed:
                        raise StaleVersion(result.failed)
                    if moving.deletes:
                        await self._end(each, version=held.version, reason=reason)
                    return 1
                return 0

            yield move

    async def _end(self, each: Found, *, version: int, reason: str) -> None:
        """End it here, and tell its open pages; what was written since it was looked at stays."""
        if each.kind in (KIND, GUEST_KIND):
            ended = await self._logins.end(LoginId(each.handle), reason=reason, expected_version=version)
        else:
            ended = await self._sessions.delete(each.handle, reason=reason, expected_version=version)
        if not ended and await self._sessions.exists(each.handle):
            raise StaleVersion("It was changed while it was copied, and is still here; do this again.")
