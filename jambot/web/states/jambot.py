"""What is inside the open workspace: messages, proposal, mission, assets, and where the reader is."""

from __future__ import annotations

import reflex as rx

from jambot.ids import new_id
from jambot.missions.retry import RetryScope
from jambot.services import services
from jambot.web import routes
from jambot.web.asset_items import AssetItem
from jambot.web.asset_preview import AssetPreview
from jambot.web.away_items import AwayItem
from jambot.web.mission_items import ApprovalItem, EventItem, HopItem, MissionItem
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person
from jambot.web.states.paint import WINDOW, PanelTab, read_asset, show, show_session
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState
from jambot.web.view_models import MessageItem, ProposalItem, message_item

MOST_OLDER = 450


class JamBotState(rx.State):
    """`panel` is the open tab; the `is_*_open` flags say which parts of the page are shown."""

    workspace_id: str = ""
    chat_id: str = ""
    messages: list[MessageItem] = []
    has_older: bool = False
    is_answering: bool = False
    proposal: ProposalItem = ProposalItem()
    mission: MissionItem = MissionItem()
    hops: list[HopItem] = []
    events: list[EventItem] = []
    inputs: list[AssetItem] = []
    outputs: list[AssetItem] = []
    approvals: list[ApprovalItem] = []
    editing: str = ""
    saved_place: str = ""
    asset_count: int = 0
    preview: AssetPreview = AssetPreview()
    figures: list[AssetPreview] = []
    draft: str = ""
    draft_revision: int = 0
    away: list[AwayItem] = []
    panel: str = "mission"
    is_panel_open: bool = True
    is_sidebar_open: bool = True
    is_drawer_open: bool = False
    is_sheet_open: bool = False
    _oldest: int | None = None

    @rx.event
    @signed_in
    async def send_message(self, content: str):
        """Say something to the assistant; without an open workspace this makes one."""
        turn = await services().turns.start(await person(self), self.workspace_id or None, content, client_id=new_id())
        return None if self.workspace_id else rx.redirect(routes.workspace(turn.workspace_id))

    @rx.event
    @signed_in
    async def answer_questions(self, form: dict[str, str]) -> None:
        """Answer all questions of the last message in one, a line each."""
        answers = [str(form[name]) for name in sorted(form) if name.startswith("answer-")]
        await services().turns.start(await person(self), self.workspace_id, "\n".join(answers), client_id=new_id())

    @rx.event
    @signed_in
    async def open_demo(self):
        """Go to a workspace to look around in, made at the first call."""
        return rx.redirect(routes.workspace(await services().demo.make(await person(self))))

    @rx.event
    @signed_in
    async def stop(self) -> None:
        """Stop the answer being written; what is there stays."""
        await services().turns.stop(await person(self), checked_id(self.workspace_id))

    @rx.event
    @signed_in
    async def retry_message(self, message_id: str) -> None:
        """Answer again."""
        await services().turns.retry(await person(self), checked_id(message_id))

    @rx.event
    @signed_in
    async def continue_message(self, message_id: str) -> None:
        """Go on where an answer was interrupted."""
        await services().turns.continue_answer(await person(self), checked_id(message_id))

    @rx.event
    @signed_in
    def edit_message(self, message_id: str) -> None:
        """Open a message for changing; with an empty id, close it."""
        self.editing = checked_id(message_id) if message_id else ""

    @rx.event
    @signed_in
    async def save_edit(self, form: dict[str, str]) -> None:
        """Replace the opened message and answer it again."""
        message_id, self.editing = checked_id(self.editing), ""
        await services().turns.edit_and_rerun(await person(self), message_id, form.get("content", ""))

    @rx.event
    @signed_in
    async def keep_message(self, message_id: str) -> None:
        """Leave an interrupted answer as it is."""
        await services().chats.keep(await person(self), checked_id(message_id))
        await self._reload()

    @rx.event
    @signed_in
    async def accept_proposal(self, proposal_id: str) -> None:
        """Make the proposed mission real and start it."""
        await services().missions.accept(await person(self), checked_id(proposal_id))
        await self._reload()

    @rx.event
    @signed_in
    async def change_proposal(self, proposal_id: str):
        """Set the proposed mission aside and say what should be different."""
        await services().missions.ask_for_change(await person(self), checked_id(proposal_id))
        self.is_sheet_open = False
        await self._reload()
        return rx.set_focus("composer")

    @rx.event
    @signed_in
    async def reject_proposal(self, proposal_id: str) -> None:
        """Decline the proposed mission."""
        await services().missions.reject(await person(self), checked_id(proposal_id))
        await self._reload()

    @rx.event
    @signed_in
    async def answer_approval(self, approval_id: str, approve: bool) -> None:
        """Say yes or no to what the mission waits for."""
        await services().missions.answer(await person(self), checked_id(approval_id), approve=approve)
        await self._reload()

    @rx.event
    @signed_in
    async def pause(self, mission_id: str) -> None:
        """Let the present step finish, then wait."""
        await services().missions.pause(await person(self), checked_id(mission_id))
        await self._reload()

    @rx.event
    @signed_in
    async def resume(self, mission_id: str) -> None:
        """Go on with a paused mission."""
        await services().missions.resume(await person(self), checked_id(mission_id))
        await self._reload()

    @rx.event
    @signed_in
    async def stop_mission(self, mission_id: str) -> None:
        """End a mission now."""
        await services().missions.stop(await person(self), checked_id(mission_id))
        await self._reload()

    @rx.event
    @signed_in
    async def retry_mission(self, mission_id: str) -> None:
        """Run a mission again; finished results are used again where nothing changed."""
        await services().missions.retry(await person(self), checked_id(mission_id), RetryScope.MISSION)
        await self._reload()

    @rx.event
    @signed_in
    async def retry_step(self, step_id: str) -> None:
        """Run one step and what comes after it again."""
        me, mission_id = await person(self), checked_id(self.mission.id)
        await services().missions.retry(me, mission_id, RetryScope.FROM_STEP, step_id=checked_id(step_id))
        await self._reload()

    @rx.event
    @signed_in
    async def load_older(self) -> None:
        """Show the messages before the oldest one shown."""
        older = await self.get_state(OlderState)
        if self._oldest is None or len(older.messages) >= MOST_OLDER:
            return
        page = await services().chats.window(
            await person(self), checked_id(self.workspace_id), before=self._oldest, limit=WINDOW
        )
        is_fixed = (await self.get_state(SessionState)).shared_by != ""
        older.messages = [*(message_item(each, is_fixed=is_fixed) for each in page.messages), *older.messages]
        self._oldest = page.next_before
        self.has_older = page.next_before is not None and len(older.messages) < MOST_OLDER

    @rx.event
    @signed_in
    async def open_asset(self, asset_id: str) -> None:
        """Show what is in an asset, in the panel."""
        self.preview = await read_asset(self, checked_id(asset_id))
        self.panel, self.is_panel_open = "assets", True

    @rx.event
    @signed_in
    def show_panel(self, tab: PanelTab) -> None:
        self.panel, self.is_panel_open = tab, True

    @rx.event
    @signed_in
    def open_sheet(self, tab: PanelTab) -> None:
        """On narrow screens: pull the panel up from the bottom."""
        self.panel, self.is_panel_open, self.is_sheet_open = tab, True, True

    @rx.event
    @signed_in
    def toggle_panel(self) -> None:
        """Turn the panel over: wide screens show it unless it was closed, others only when it was opened."""
        self.is_panel_open, self.is_sheet_open = not self.is_panel_open, not self.is_sheet_open

    @rx.event
    @signed_in
    def toggle_sidebar(self) -> None:
        self.is_sidebar_open = not self.is_sidebar_open

    @rx.event
    @signed_in
    def toggle_drawer(self) -> None:
        self.is_drawer_open = not self.is_drawer_open

    @rx.event
    @signed_in
    def close_layers(self) -> None:
        """Close the drawer and the sheet of narrow screens."""
        self.is_drawer_open = self.is_sheet_open = False

    @rx.event
    @signed_in
    def dismiss_away(self) -> None:
        self.away = []

    async def _reload(self) -> None:
        """Read the open workspace again and draw what is different."""
        if self.workspace_id:
            me = await person(self)
            view = await services().recovery.open(me, self.workspace_id, me.device_id)
            show_session(await self.get_state(SessionState), view)
            await show(self, view)
