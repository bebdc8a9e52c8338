"""What is inside the open workspace: messages, proposal, mission, assets, and where the reader is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Literal, get_args

import reflex as rx

from jambot.ids import new_id
from jambot.missions.retry import RetryScope
from jambot.services import services
from jambot.web import routes
from jambot.web.asset_preview import LARGEST_PREVIEW, AssetPreview, is_text, preview_from
from jambot.web.mission_items import ApprovalItem, EventItem, HopItem, MissionItem, hop_items, mission_item, timeline
from jambot.web.policy import signed_in
from jambot.web.states.base import checked_id, person
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState, StreamState
from jambot.web.view_models import AssetItem, MessageItem, ProposalItem, asset_item, message_item, proposal_item
from jambot.workspaces.view import MessageView, WorkspaceView

WINDOW = 50
MOST_OLDER = 450
MOST_FIGURES = 2
WAITING = frozenset({"awaiting_approval", "in_progress", "paused"})
PanelTab = Literal["mission", "assets", "timeline"]
PANEL_TABS = get_args(PanelTab)


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
    kept: list[str] = []
    editing: str = ""
    saved_place: str = ""
    asset_count: int = 0
    preview: AssetPreview = AssetPreview()
    figures: list[AssetPreview] = []
    draft: str = ""
    draft_revision: int = 0
    away: list[str] = []
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
        self.kept = [*self.kept, checked_id(message_id)][-WINDOW:]

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
        older.messages = [*map(message_item, page.messages), *older.messages]
        self._oldest = page.next_before
        self.has_older = page.next_before is not None and len(older.messages) < MOST_OLDER

    @rx.event
    @signed_in
    async def open_asset(self, asset_id: str) -> None:
        """Show what is in an asset, in the panel."""
        self.preview = await self._read_asset(checked_id(asset_id))
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
            (await self.get_state(SessionState))._show(view)
            await self._show(view)

    async def _show(self, view: WorkspaceView | None) -> None:
        """Draw `view` whole, or an empty page; only variables whose value differs are sent."""
        is_other = view is None or view.row.id != self.workspace_id
        if is_other:
            (await self.get_state(OlderState))._clear()
            self.preview, self._oldest, self.is_drawer_open, self.editing = AssetPreview(), None, False, ""
            self.away = [line.text for line in view.away] if view else []
        if view is None:
            self._put(workspace_id="", chat_id="", messages=[], has_older=False, draft="", draft_revision=0)
            self._put(proposal=ProposalItem(), inputs=[], outputs=[], asset_count=0)
        else:
            await self._show_messages(view)
            self._put(workspace_id=view.row.id, chat_id=view.chat_id)
            self._put(proposal=proposal_item(view.proposal) if view.proposal else ProposalItem())
            assets = [asset_item(each) for each in view.assets if each.role != "intermediate"]
            self._put(inputs=[each for each in assets if each.role == "input"])
            self._put(outputs=[each for each in assets if each.role == "output"], asset_count=len(assets))
            if is_other:
                self._put(draft=view.draft.text, draft_revision=view.draft.revision)
                self._restore_place(view)
        await self._show_mission(view)
        await self._show_figures(view)
        await self._show_stream(view.streaming if view else None)

    async def _show_messages(self, view: WorkspaceView) -> None:
        settled = [message_item(each) for each in view.messages if each.status != "streaming"][-WINDOW:]
        self._put(messages=settled)
        if not (await self.get_state(OlderState)).messages:
            self._oldest = view.messages[0].sequence if view.has_older and view.messages else None
            self._put(has_older=self._oldest is not None)

    async def _show_mission(self, view: WorkspaceView | None) -> None:
        mission, now = view.mission if view else None, services().clock.now()
        self._put(mission=mission_item(mission, now) if mission else MissionItem())
        self._put(hops=hop_items(mission, now) if mission else [], events=timeline(mission))
        asks = view is not None and mission is not None and mission.status in WAITING
        panel = (await services().missions.current(await person(self), view.row.id))[0] if view and asks else None
        self._put(
            approvals=[ApprovalItem(id=each.id, question=each.question) for each in panel.approvals] if panel else []
        )

    async def _show_stream(self, answer: MessageView | None) -> None:
        stream = await self.get_state(StreamState)
        self._put(is_answering=answer is not None)
        if answer is None:
            stream._end()
        elif answer.id != stream.answer_id or len(answer.content) > len(stream.text):
            stream._begin(answer.id, answer.content)

    async def _show_figures(self, view: WorkspaceView | None) -> None:
        """The charts the present mission made, beside what was said about them."""
        made = [each for each in view.assets if each.type == "chart" and each.status == "ready"] if view else []
        known = {each.id: each for each in self.figures}
        figures = []
        for asset in reversed(made[:MOST_FIGURES]):
            drawn = known.get(asset.id) or await self._read_asset(asset.id)
            figures.append(replace(drawn, after=_last_answer_before(asset.created_at, view)))
        self._put(figures=figures)

    async def _read_asset(self, asset_id: str) -> AssetPreview:
        me, assets = await person(self), services().assets
        asset = await assets.details(me, asset_id)
        if asset.status != "ready" or asset.size_bytes > LARGEST_PREVIEW or not is_text(asset):
            return preview_from(asset, None)
        return preview_from(asset, (await assets.content(me, asset_id)).content.decode("utf-8", "replace"))

    def _restore_place(self, view: WorkspaceView) -> None:
        """The layout here; where the reader was in the conversation is restored by the script from `saved_place`."""
        tab, was_narrow = view.place.get("panel"), view.place.get("sidebar") == "closed"
        self._put(panel=tab if tab in PANEL_TABS else "mission", is_sidebar_open=not was_narrow)
        self._put(saved_place=json.dumps(view.place) if view.place else "")

    def _put(self, **values: object) -> None:
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


def _last_answer_before(moment: str, view: WorkspaceView | None) -> str:
    """The id of the answer that led to what was made at `moment`; the first one shown when that is further up."""
    answers = [each for each in view.messages if each.role == "assistant"] if view else []
    before = [each.id for each in answers if each.created_at <= moment]
    return before[-1] if before else answers[0].id if answers else ""
