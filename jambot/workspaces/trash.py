"""Deleting that can be taken back: first the trash, then, by choice or after some weeks, for ever."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db import BlobStore
from jambot.db.models import UserSession
from jambot.db.repositories import trash as rows
from jambot.db.repositories import workspaces as workspace_rows
from jambot.db.repositories.trash import Contents
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import WrongState
from jambot.ids import BlobId
from jambot.log import get_log
from jambot.workspaces.present import row_view
from jambot.workspaces.story import announce, record_event
from jambot.workspaces.view import WorkspaceRow

PER_COMMIT = 50

log = get_log(__name__)


class Trash:
    """Args:
    keep_for: how long a deleted workspace can be restored.
    """

    def __init__(self, *, work: UnitOfWork, clock: Clock, blobs: BlobStore, keep_for: timedelta) -> None:
        self._work = work
        self._clock = clock
        self._blobs = blobs
        self._keep_for = keep_for

    async def put(self, me: Principal, workspace_id: str) -> WorkspaceRow:
        """Move a workspace to the trash; once more changes nothing. `restore` takes it back. Raises `NotFound`."""

        def change(tx: Tx) -> UserSession:
            workspace = _held(tx, me, workspace_id)
            throw_away(tx, workspace, self._clock.now())
            return workspace

        return row_view(await self._work.write(change))

    async def restore(self, me: Principal, workspace_id: str) -> WorkspaceRow:
        """Take a workspace out of the trash, as it was; once more changes nothing. Raises `NotFound`."""

        def change(tx: Tx) -> UserSession:
            workspace = _held(tx, me, workspace_id)
            take_back(tx, workspace, self._clock.now())
            return workspace

        return row_view(await self._work.write(change))

    async def contents(self, me: Principal, workspace_id: str) -> Contents:
        """What would go with it: for the question before `delete_forever`. Raises `NotFound`."""

        def query(session: Session) -> Contents:
            workspace = workspace_rows.require(session, user_id=me.user_id, workspace_id=workspace_id)
            return rows.contents(session, workspace.id)

        return await self._work.read(query)

    async def delete_forever(self, me: Principal, workspace_id: str) -> Contents:
        """Delete a workspace of the trash with everything in it, and say what went.

        Raises:
            NotFound.
            WrongState: it is not in the trash, or its mission is still running.
        """

        def change(tx: Tx) -> tuple[Contents, list[BlobId]]:
            workspace = _held(tx, me, workspace_id)
            if workspace.deleted_at is None:
                raise WrongState("Move it to the trash first.")
            if workspace.mission_status == "in_progress":
                raise WrongState("Its mission is still running. Stop it first.")
            gone = rows.contents(tx, workspace.id)
            return gone, _remove(tx, workspace)

        gone, orphans = await self._work.write(change)
        await self._drop(orphans)
        return gone

    async def purge(self) -> int:
        """Delete for ever what has been in the trash for longer than it is kept; how many that were."""
        before = self._clock.now() - self._keep_for
        purged = 0

        def change(tx: Tx) -> tuple[int, list[BlobId]]:
            found = rows.trashed_before(tx, before, limit=PER_COMMIT)
            orphans = [blob for workspace in found for blob in _remove(tx, workspace)]
            return len(found), orphans

        while True:
            count, orphans = await self._work.write(change)
            await self._drop(orphans)
            purged += count
            if count < PER_COMMIT:
                break
        if purged:
            log.info("trash.purged", workspaces=purged)
        return purged

    async def _drop(self, blob_ids: list[BlobId]) -> None:
        """After the commit: a crash in between leaves a blob too many, never one too few."""
        for blob_id in blob_ids:
            await asyncio.to_thread(self._blobs.delete, blob_id)


def throw_away(tx: Tx, workspace: UserSession, now: datetime) -> bool:
    """Put a workspace that the unit holds into the trash; False when it is there already."""
    if workspace.deleted_at is not None:
        return False
    workspace.deleted_at = workspace.updated_at = now
    tx.add(workspace)
    record_event(tx, workspace.id, "workspace.trashed", {}, now)
    announce(tx, workspace, "trashed")
    return True


def take_back(tx: Tx, workspace: UserSession, now: datetime) -> bool:
    """Take a workspace that the unit holds out of the trash; False when it is not in it."""
    if workspace.deleted_at is None:
        return False
    workspace.deleted_at, workspace.updated_at = None, now
    tx.add(workspace)
    record_event(tx, workspace.id, "workspace.restored", {}, now)
    announce(tx, workspace, "restored")
    return True


def _held(tx: Tx, me: Principal, workspace_id: str) -> UserSession:
    return workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)


def _remove(tx: Tx, workspace: UserSession) -> list[BlobId]:
    announce(tx, workspace, "deleted")
    return rows.remove(tx, workspace.id)
