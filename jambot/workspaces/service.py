"""The use cases of a workspace as a place: making, naming, listing under a status, keeping its metadata."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy.exc import IntegrityError

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db.models import UserSession, WorkspaceStatus
from jambot.db.repositories import chats as chat_rows
from jambot.db.repositories import domains
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import Tx, UnitOfWork
from jambot.errors import BadRequest
from jambot.sessions.ciphers import Cipher
from jambot.workspaces.carrying import require_member, tell_viewers
from jambot.workspaces.facts import FactsReader, MetadataMode, WorkspaceFacts
from jambot.workspaces.fields import checked_description, checked_folder, checked_name, checked_status
from jambot.workspaces.metadata import checked as checked_metadata
from jambot.workspaces.story import announce, move, new_workspace, record_event, wake
from jambot.workspaces.versions import held, write_version


class WorkspaceService:
    def __init__(self, *, work: UnitOfWork, clock: Clock, cipher: Cipher) -> None:
        self._work = work
        self._clock = clock
        self._facts = FactsReader(cipher)

    async def create_user_session(
        self,
        me: Principal,
        *,
        name: str = "",
        description: str = "",
        session_metadata: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> WorkspaceFacts:
        """Make a workspace and its chat in one commit; the same `key` again is the same workspace.

        Raises:
            InvalidInput, MetadataTooLarge: nothing was made.
        """
        name, description = checked_name(name), checked_description(description)
        value = checked_metadata(session_metadata or {})
        workspace_id = None if key is None else str(uuid5(UUID(me.user_id), f"workspace {key}"))

        def change(tx: Tx) -> UserSession:
            if workspace_id is not None and (known := tx.get(UserSession, workspace_id)) is not None:
                return known
            workspace = new_workspace(
                tx,
                user_id=me.user_id,
                now=self._clock.now(),
                workspace_id=workspace_id,
                name=name,
                description=description,
                last_device=me.device,
            )
            workspace.session_metadata = self._facts.sealed(workspace, value)
            chat_rows.make_title_searchable(tx, workspace)
            return workspace

        try:
            return self._facts.of(await self._work.write(change))
        except IntegrityError:
            # Another request with this key committed between our look and our insert: now it is found.
            return self._facts.of(await self._work.write(change))

    async def get(self, me: Principal, workspace_id: str) -> WorkspaceFacts:
        """One workspace, from the trash too; looking changes nothing. Raises `NotFound`."""
        return self._facts.of(
            await self._work.read(lambda session: rows.require(session, user_id=me.user_id, workspace_id=workspace_id))
        )

    async def require_readable(self, me: Principal, workspace_id: str) -> None:
        """Raise `NotFound` or `GrantExpired` unless the caller may see it: as its owner, or through its domain."""
        now = self._clock.now()
        await self._work.read(
            lambda session: domains.readable(session, user_id=me.user_id, workspace_id=workspace_id, now=now)
        )

    async def get_active_session(self, me: Principal) -> WorkspaceFacts | None:
        """The active workspace used last, marked as used now; None when no workspace is active."""

        def change(tx: Tx) -> UserSession | None:
            workspace_id = rows.newest_active(tx, me.user_id)
            if workspace_id is None:
                return None
            return self._touched(tx, me, workspace_id)

        # Most callers have none or one; asking first keeps the writer free of them.
        if await self._work.read(lambda session: rows.newest_active(session, me.user_id)) is None:
            return None
        workspace = await self._work.write(change)
        return None if workspace is None else self._facts.of(workspace)

    async def update(
        self,
        me: Principal,
        workspace_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        status: str | None = None,
        session_metadata: dict[str, Any] | None = None,
        metadata_mode: MetadataMode = "replace",
        pinned: bool | None = None,
        folder: str | None = None,
        version: int | None = None,
    ) -> WorkspaceFacts:
        """Change what is given and leave the rest; nothing that differs means no write of a new version.

        Args:
            version: the version this change is based on, or None to change whatever is there.

        Raises:
            NotFound, InvalidInput, MetadataTooLarge, WrongState (it is in the trash).
            StaleVersion: someone changed it meanwhile; `extra["version"]` is the present one.
            MetadataUnreadable: the stored metadata does not open, so it is not written over.
        """
        wanted: dict[str, Any] = {} if pinned is None else {"pinned": pinned}
        if name is not None:
            wanted["name"] = checked_name(name)
        if description is not None:
            wanted["description"] = checked_description(description)
        if folder is not None:
            wanted["folder"] = checked_folder(folder)
        to = None if status is None else checked_status(status)
        given = None if session_metadata is None else checked_metadata(session_metadata)

        def change(tx: Tx) -> UserSession:
            workspace = held(tx, me, workspace_id, version=version)
            fields = {field: value for field, value in wanted.items() if getattr(workspace, field) != value}
            if given is not None:
                sealed = self._facts.changed_metadata(workspace, given, metadata_mode)
                fields |= {} if sealed is None else {"session_metadata": sealed}
            write_version(tx, workspace, fields, self._clock.now())
            if to is not None:
                move(tx, workspace, to, actor=me.user_id, reason="chosen", now=self._clock.now())
            return workspace

        return self._facts.of(await self._work.write(change))

    async def rename(
        self, me: Principal, workspace_id: str, name: str, *, title_source: Literal["user", "auto"] = "user"
    ) -> WorkspaceFacts:
        """Name it. A guessed name (`auto`) never replaces one that a person gave.

        Raises:
            NotFound, InvalidInput, WrongState.
        """
        if title_source == "user":
            return await self.update(me, workspace_id, name=name)
        name = checked_name(name)

        def change(tx: Tx) -> UserSession:
            workspace = held(tx, me, workspace_id)
            if workspace.title_source != "user" and workspace.name != name:
                write_version(tx, workspace, {"name": name}, self._clock.now(), title_source="auto")
            return workspace

        return self._facts.of(await self._work.write(change))

    async def pin(self, me: Principal, workspace_id: str, *, pinned: bool = True) -> WorkspaceFacts:
        """Keep it on top of the history, and out of the jobs that move old workspaces. Raises `NotFound`."""
        return await self.update(me, workspace_id, pinned=pinned)

    async def archive(self, me: Principal, workspace_id: str) -> WorkspaceFacts:
        """List it under archived; it can still be opened and gone on with. Raises `NotFound`."""
        return await self.update(me, workspace_id, status=WorkspaceStatus.ARCHIVED)

    async def complete(self, me: Principal, workspace_id: str) -> WorkspaceFacts:
        """List it under completed. Raises `NotFound`."""
        return await self.update(me, workspace_id, status=WorkspaceStatus.COMPLETED)

    async def update_session_activity(self, me: Principal, workspace_id: str) -> WorkspaceFacts:
        """It was worked in: the newest now, and active again. Raises `NotFound`, `WrongState`."""
        return self._facts.of(await self._work.write(lambda tx: self._touched(tx, me, workspace_id)))

    async def link_mission_to_session(self, me: Principal, workspace_id: str, mission_id: str) -> WorkspaceFacts:
        """Make a mission of this workspace its present one.

        Raises:
            NotFound: the workspace is not there, or not yours.
            BadRequest: the mission is not yours, or belongs to another workspace.
        """

        def change(tx: Tx) -> UserSession:
            workspace = held(tx, me, workspace_id)
            mission = rows.mission_in(tx, user_id=me.user_id, workspace_id=workspace.id, mission_id=mission_id)
            if mission is None:
                raise BadRequest("This mission is not there, or does not belong to this workspace.")
            if workspace.mission_id != mission.id:
                now = self._clock.now()
                workspace.mission_id, workspace.mission_status = mission.id, mission.status
                wake(tx, workspace, now)
                record_event(tx, workspace.id, "workspace.mission_linked", {"mission_id": mission.id}, now)
                announce(tx, workspace, "mission_linked")
            return workspace

        return self._facts.of(await self._work.write(change))

    async def carry(self, me: Principal, workspace_id: str, domain_id: str | None) -> WorkspaceFacts:
        """Let a workspace carry a domain the caller belongs to, whose members may then see it; None takes it back.

        Raises:
            NotFound: no such workspace of theirs, or no such domain they belong to.
            WrongState: it is in the trash.
        """

        def change(tx: Tx) -> UserSession:
            workspace = held(tx, me, workspace_id)
            before = workspace.domain_id
            if before != domain_id:
                require_member(tx, me, domain_id)
                now = self._clock.now()
                write_version(tx, workspace, {"domain_id": domain_id}, now)
                tell_viewers(tx, (before, domain_id), now)
            return workspace

        return self._facts.of(await self._work.write(change))

    async def reset_metadata(self, me: Principal, workspace_id: str) -> WorkspaceFacts:
        """Set unreadable metadata aside, whole, and begin with empty one; readable metadata is left alone."""

        def change(tx: Tx) -> UserSession:
            workspace = held(tx, me, workspace_id)
            if not self._facts.of(workspace).metadata_readable:
                now = self._clock.now()
                self._facts.set_aside(tx, workspace, now)
                write_version(tx, workspace, {"session_metadata": ""}, now)
            return workspace

        return self._facts.of(await self._work.write(change))

    def _touched(self, tx: Tx, me: Principal, workspace_id: str) -> UserSession:
        workspace = rows.require(tx, user_id=me.user_id, workspace_id=workspace_id, hold=True)
        wake(tx, workspace, self._clock.now(), device=me.device)
        return workspace
