"""The hourly moves of workspaces nobody uses: a status only says where they are listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from jambot.clock import Clock
from jambot.db.models import UserSession, WorkspaceStatus
from jambot.db.repositories import trash as rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.log import get_log
from jambot.workspaces.story import move
from jambot.workspaces.trash import Trash

PER_COMMIT = 200

log = get_log(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many workspaces a run moved."""

    abandoned: int
    archived: int
    purged: int


class Lifecycle:
    """Pinned workspaces, and those with a running or waiting mission, stay where they are."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        trash: Trash,
        abandon_after: timedelta,
        archive_after: timedelta,
    ) -> None:
        self._work = work
        self._clock = clock
        self._trash = trash
        self._abandon_after = abandon_after
        self._archive_after = archive_after

    async def run_once(self) -> Moved:
        """All the moves that are due; running it again at once moves nothing."""
        moved = Moved(
            abandoned=await self.abandon_inactive_sessions(),
            archived=await self.archive_abandoned(),
            purged=await self.purge(),
        )
        log.info("lifecycle.ran", abandoned=moved.abandoned, archived=moved.archived, purged=moved.purged)
        return moved

    async def abandon_inactive_sessions(self, *, actor: str = "system") -> int:
        """Active workspaces without activity for long enough become abandoned; how many."""
        return await self._move(rows.idle_since, self._abandon_after, WorkspaceStatus.ABANDONED, actor, "no activity")

    async def archive_abandoned(self, *, actor: str = "system") -> int:
        """Workspaces abandoned for long enough become archived; how many."""
        return await self._move(
            rows.abandoned_since, self._archive_after, WorkspaceStatus.ARCHIVED, actor, "abandoned for long"
        )

    async def purge(self) -> int:
        """The trash loses what was kept long enough; how many."""
        return await self._trash.purge()

    async def _move(
        self,
        find: Callable[..., Sequence[UserSession]],
        after: timedelta,
        to: WorkspaceStatus,
        actor: str,
        reason: str,
    ) -> int:
        now = self._clock.now()
        moved = 0

        def change(tx: Tx) -> int:
            found = _due(find, tx, now - after)
            for workspace in found:
                move(tx, workspace, to, actor=actor, reason=reason, now=now)
            return len(found)

        # Several short commits: a person's message must not wait for thousands of moves.
        while (count := await self._work.write(change)) == PER_COMMIT:
            moved += count
        return moved + count


def _due(find: Callable[..., Sequence[UserSession]], session: Session, before: datetime) -> Sequence[UserSession]:
    return find(session, before, limit=PER_COMMIT)
