"""The page's states on the app's real parts, in Reflex's own processor, behind the guard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from reflex_base.event import Event

from jambot.access import Principal
from jambot.auth.devices import Device
from jambot.errors import NotFound
from jambot.events.types import WorkspaceSaved
from jambot.ids import DeviceId, new_id
from jambot.services import Services, build, set_services
from jambot.settings import MovePolicy, Registration, Settings
from jambot.web.guard import Guard
from jambot.web.states.auth import AuthState
from jambot.web.states.base import checked_id
from jambot.web.states.follow import FollowState
from jambot.web.states.history import HistoryState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.notice import NoticeState
from jambot.web.states.session import SessionState
from jambot.web.states.stream import OlderState
from jambot.web.states.tab import Standing, TabState
from jambot.web.states.undo import UndoState
from jambot.web.tabs import Tabs
from jambot.workspaces.drafts import DraftWrite
from tests.web.harness import Harness, PageApp

PASSWORD = "a long enough phrase 42"


@dataclass(frozen=True, kw_only=True)
class Someone:
    """A person with a login: what their browser sends, and who that is."""

    cookie: str
    me: Principal


@contextmanager
def composed(settings: Settings) -> Iterator[Services]:
    """The app as it is composed for real, on a database of this test's own."""
    built = build(settings)
    set_services(built)
    yield built
    set_services(None)
    built.auth.close()
    built.work.close()


@pytest.fixture
def parts(settings: Settings, sqlite_url: str) -> Iterator[Services]:
    with composed(settings.model_copy(update={"registration": Registration.OPEN})) as built:
        yield built


HOME = Device(ip_address="203.0.113.7", user_agent="Firefox")


async def join(parts: Services, name: str) -> Someone:
    joined = await parts.auth.register(
        email=f"{name.split()[0]}@example.org", password=PASSWORD, name=name, device=HOME
    )
    me = await parts.auth.principal_of_cookie_header(f"jam_sid={joined.opened.cookie}")
    assert me is not None
    return Someone(cookie=joined.opened.cookie, me=me)


@pytest.fixture
async def ada(parts: Services) -> Someone:
    return await join(parts, "Ada Lovelace")


@pytest.fixture
async def tab(parts: Services) -> AsyncIterator[Harness]:
    """A tab whose every page opens a workspace."""
    app = PageApp(Guard(registry=Tabs()), {})
    async with Harness(app) as harness:
        yield harness


ELSEWHERE = Device(ip_address="192.0.2.77", user_agent="Firefox")


async def test_a_page_that_comes_from_another_network_than_allowed_is_signed_out(
    settings: Settings, sqlite_url: str
) -> None:
    strict = {"registration": Registration.OPEN, "network_policy": MovePolicy.REFUSE}
    with composed(settings.model_copy(update=strict)) as parts:
        ada = await join(parts, "Ada Lovelace")
        async with Harness(PageApp(Guard(registry=Tabs()), {})) as tab:
            await tab.fire(SessionState.recover_session, cookie=ada.cookie, path="/new", device=ELSEWHERE)
            assert (await tab.state(TabState)).standing == Standing.SIGNED_OUT
            await tab.fire(SessionState.recover_session, cookie=ada.cookie, path="/new", device=HOME)
            assert (await tab.state(TabState)).standing == Standing.FINE


async def workspace(parts: Services, me: Principal, name: str, *said: str) -> str:
    """A workspace in which `said` was said, without an answer."""
    made = await parts.workspaces.create_user_session(me, name=name)
    for words in said:
        await parts.chats.store(me, made.row.chat_id, words)
    return made.row.id


async def open_at(tab: Harness, who: Someone, path: str) -> Any:
    await tab.fire(SessionState.recover_session, cookie=who.cookie, path=path)
    return await tab.state(SessionState)


def redirects(tab: Harness) -> list[str]:
    return [str(event.payload["path"]) for event in tab.events if event.name == "_redirect"]


async def test_the_workspace_of_the_address_is_painted_whole(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "Show me revenue", "and why")
    session = await open_at(tab, ada, f"/w/{here}")
    page = await tab.state(JamBotState)
    assert (session.current_session.id, session.current_session.name) == (here, "Revenue")
    assert [message.content for message in page.messages] == ["Show me revenue", "and why"]
    assert [row.name for group in session.groups for row in group.rows] == ["Revenue"]
    assert (await tab.state(AuthState)).user_name == "Ada Lovelace"
    assert not session.is_session_loading


async def test_going_to_another_workspace_sends_only_what_is_different_there(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    one, other = await workspace(parts, ada.me, "Revenue", "one"), await workspace(parts, ada.me, "Costs", "two")
    await open_at(tab, ada, f"/w/{one}")
    tab.deltas.clear()
    await open_at(tab, ada, f"/w/{other}")
    assert [item.name for item in tab.seen(SessionState, "current_session")] == ["Costs"]
    assert tab.seen(AuthState, "user_id") == []
    assert tab.seen(SessionState, "is_session_loading") == []
    assert tab.seen(SessionState, "groups") == []


async def test_home_leads_to_the_workspace_used_last(parts: Services, ada: Someone, tab: Harness) -> None:
    await workspace(parts, ada.me, "Older", "one")
    newest = await workspace(parts, ada.me, "Newer", "two")
    session = await open_at(tab, ada, "/")
    assert redirects(tab) == [f"/w/{newest}"]
    # Shown before the address has changed: a second trip to the server would be waited for after every sign-in.
    assert session.current_session.id == newest
    assert [message.content for message in (await tab.state(JamBotState)).messages] == ["two"]


async def test_a_first_visit_shows_the_start_page_and_makes_nothing(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    session = await open_at(tab, ada, "/")
    assert (redirects(tab), session.current_session.id, session.session_error) == ([], "", "")
    assert (await parts.history.page(ada.me)).rows == ()


async def test_new_is_a_start_page_even_when_there_is_work(parts: Services, ada: Someone, tab: Harness) -> None:
    await workspace(parts, ada.me, "Revenue", "one")
    await open_at(tab, ada, "/new")
    assert (await tab.state(JamBotState)).workspace_id == ""
    assert redirects(tab) == []


@pytest.mark.parametrize("whose", ["another", "nobody", "malformed"])
async def test_what_is_not_yours_looks_exactly_like_what_is_not_there(
    parts: Services, ada: Someone, tab: Harness, whose: str
) -> None:
    bob = await join(parts, "Bob")
    theirs = await workspace(parts, bob.me, "Secret", "hidden words")
    session = await open_at(tab, ada, f"/w/{ {'another': theirs, 'nobody': new_id(), 'malformed': '../x'}[whose] }")
    assert (session.session_error, session.current_session.id) == ("gone", "")
    assert "hidden words" not in str(tab.deltas)


async def test_without_a_login_nothing_is_read(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "Show me revenue")
    await tab.fire(SessionState.recover_session, path=f"/w/{here}")
    assert "Revenue" not in str(tab.deltas)
    assert not (await tab.state(SessionState)).is_listed


async def test_a_tab_that_changes_hands_shows_nothing_of_the_one_before(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    here = await workspace(parts, ada.me, "Revenue", "Show me revenue")
    await open_at(tab, ada, f"/w/{here}")
    bob = await join(parts, "Bob")
    await tab.fire(JamBotState.show_panel("assets"), cookie=bob.cookie)
    assert (await tab.state(JamBotState)).messages == []
    assert (await tab.state(TabState)).standing == Standing.RELOAD


async def test_older_messages_come_fifty_at_a_time(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Long", *[f"line {number}" for number in range(1, 121)])
    await open_at(tab, ada, f"/w/{here}")
    page = await tab.state(JamBotState)
    assert (len(page.messages), page.messages[0].content, page.has_older) == (50, "line 71", True)
    await tab.fire(JamBotState.load_older, cookie=ada.cookie)
    older = await tab.state(OlderState)
    assert (len(older.messages), older.messages[0].content) == (50, "line 21")
    await tab.fire(JamBotState.load_older, cookie=ada.cookie)
    assert [message.content for message in (await tab.state(OlderState)).messages[:1]] == ["line 1"]
    assert not (await tab.state(JamBotState)).has_older


async def test_a_message_that_the_window_leaves_stays_readable(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Long", *[f"line {number}" for number in range(1, 61)])
    await open_at(tab, ada, f"/w/{here}")
    await tab.fire(JamBotState.load_older, cookie=ada.cookie)
    page = await tab.state(JamBotState)
    await parts.chats.store(ada.me, page.chat_id, "line 61")
    await tab.fire(SessionState.load_session(here), cookie=ada.cookie)
    shown = [*(await tab.state(OlderState)).messages, *(await tab.state(JamBotState)).messages]
    assert [message.content for message in shown] == [f"line {number}" for number in range(1, 62)]


async def test_older_messages_leave_with_their_workspace(parts: Services, ada: Someone, tab: Harness) -> None:
    long = await workspace(parts, ada.me, "Long", *[f"line {number}" for number in range(60)])
    short = await workspace(parts, ada.me, "Short", "only this")
    await open_at(tab, ada, f"/w/{long}")
    await tab.fire(JamBotState.load_older, cookie=ada.cookie)
    await open_at(tab, ada, f"/w/{short}")
    assert (await tab.state(OlderState)).messages == []
    assert [message.content for message in (await tab.state(JamBotState)).messages] == ["only this"]


async def test_a_new_title_shows_in_the_page_and_in_the_list(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "one")
    await open_at(tab, ada, f"/w/{here}")
    await tab.fire(SessionState.rename("  Revenue 2026 "), cookie=ada.cookie)
    session = await tab.state(SessionState)
    assert session.current_session.name == session.groups[0].rows[0].name == "Revenue 2026"


async def test_what_is_pinned_stands_in_a_group_of_its_own(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "one")
    await open_at(tab, ada, f"/w/{here}")
    await tab.fire(SessionState.pin(here, True), cookie=ada.cookie)
    assert [group.title for group in (await tab.state(SessionState)).groups] == ["Pinned"]


async def test_the_trash_offers_an_undo_that_brings_it_back(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "one")
    await open_at(tab, ada, "/new")
    await _send(tab, SessionState.trash(here), ada)
    assert await _becomes(tab, NoticeState, lambda notice: notice.can_undo)
    assert await _becomes(tab, SessionState, lambda session: session.groups == [])
    await _send(tab, UndoState.undo, ada)
    assert await _becomes(tab, SessionState, lambda session: len(session.groups) == 1)


async def test_a_new_title_and_an_archived_workspace_can_be_undone_once(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    here = await workspace(parts, ada.me, "Revenue", "one")
    await open_at(tab, ada, f"/w/{here}")
    await tab.fire(SessionState.rename("Other"), cookie=ada.cookie)
    await tab.fire(UndoState.undo, cookie=ada.cookie)
    assert (await parts.workspaces.get(ada.me, here)).row.name == "Revenue"
    await _send(tab, SessionState.archive(here), ada)
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Revenue archived")
    await _send(tab, UndoState.undo, ada)
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Undone")
    assert (await parts.workspaces.get(ada.me, here)).row.status == "active"
    await _send(tab, UndoState.undo, ada)
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Nothing to undo here")


async def test_the_page_follows_what_happens_elsewhere(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "first")
    await open_at(tab, ada, f"/w/{here}")
    await _send(tab, FollowState.follow, ada, path=f"/w/{here}")
    chat_id = (await tab.state(JamBotState)).chat_id
    await parts.chats.store(ada.me, chat_id, "said on the phone")
    assert await _becomes(
        tab, JamBotState, lambda page: [each.content for each in page.messages] == ["first", "said on the phone"]
    )


async def test_what_is_typed_on_another_device_appears_and_what_is_typed_here_does_not_come_back(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    here = await workspace(parts, ada.me, "Revenue", "first")
    await open_at(tab, ada, f"/w/{here}")
    await _send(tab, FollowState.follow, ada, path=f"/w/{here}")
    phone = replace(ada.me, device_id=DeviceId(new_id()))
    await parts.autosave.save(ada.me, here, draft=DraftWrite(text="typed here", device_id=ada.me.device_id or ""))
    await parts.autosave.save(
        phone, here, draft=DraftWrite(text="typed on the phone", base_revision=1, device_id=phone.device_id or "")
    )
    assert await _becomes(tab, JamBotState, lambda page: (page.draft, page.draft_revision) == ("typed on the phone", 2))
    assert "typed here" not in tab.seen(JamBotState, "draft")


async def test_a_page_whose_login_ended_is_not_written_to_any_more(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "first")
    await open_at(tab, ada, f"/w/{here}")
    follower = await _send(tab, FollowState.follow, ada, path=f"/w/{here}")
    await parts.chats.store(ada.me, (await tab.state(JamBotState)).chat_id, "second")
    assert await _becomes(tab, JamBotState, lambda page: len(page.messages) == 2)
    # Only the login ends here; nobody pushes that to the tab.
    await parts.auth.sign_out(ada.me)
    saved = {"workspace_id": here, "user_id": ada.me.user_id, "fields": ("draft",), "device_id": "", "at": "now"}
    await parts.bus.publish(WorkspaceSaved(**saved, revision=77))
    await asyncio.wait({follower}, timeout=10)
    assert follower.done()
    assert (await tab.state(SessionState)).saved_revision != 77


async def test_a_page_nothing_changed_on_is_not_sent_again(parts: Services, ada: Someone, tab: Harness) -> None:
    here = await workspace(parts, ada.me, "Revenue", "first")
    await open_at(tab, ada, f"/w/{here}")
    sent = len(tab.seen(JamBotState, "messages"))
    await open_at(tab, ada, f"/w/{here}")
    assert len(tab.seen(JamBotState, "messages")) == sent


async def test_the_history_finds_titles_and_messages(parts: Services, ada: Someone, tab: Harness) -> None:
    await workspace(parts, ada.me, "Revenue", "about espresso")
    await workspace(parts, ada.me, "Espresso prices", "one")
    await tab.fire(HistoryState.load, cookie=ada.cookie, path="/history?q=espresso")
    history = await tab.state(HistoryState)
    assert [row.name for row in history.rows] == ["Espresso prices"]
    assert [hit.workspace for hit in history.hits] == ["Revenue"]


async def test_an_unknown_filter_in_the_address_is_no_filter(parts: Services, ada: Someone, tab: Harness) -> None:
    await workspace(parts, ada.me, "Revenue", "one")
    await tab.fire(HistoryState.load, cookie=ada.cookie, path="/history?status=deleted")
    history = await tab.state(HistoryState)
    assert (history.status, history.trouble, len(history.rows)) == ("", "", 1)


async def test_a_page_marker_from_elsewhere_is_told_and_nothing_is_shown(
    parts: Services, ada: Someone, tab: Harness
) -> None:
    await tab.fire(HistoryState.load, cookie=ada.cookie, path="/history?cursor=forged")
    history = await tab.state(HistoryState)
    assert (history.trouble, history.rows, history.is_loading) == ("bad_cursor", [], False)


@pytest.mark.parametrize("value", ["", "x", "../etc", "A" * 36, "01a1f9a2-fd08-747f-a201-fbd973bc0144 "])
def test_what_cannot_be_an_id_is_not_there(value: str) -> None:
    with pytest.raises(NotFound):
        checked_id(value)


async def _send(tab: Harness, spec: Any, who: Someone, *, path: str = "/new") -> asyncio.Future[Any]:
    """Send an event without waiting for what it leaves running, which is returned."""
    event = Event.from_event_type(spec)[0]
    routing = {
        "pathname": path,
        "asPath": path,
        "headers": {"cookie": f"jam_sid={who.cookie}"},
        "token": tab.token,
    }
    return await tab._processor.enqueue(tab.token, Event(name=event.name, payload=event.payload, router_data=routing))


async def _becomes(tab: Harness, cls: Any, condition: Any, *, within_s: float = 10) -> bool:
    """Wait until a state of the tab fulfils `condition`."""
    async with asyncio.timeout(within_s):
        while not condition(await tab.state(cls)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return True
