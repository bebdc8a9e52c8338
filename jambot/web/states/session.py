"""Which workspace is open, and the list it was chosen from."""

from __future__ import annotations

from typing import Any

import reflex as rx

from jambot.access import Principal
from jambot.errors import JamBotError, NotFound
from jambot.services import services
from jambot.web import routes
from jambot.web.policy import signed_in
from jambot.web.shared_items import ClosedItem, SharedItem, closed_item
from jambot.web.states.auth import AuthState
from jambot.web.states.base import checked_id, person, workspace_in
from jambot.web.states.listing import list_more, list_workspaces
from jambot.web.states.notice import NoticeState
from jambot.web.states.preferences import PreferencesState
from jambot.web.states.undo import UndoState
from jambot.web.view_models import SessionGroup, SessionItem, session_item
from jambot.workspaces.many import Deed
from jambot.workspaces.recovery import Recovered
from jambot.workspaces.view import WorkspaceView


class SessionState(rx.State):
    """`session_error` is empty, `gone` (not there or not yours), `trashed`, `closed` (its grant ended) or `trouble`;
    `is_live`: others show."""

    current_session: SessionItem = SessionItem()
    is_session_loading: bool = True
    session_error: str = ""
    error_reference: str = ""
    groups: list[SessionGroup] = []
    has_more: bool = False
    is_listed: bool = False
    shared: list[SharedItem] = []
    shared_by: str = ""
    _saw_shared: bool = False
    trashed: SessionItem = SessionItem()
    closed: ClosedItem = ClosedItem()
    waiting: SessionItem = SessionItem()
    waiting_note: str = ""
    recent: list[SessionItem] = []
    session_metadata: dict[str, Any] = {}
    is_metadata_readable: bool = True
    saved_revision: int = 0
    saved_at: str = ""
    is_live: bool = True
    _rows: list[SessionItem] = []
    _cursor: str | None = None

    @rx.event
    @signed_in
    async def recover_session(self):
        """On load: the workspace of the address, else where this person was last, else the start page."""
        if not self.current_session.id or self.session_error:
            # From one workspace to another the first one stays until the second is there.
            self.is_session_loading, self.session_error = True, ""
            yield
        path = self.router.url.path
        try:
            me = await person(self)
            (await self.get_state(AuthState))._know(me)
            await (await self.get_state(PreferencesState))._know(me)
            await list_workspaces(self, me)
            if path.rstrip("/") == routes.NEW:
                await self._open(None)
            else:
                found = await services().recovery.recover_last(me, workspace_in(path) or None, me.device_id)
                await self._open(found.view)
                self._explain(found)
                if found.view is not None and not workspace_in(path):
                    # It is shown already; the address follows.
                    yield rx.redirect(routes.workspace(found.view.row.id), replace=True)
        except NotFound:
            await self._open(None)
            self.session_error = "gone"
        except JamBotError as failure:
            self.session_error, self.error_reference = "trouble", failure.code
        finally:
            if self.is_session_loading:
                self.is_session_loading = False

    @rx.event
    @signed_in
    async def initialize_session(self, name: str, description: str):
        """Make a workspace now, before there is anything in it, and go there."""
        me = await person(self)
        made = await services().workspaces.create_user_session(me, name=name, description=description)
        return rx.redirect(routes.workspace(made.row.id))

    @rx.event
    @signed_in
    async def load_session(self, workspace_id: str):
        """Read the workspace again and show it."""
        me = await person(self)
        await self._open(await services().recovery.open(me, checked_id(workspace_id), me.device_id))

    @rx.event
    @signed_in
    def switch_to_session(self, workspace_id: str):
        """Go to another workspace."""
        return rx.redirect(routes.workspace(checked_id(workspace_id)))

    @rx.event
    @signed_in
    async def save_session_state(self) -> None:
        """Write whatever typed text and places are still only in memory."""
        await services().autosave.flush_user((await person(self)).user_id)

    @rx.event
    @signed_in
    async def link_mission_to_session(self, mission_id: str) -> None:
        """Make a mission of this person the present one of the open workspace."""
        me = await person(self)
        await services().workspaces.link_mission_to_session(
            me, checked_id(self.current_session.id), checked_id(mission_id)
        )

    @rx.event
    @signed_in
    async def update_activity(self) -> None:
        """Say that the person is working here."""
        await services().workspaces.update_session_activity(await person(self), checked_id(self.current_session.id))

    @rx.event
    @signed_in
    async def get_session_metadata(self) -> None:
        """Read the metadata again."""
        facts = await services().workspaces.get(await person(self), checked_id(self.current_session.id))
        self.session_metadata, self.is_metadata_readable = facts.metadata, facts.metadata_readable

    @rx.event
    @signed_in
    async def set_session_metadata(self, values: dict[str, Any]) -> None:
        """Merge `values` into the metadata of the open workspace."""
        me = await person(self)
        await services().workspaces.update(
            me, checked_id(self.current_session.id), session_metadata=values, metadata_mode="merge"
        )
        self.session_metadata = {**self.session_metadata, **values}

    @rx.event
    @signed_in
    async def list_sessions(self) -> None:
        """Read the first page of the list again."""
        await self._repaint(await person(self))

    @rx.event
    @signed_in
    async def load_more(self) -> None:
        """Append the next page of the list."""
        await list_more(self)

    @rx.event
    @signed_in
    async def rename(self, name: str):
        """Give the open workspace a title."""
        await self._rename(name)

    @rx.event
    @signed_in
    async def rename_form(self, form: dict[str, str]):
        """Enter in the title."""
        await self._rename(form.get("name", ""))

    @rx.event
    @signed_in
    async def pin(self, workspace_id: str, pinned: bool) -> None:
        """Keep a workspace on top of the list, or no longer."""
        me = await person(self)
        await services().workspaces.pin(me, checked_id(workspace_id), pinned=pinned)
        await self._repaint(me)

    @rx.event
    @signed_in
    async def archive(self, workspace_id: str):
        """Put a workspace away; it stays in the history."""
        return await self._do(workspace_id, "archive")

    @rx.event
    @signed_in
    async def complete(self, workspace_id: str):
        """Say that a workspace is finished."""
        return await self._do(workspace_id, "complete")

    @rx.event
    @signed_in
    async def trash(self, workspace_id: str):
        """Move a workspace to the Trash."""
        moved = await self._do(workspace_id, "trash")
        return [*moved, rx.redirect(routes.NEW)] if workspace_id == self.current_session.id else moved

    @rx.event
    @signed_in
    async def restore(self, workspace_id: str):
        """Take a workspace out of the Trash."""
        return await self._do(workspace_id, "restore")

    async def _rename(self, name: str) -> None:
        wanted = name.strip()[:200]
        if wanted and self.current_session.id and wanted != self.current_session.name:
            me = await person(self)
            undo = await self.get_state(UndoState)
            undo._remember(await services().many.rename(me, checked_id(self.current_session.id), wanted))
            await self._repaint(me)

    async def _do(self, workspace_id: str, deed: Deed) -> list[rx.event.EventCallback]:
        me, undo = await person(self), await self.get_state(UndoState)
        name = next((row.name for row in self._rows if row.id == workspace_id), "")
        await undo._do(me, [checked_id(workspace_id)], deed, name=name)
        await self._repaint(me)
        return [NoticeState.fade, *undo._tables()]

    def _explain(self, found: Recovered) -> None:
        """Why there is nothing to show, if there is not."""
        self.trashed = session_item(found.trashed, services().clock.now()) if found.trashed else SessionItem()
        self.closed = closed_item(found.closed) if found.closed else ClosedItem()
        why = "trashed" if found.trashed else "closed" if found.closed else "gone"
        self.session_error = why if found.reason == "gone" else ""

    async def _open(self, view: WorkspaceView | None) -> None:
        """Show `view` whole, or the start page."""
        from jambot.web.states.jambot import JamBotState
        from jambot.web.states.paint import show, show_session

        show_session(self, view)
        await show(await self.get_state(JamBotState), view)

    async def _repaint(self, me: Principal) -> None:
        await list_workspaces(self, me)
        current = next((row for row in self._rows if row.id == self.current_session.id), None)
        if current is not None and current != self.current_session:
            self.current_session = current

    def _note_live(self) -> None:
        if self.is_live != services().bus.is_whole:
            self.is_live = services().bus.is_whole
