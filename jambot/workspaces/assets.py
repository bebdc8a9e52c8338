"""Files and results of a workspace: kept whole, described once, given back to their owner only.

Nothing is changed but pictures, which lose what their camera wrote about its owner.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid5

from sqlmodel import Session

from jambot.access import Principal, Role
from jambot.clock import Clock
from jambot.db import BlobStore, Tx, UnitOfWork
from jambot.db.models import Asset, UserSession
from jambot.db.repositories import assets as rows
from jambot.db.repositories import domains
from jambot.db.repositories import workspaces as workspace_rows
from jambot.errors import InvalidInput, NotFound, QuotaExceeded, TooLarge
from jambot.events.types import AssetChanged
from jambot.ids import BlobId, new_id
from jambot.settings import Settings
from jambot.workspaces.asset_view import asset_view
from jambot.workspaces.file_kinds import cleaned_name, download_name, recognise, served_type
from jambot.workspaces.file_reading import describe
from jambot.workspaces.pictures import without_private_notes
from jambot.workspaces.story import record_event, require_open, wake
from jambot.workspaces.view import AssetView

MOST_ASSETS = 5_000
LARGEST_PAGE = 100
ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetContent:
    """`media_type` is from a short list that is safe to send; `file_name` is safe on any system."""

    content: bytes
    media_type: str
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetPage:
    assets: tuple[AssetView, ...]
    next_after: str | None


class AssetService:
    def __init__(self, *, work: UnitOfWork, clock: Clock, blobs: BlobStore, settings: Settings) -> None:
        self._work = work
        self._clock = clock
        self._blobs = blobs
        self._most_bytes = settings.upload_limit_mb * 1_000_000
        self._quota_bytes = settings.quota_mb * 1_000_000
        self._guest_quota_bytes = settings.guest_quota_mb * 1_000_000
        self._kept_for = timedelta(days=settings.trash_days)

    @property
    def most_bytes(self) -> int:
        """The largest upload in bytes; whoever receives one stops reading there."""
        return self._most_bytes

    async def upload(
        self, me: Principal, workspace_id: str, *, name: str, content: bytes, key: str | None = None
    ) -> AssetView:
        """Keep a file in a workspace; a table is read and described. The same `key` again is the same asset.

        Raises:
            TooLarge, QuotaExceeded: there is no room for it.
            InvalidInput: it is not what its name says.
            NotFound, WrongState: there is no such workspace, or it is in the trash.
        """
        if len(content) > self._most_bytes:
            raise TooLarge(f"A file may have {self._most_bytes // 1_000_000} MB.")
        name = cleaned_name(name)
        kind = recognise(name, content)
        content = without_private_notes(kind.media_type, content)
        asset_id = new_id() if key is None else str(uuid5(UUID(me.user_id), f"asset {key}"))
        known = await self._work.read(lambda session: self._admit(session, me, workspace_id, asset_id, len(content)))
        if known is not None:
            return asset_view(known)
        asset = await asyncio.to_thread(describe, name, kind, content)
        asset.id = asset.scope_id = asset_id
        if asset.content is None:
            asset.blob_id = await asyncio.to_thread(self._blobs.put, content)
        try:
            kept = await self._work.write(lambda tx: self._keep(tx, me, workspace_id, asset))
        except BaseException:
            self._drop(asset.blob_id)
            raise
        if kept is not asset:
            self._drop(asset.blob_id)
        return asset_view(kept)

    async def details(self, me: Principal, asset_id: str) -> AssetView:
        """Everything but the content. Raises `NotFound`."""
        return asset_view(await self._work.read(lambda s: self._readable(s, me, asset_id)))

    async def page(
        self, me: Principal, *, workspace_id: str | None = None, after: str | None = None, limit: int = 50
    ) -> AssetPage:
        """Assets newest first, of one workspace or of all; `after` is the last one already shown.

        Raises:
            NotFound: no such workspace, or no such asset to go on from.
            InvalidInput: `limit` is not 1 to 100.
        """
        if not 1 <= limit <= LARGEST_PAGE:
            raise InvalidInput(f"limit must be 1 to {LARGEST_PAGE}.")

        def query(session: Session) -> list[Asset]:
            last = None if after is None else self._readable(session, me, after)
            if workspace_id is None:
                return rows.of_user(session, me.user_id, limit=limit + 1, after=last)
            now = self._clock.now()
            workspace = domains.readable(session, user_id=me.user_id, workspace_id=workspace_id, now=now)
            return rows.of_workspace(session, workspace.id, limit=limit + 1, after=last)

        found = await self._work.read(query)
        shown = found[:limit]
        return AssetPage(assets=tuple(map(asset_view, shown)), next_after=shown[-1].id if len(found) > limit else None)

    async def content(self, me: Principal, asset_id: str) -> AssetContent:
        """The whole content. Raises `NotFound`, also when there is none yet."""
        asset = await self._work.read(lambda session: self._readable(session, me, asset_id, with_content=True))
        if asset.blob_id is not None:
            content = await asyncio.to_thread(self._blobs.get, BlobId(asset.blob_id))
        else:
            content = (asset.content or "").encode()
        return AssetContent(
            content=content,
            media_type=served_type(asset.subtype),
            file_name=download_name(asset.name, asset.subtype),
        )

    async def delete(self, me: Principal, asset_id: str) -> None:
        """Take an asset away; its content goes when the trash is emptied. Raises `NotFound`."""

        def change(tx: Tx) -> None:
            asset = rows.require(tx, user_id=me.user_id, asset_id=asset_id)
            workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=asset.workspace_id, hold=True)
            require_open(workspace)
            asset.deleted_at = asset.updated_at = self._clock.now()
            tx.add(asset)
            self._tell(tx, workspace, asset, "deleted")

        await self._work.write(change)

    async def expire(self) -> int:
        """Remove the contents of assets deleted longer ago than the trash keeps; how many."""

        def change(tx: Tx) -> list[str | None]:
            gone = rows.deleted_before(tx, self._clock.now() - self._kept_for)
            blobs = [asset.blob_id for asset in gone]
            for asset in gone:
                asset.content = asset.blob_id = None
                asset.status = "expired"
                tx.add(asset)
            return blobs

        blobs = await self._work.write(change)
        for blob_id in blobs:
            self._drop(blob_id)
        return len(blobs)

    async def remove_orphans(self) -> int:
        """Remove blobs that no asset points at and that are no upload in progress; how many."""
        stored = await asyncio.to_thread(lambda: list(self._blobs.older_than(ORPHAN_AGE)))
        removed = 0
        for start in range(0, len(stored), 500):
            some = stored[start : start + 500]
            known = await self._work.read(lambda session, some=some: rows.known_blobs(session, some))
            for orphan in set(some) - known:
                self._drop(orphan)
                removed += 1
        return removed

    def _readable(self, session: Session, me: Principal, asset_id: str, *, with_content: bool = False) -> Asset:
        """An asset of the caller, or of a workspace they may see. Raises `NotFound`, `GrantExpired`."""
        try:
            return rows.require(session, user_id=me.user_id, asset_id=asset_id, with_content=with_content)
        except NotFound:
            found = rows.of_anybody(session, asset_id, with_content=with_content)
            domains.readable(session, user_id=me.user_id, workspace_id=found.workspace_id, now=self._clock.now())
            return found

    def _admit(self, session: Session, me: Principal, workspace_id: str, asset_id: str, size: int) -> Asset | None:
        """Look before the work is done: is it here already, may it come in?"""
        require_open(workspace_rows.require(session, user_id=me.user_id, workspace_id=workspace_id))
        if (known := session.get(Asset, asset_id)) is not None:
            return known
        self._require_room(session, me, size)
        return None

    def _keep(self, tx: Tx, me: Principal, workspace_id: str, asset: Asset) -> Asset:
        now = self._clock.now()
        workspace = workspace_rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
        if (known := tx.get(Asset, asset.id)) is not None:
            return known
        self._require_room(tx, me, asset.size_bytes)
        wake(tx, workspace, now, device=me.device)
        asset.user_id = me.user_id
        asset.workspace_id = asset.scope_id = workspace.id
        asset.created_at = asset.updated_at = now
        tx.add(asset)
        tx.flush()
        self._tell(tx, workspace, asset, asset.status)
        return asset

    def _require_room(self, session: Session, me: Principal, size: int) -> None:
        number, used = rows.usage(session, me.user_id)
        quota = self._guest_quota_bytes if me.role is Role.GUEST else self._quota_bytes
        if number >= MOST_ASSETS or used + size > quota:
            raise QuotaExceeded

    def _tell(self, tx: Tx, workspace: UserSession, asset: Asset, status: str) -> None:
        tx.flush()
        workspace.asset_count = rows.ready_in(tx, workspace.id)
        tx.add(workspace)
        record_event(tx, workspace.id, "asset.changed", {"asset_id": asset.id, "status": status}, self._clock.now())
        tx.emit(AssetChanged(workspace_id=workspace.id, user_id=workspace.user_id, asset_id=asset.id, status=status))

    def _drop(self, blob_id: str | None) -> None:
        if blob_id is not None:
            self._blobs.delete(BlobId(blob_id))
