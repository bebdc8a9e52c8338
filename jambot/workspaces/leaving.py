"""What happens to workspaces when their owner leaves, for the day or with all their data."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from jambot.access import Principal
from jambot.db.models import UserSession
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.sessions.ciphers import Cipher
from jambot.workspaces.metadata import MetadataSeal
from jambot.workspaces.service import WorkspaceService


class Leaving:
    """Called by sign-out and by the export of a person's data, which know nothing of workspaces themselves."""

    def __init__(self, *, work: UnitOfWork, workspaces: WorkspaceService, cipher: Cipher) -> None:
        self._work = work
        self._workspaces = workspaces
        self._seal = MetadataSeal(cipher)

    async def complete_open(self, me: Principal) -> None:
        """Complete the active workspace used last, if there is one."""
        newest = await self._work.read(lambda db: rows.newest_active(db, me.user_id))
        if newest is not None:
            await self._workspaces.complete(me, newest)

    async def metadata(self, me: Principal) -> dict[str, Any]:
        """What the person keeps in the metadata of their workspaces, opened, by workspace id. None where unreadable."""

        def query(db: Session) -> list[tuple[str, str]]:
            found = db.exec(
                select(UserSession.id, UserSession.session_metadata).where(
                    UserSession.user_id == me.user_id, UserSession.session_metadata != ""
                )
            )
            return [(workspace_id, stored) for workspace_id, stored in found]

        opened = {
            workspace_id: self._seal.open(stored, user_id=me.user_id, workspace_id=workspace_id)
            for workspace_id, stored in await self._work.read(query)
        }
        return {workspace_id: each.value if each.readable else None for workspace_id, each in opened.items()}
