"""The history and the Trash as their states: what is done to many rows, and the way back."""

from __future__ import annotations

import pytest

from jambot.errors import NotFound
from jambot.ids import new_id
from jambot.web.states.history import HistoryState
from jambot.web.states.notice import NoticeState
from jambot.web.states.preferences import PreferencesState
from jambot.web.states.session import SessionState
from jambot.web.states.undo import UndoState
from tests.web.harness import Harness
from tests.web.test_states import Services, Someone, _becomes, _send, ada, open_at, parts, redirects, tab, workspace

__all__ = ["ada", "parts", "tab"]


async def standing(parts: Services, who: Someone, ids: list[str]) -> list[str]:
    return [(await parts.workspaces.get(who.me, each)).row.status for each in ids]


async def opened(tab: Harness, who: Someone, path: str) -> HistoryState:
    load = HistoryState.load_trash if path.startswith("/trash") else HistoryState.load
    await tab.fire(load, cookie=who.cookie, path=path)
    return await tab.state(HistoryState)


async def test_what_is_done_to_many_rows_is_said_once_and_undone_at_once(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    ids = [await workspace(parts, ada.me, name) for name in ("One", "Two", "Three")]
    await opened(tab, ada, "/history")
    await _send(tab, HistoryState.do("archive", ids[:2], False), ada, path="/history")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "2 workspaces archived")
    assert await standing(parts, ada, ids) == ["archived", "archived", "active"]
    await _send(tab, UndoState.undo, ada, path="/history")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Undone")
    assert await standing(parts, ada, ids) == ["active", "active", "active"]


async def test_every_page_of_the_list_can_be_meant_and_only_what_the_filter_shows(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    ids = [await workspace(parts, ada.me, name) for name in ("Tea", "Coffee", "More coffee")]
    await opened(tab, ada, "/history?q=coffee")
    await _send(tab, HistoryState.do("complete", [], True), ada, path="/history?q=coffee")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "2 workspaces marked as complete")
    assert await standing(parts, ada, ids) == ["active", "completed", "completed"]


async def test_the_statuses_are_counted(parts: Services, ada: Someone, tab: Harness) -> None:
    ids = [await workspace(parts, ada.me, name) for name in ("One", "Two", "Three")]
    await parts.workspaces.archive(ada.me, ids[0])
    history = await opened(tab, ada, "/history")
    assert (history.counts, history.how_many) == ({"active": "2", "archived": "1"}, "3")
    assert (await opened(tab, ada, "/history?status=archived")).how_many == "1 of 3"
    assert (await opened(tab, ada, "/history?q=two")).how_many == "1 of 3"


async def test_what_would_go_for_ever_is_named_before_it_goes(parts: Services, ada: Someone, tab: Harness) -> None:
    ids = [await workspace(parts, ada.me, "One", "first", "second"), await workspace(parts, ada.me, "Two", "third")]
    await parts.many.change(ada.me, ids, "trash")
    await opened(tab, ada, "/trash")
    await tab.fire(HistoryState.ask_to_delete(ids, False), cookie=ada.cookie, path="/trash")
    assert (await tab.state(HistoryState)).loses == "2 workspaces, 3 messages"
    await tab.fire(HistoryState.keep, cookie=ada.cookie, path="/trash")
    await _send(tab, HistoryState.delete_forever, ada, path="/trash")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "0 workspaces deleted for ever")
    await tab.fire(HistoryState.ask_to_delete([], True), cookie=ada.cookie, path="/trash")
    await _send(tab, HistoryState.delete_forever, ada, path="/trash")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "2 workspaces deleted for ever")
    assert await parts.many.matching(ada.me, trash=True) == ()


async def test_a_hit_leads_to_its_message_and_says_what_was_found(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "about espresso", "espresso again")
    hits = (await opened(tab, ada, "/history?q=espresso")).hits
    assert [hit.workspace for hit in hits] == ["Revenue", ""]
    assert all(hit.href == f"/w/{here}#m-{hit.id}" for hit in hits)
    assert [piece.text for hit in hits for piece in hit.pieces if piece.is_found] == ["espresso", "espresso"]


async def test_columns_and_keys_are_chosen_once_for_every_device(parts: Services, ada: Someone, tab: Harness) -> None:
    await opened(tab, ada, "/history")
    await tab.fire(PreferencesState.show_column("messages", True), cookie=ada.cookie)
    await tab.fire(PreferencesState.show_column("device", False), cookie=ada.cookie)
    await _send(tab, PreferencesState.choose_send_key("shift_enter"), ada)
    assert await _becomes(tab, PreferencesState, lambda mine: mine.send_key == "shift_enter")
    async with Harness(tab._app) as elsewhere:
        await elsewhere.fire(HistoryState.load, cookie=ada.cookie, path="/history")
        mine = await elsewhere.state(PreferencesState)
        assert (mine.hidden, mine.send_key, mine.density) == ("no-device", "shift_enter", "compact")


async def test_a_deed_on_what_is_not_there_changes_nothing(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "One")
    await opened(tab, ada, "/history")
    for ids in ([new_id()], ["x"], [here, "../etc"]):
        with pytest.raises(NotFound):
            await tab.fire(HistoryState.do("trash", ids, False), cookie=ada.cookie, path="/history")
    assert await standing(parts, ada, [here]) == ["active"]
    assert await parts.many.matching(ada.me) == (here,)


async def test_an_address_whose_workspace_is_in_the_trash_says_so_and_brings_it_back(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    here = await workspace(parts, ada.me, "Thrown away", "one")
    await parts.many.change(ada.me, [here], "trash")
    session = await open_at(tab, ada, f"/w/{here}")
    assert (session.session_error, session.trashed.name) == ("trashed", "Thrown away")
    await _send(tab, SessionState.restore(here), ada, path=f"/w/{here}")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text.endswith("restored"))
    session = await open_at(tab, ada, f"/w/{here}")
    assert (session.session_error, session.current_session.id) == ("", here)


async def test_undoing_the_end_of_the_open_workspace_leads_back_to_it(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    here = await workspace(parts, ada.me, "Back again", "one")
    await open_at(tab, ada, f"/w/{here}")
    await _send(tab, SessionState.trash(here), ada, path=f"/w/{here}")
    assert await _becomes(tab, NoticeState, lambda notice: notice.can_undo)
    await _send(tab, UndoState.undo, ada, path="/new")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Undone")
    assert redirects(tab)[-1] == f"/w/{here}"
