"""How a workspace is drawn: which variables of the page a view becomes. Only what differs is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from jambot.services import services
from jambot.web.asset_items import asset_item, results_first
from jambot.web.asset_preview import LARGEST_PREVIEW, AssetPreview, is_text, preview_from
from jambot.web.away_items import away_item
from jambot.web.mission_items import ApprovalItem, MissionItem, hop_items, mission_item, timeline
from jambot.web.states.base import person
from jambot.web.states.stream import OlderState, StreamState
from jambot.web.view_models import ProposalItem, SessionItem, message_item, proposal_item, session_item
from jambot.workspaces.view import MessageView, WorkspaceView

if TYPE_CHECKING:
    from jambot.web.states.jambot import JamBotState
    from jambot.web.states.session import SessionState

WINDOW = 50
MOST_FIGURES = 2
WAITING = frozenset({"awaiting_approval", "in_progress", "paused"})
PanelTab = Literal["mission", "assets", "timeline"]
PANEL_TABS = get_args(PanelTab)


def show_session(session: SessionState, view: WorkspaceView | None) -> None:
    """The part of `view` that says which workspace this is and how it is saved."""
    if view is None:
        _put(session, current_session=SessionItem(), session_metadata={}, is_metadata_readable=True)
        _put(session, saved_revision=0, saved_at="", shared_by="")
        return
    if view.shared:
        session._saw_shared = True
    _put(session, shared_by=f"{view.shared.owner} \N{MIDDLE DOT} {view.shared.domain}" if view.shared else "")
    owner = view.shared.owner if view.shared else ""
    _put(session, current_session=session_item(view.row, services().clock.now(), owner=owner))
    _put(session, session_metadata=view.metadata, is_metadata_readable=view.metadata_readable)
    _put(session, saved_revision=view.draft.revision, saved_at=view.draft.updated_at or view.row.last_activity_at)


async def show(page: JamBotState, view: WorkspaceView | None) -> None:
    """Draw `view` whole, or an empty page; only variables whose value differs are sent."""
    is_other = view is None or view.row.id != page.workspace_id
    if is_other:
        (await page.get_state(OlderState))._clear()
        page.preview, page._oldest, page.is_drawer_open, page.editing = AssetPreview(), None, False, ""
        page.away = [away_item(line) for line in view.away] if view else []
    if view is None:
        _put(page, workspace_id="", chat_id="", messages=[], has_older=False, draft="", draft_revision=0)
        _put(page, proposal=ProposalItem(), inputs=[], outputs=[], asset_count=0)
    else:
        await _messages(page, view)
        _put(page, workspace_id=view.row.id, chat_id=view.chat_id)
        _put(page, proposal=proposal_item(view.proposal) if view.proposal else ProposalItem())
        assets = [asset_item(each) for each in results_first(view.assets) if each.role != "intermediate"]
        _put(page, inputs=[each for each in assets if each.role == "input"])
        _put(page, outputs=[each for each in assets if each.role == "output"], asset_count=len(assets))
        if is_other:
            _put(page, draft=view.draft.text, draft_revision=view.draft.revision)
            _place(page, view)
    await _mission(page, view)
    await _figures(page, view)
    await _stream(page, view.streaming if view else None)


async def _messages(page: JamBotState, view: WorkspaceView) -> None:
    is_fixed = view.shared is not None
    settled = [message_item(each, is_fixed=is_fixed) for each in view.messages if each.status != "streaming"][-WINDOW:]
    if settled and view.streaming is None and not is_fixed:
        settled[-1] = replace(settled[-1], is_last=True)
    older = await page.get_state(OlderState)
    shown = [each.id for each in page.messages]
    if older.messages and settled and settled[0].id in shown:
        # What the window leaves behind joins the older ones the reader asked for, so that no line is missing between.
        older.messages = [*older.messages, *page.messages[: shown.index(settled[0].id)]]
    _put(page, messages=settled)
    if not older.messages:
        page._oldest = view.messages[0].sequence if view.has_older and view.messages else None
        _put(page, has_older=page._oldest is not None)


async def _mission(page: JamBotState, view: WorkspaceView | None) -> None:
    mission, now = view.mission if view else None, services().clock.now()
    _put(page, mission=mission_item(mission, now) if mission else MissionItem())
    _put(page, hops=hop_items(mission, now) if mission else [], events=timeline(mission))
    asks = view is not None and view.shared is None and mission is not None and mission.status in WAITING
    panel = (await services().missions.current(await person(page), view.row.id))[0] if view and asks else None
    _put(
        page, approvals=[ApprovalItem(id=each.id, question=each.question) for each in panel.approvals] if panel else []
    )


async def _stream(page: JamBotState, answer: MessageView | None) -> None:
    stream = await page.get_state(StreamState)
    _put(page, is_answering=answer is not None)
    if answer is None:
        stream._end()
    elif answer.id != stream.answer_id or len(answer.content) > len(stream.text):
        stream._begin(answer.id, answer.content)


async def _figures(page: JamBotState, view: WorkspaceView | None) -> None:
    """The charts the present mission made, beside what was said about them."""
    made = [each for each in view.assets if each.type == "chart" and each.status == "ready"] if view else []
    known = {each.id: each for each in page.figures}
    figures = []
    for asset in reversed(made[:MOST_FIGURES]):
        drawn = known.get(asset.id) or await read_asset(page, asset.id)
        figures.append(replace(drawn, after=_said_with(asset.id, page) or _last_answer_before(asset.created_at, view)))
    _put(page, figures=figures)


async def read_asset(page: JamBotState, asset_id: str) -> AssetPreview:
    me, assets = await person(page), services().assets
    asset = await assets.details(me, asset_id)
    if asset.status != "ready" or asset.size_bytes > LARGEST_PREVIEW or not is_text(asset):
        return preview_from(asset, None)
    return preview_from(asset, (await assets.content(me, asset_id)).content.decode("utf-8", "replace"))


def _place(page: JamBotState, view: WorkspaceView) -> None:
    """The layout here; where the reader was in the conversation is restored by the script from `saved_place`."""
    tab, was_narrow = view.place.get("panel"), view.place.get("sidebar") == "closed"
    _put(page, panel=tab if tab in PANEL_TABS else "mission", is_sidebar_open=not was_narrow)
    _put(page, saved_place=json.dumps(view.place) if view.place else "")


def _put(page: JamBotState | SessionState, **values: object) -> None:
    for name, value in values.items():
        if getattr(page, name) != value:
            setattr(page, name, value)


def _said_with(asset_id: str, page: JamBotState) -> str:
    """The id of the message that a mission ended with and that belongs to a chart; empty while it runs."""
    return next((each.id for each in reversed(page.messages) if asset_id in each.figures), "")


def _last_answer_before(moment: str, view: WorkspaceView | None) -> str:
    """The id of the answer that led to what was made at `moment`; the first one shown when that is further up."""
    answers = [each for each in view.messages if each.role == "assistant"] if view else []
    before = [each.id for each in answers if each.created_at <= moment]
    return before[-1] if before else answers[0].id if answers else ""
