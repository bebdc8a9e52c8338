"""Sharing in the page: with whom, who sees it, what a reader is offered, and why it closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from jambot.access import DomainRole, Principal, Role
from jambot.auth.domains import DomainView
from jambot.errors import NotFound
from jambot.services import Services
from jambot.web.states.admin_domains import AdminDomainsState
from jambot.web.states.history import HistoryState
from jambot.web.states.jambot import JamBotState
from jambot.web.states.notice import NoticeState
from jambot.web.states.session import SessionState
from jambot.web.states.sharing import SharedWithMeState, ShareState
from tests.web.harness import Harness
from tests.web.test_states import Someone, _becomes, _send, ada, join, open_at, parts, tab, workspace

__all__ = ["ada", "parts", "tab"]


@pytest.fixture
async def bob(parts: Services) -> Someone:
    return await join(parts, "Bob")


@pytest.fixture
async def root(parts: Services, ada: Someone) -> Someone:
    """An admin."""
    made = await join(parts, "Root")
    await parts.auth.set_role(None, made.me.user_id, role=Role.ADMIN)
    return replace(made, me=replace(made.me, role=Role.ADMIN))


@pytest.fixture
async def finance(parts: Services, root: Someone, ada: Someone) -> DomainView:
    made = await parts.domains.create(root.me, name="Finance")
    await parts.domains.put_member(root.me, made.id, ada.me.user_id, role=DomainRole.OWNER)
    return made


async def give(parts: Services, by: Principal, to: Someone, domain: DomainView, **more: Any) -> str:
    options = {"span": timedelta(hours=4), "reason": "Month end"} | more
    return (await parts.grants.give(by, domain_id=domain.id, user_id=to.me.user_id, **options)).id


async def test_sharing_says_who_will_see_it_and_leaves_a_badge(
    parts: Services, ada: Someone, bob: Someone, root: Someone, finance: DomainView, tab: Harness
):
    here = await workspace(parts, ada.me, "Figures", "one")
    await open_at(tab, ada, f"/w/{here}")
    await tab.fire(ShareState.ask(here), cookie=ada.cookie)
    share = await tab.state(ShareState)
    assert (share.chosen, share.seen_by) == ("", "Nobody else will see it.")
    await tab.fire(ShareState.choose(finance.id), cookie=ada.cookie)
    assert "Nobody else belongs to it yet" in (await tab.state(ShareState)).seen_by
    await parts.domains.put_member(root.me, finance.id, bob.me.user_id)
    await give(parts, root.me, root, finance)
    await tab.fire(ShareState.choose(finance.id), cookie=ada.cookie)
    assert (await tab.state(ShareState)).seen_by == "Bob and 1 person with a temporary grant will see it."
    await _send(tab, ShareState.save(), ada, path=f"/w/{here}")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Figures is shared with Finance")
    session = await tab.state(SessionState)
    assert session.current_session.domain == session.groups[0].rows[0].domain == "Finance"
    # Whoever left it may still take it back.
    await parts.domains.remove_member(root.me, finance.id, ada.me.user_id)
    await tab.fire(ShareState.ask(here), cookie=ada.cookie)
    assert "belong to it no more" in (await tab.state(ShareState)).seen_by
    await tab.fire(ShareState.choose(""), cookie=ada.cookie)
    await _send(tab, ShareState.save(), ada, path=f"/w/{here}")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Figures is yours alone again")
    assert (await parts.workspaces.get(ada.me, here)).row.domain_id is None


async def test_nobody_shares_what_is_not_theirs(
    parts: Services, ada: Someone, bob: Someone, root: Someone, finance: DomainView, tab: Harness
):
    here = await workspace(parts, ada.me, "Figures", "one")
    await parts.workspaces.carry(ada.me, here, finance.id)
    await parts.domains.put_member(root.me, finance.id, bob.me.user_id)
    with pytest.raises(NotFound):
        await tab.fire(ShareState.ask(here), cookie=bob.cookie)
    assert (await tab.state(ShareState)).workspace_id == ""


async def test_a_reader_is_offered_nothing_that_would_be_refused_and_learns_why_it_closed(
    parts: Services, ada: Someone, bob: Someone, root: Someone, finance: DomainView, tab: Harness
):
    here = await workspace(parts, ada.me, "Figures", "one")
    await parts.workspaces.carry(ada.me, here, finance.id)
    grant_id = await give(parts, root.me, bob, finance)
    session = await open_at(tab, bob, f"/w/{here}")
    assert (session.shared_by, session.current_session.owner) == ("Ada Lovelace · Finance", "Ada Lovelace")
    assert [(each.is_fixed, each.is_last) for each in (await tab.state(JamBotState)).messages] == [(True, False)]
    await parts.grants.end(root.me, grant_id)
    session = await open_at(tab, bob, f"/w/{here}")
    assert (session.session_error, session.closed.domain) == ("closed", "Finance")
    assert session.closed.why == "It was ended before its time."
    assert (await tab.state(JamBotState)).messages == []


async def test_what_is_shared_with_me_says_how_long_and_why_and_can_be_given_back(
    parts: Services, bob: Someone, root: Someone, finance: DomainView, tab: Harness
):
    await give(parts, root.me, bob, finance, span=timedelta(hours=3, minutes=20, seconds=30))
    await parts.domains.put_member(root.me, finance.id, bob.me.user_id)
    await tab.fire(SharedWithMeState.load, cookie=bob.cookie, path="/settings")
    mine = await tab.state(SharedWithMeState)
    assert [(each.domain, each.left, each.reason) for each in mine.grants] == [
        ("Finance", "3 h 20 min left", "because: Month end")
    ]
    assert [(each.name, each.note) for each in mine.domains] == [("Finance", "Member")]
    await _send(tab, SharedWithMeState.end(mine.grants[0].id), bob, path="/settings")
    assert await _becomes(tab, SharedWithMeState, lambda state: state.grants == [])
    await tab.fire(SharedWithMeState.ask_to_leave(finance.id), cookie=bob.cookie, path="/settings")
    await _send(tab, SharedWithMeState.leave, bob, path="/settings")
    assert await _becomes(tab, SharedWithMeState, lambda state: state.domains == [])
    assert await parts.domains.mine(bob.me) == []


async def test_an_admin_makes_a_domain_fills_it_opens_it_and_ends_what_was_opened(
    parts: Services, ada: Someone, bob: Someone, root: Someone, tab: Harness
):
    path = "/admin/domains"

    async def on_page(handler: Any, becomes: Any, **fields: str) -> Any:
        spec = handler(fields) if fields else handler
        await _send(tab, spec, root, path=path)
        assert await _becomes(tab, AdminDomainsState, becomes)
        return await tab.state(AdminDomainsState)

    await _send(tab, AdminDomainsState.create({"name": "Finance"}), root, path=path)
    assert await _becomes(tab, NoticeState, lambda notice: "Finance is made" in notice.text)
    made = (await parts.domains.all(root.me))[0]
    path = f"/admin/domains?domain={made.id}"
    await on_page(AdminDomainsState.load, lambda page: page.domain.name == "Finance")
    person = {"email": "nobody@example.org", "role": "owner"}
    await on_page(AdminDomainsState.add, lambda page: page.error == "Nobody here has this e-mail.", **person)
    person["email"] = "ada@example.org"
    page = await on_page(AdminDomainsState.add, lambda page: bool(page.members), **person)
    assert [(each.email, each.role) for each in page.members] == [("Ada@example.org", "owner")] and page.error == ""
    wanted = {"email": "bob@example.org", "minutes": "0", "reason": "Audit"}
    await on_page(AdminDomainsState.give, lambda page: page.error.startswith("A grant lasts one minute"), **wanted)
    page = await on_page(AdminDomainsState.give, lambda page: bool(page.grants), **{**wanted, "minutes": "60"})
    assert [(each.person, each.reason) for each in page.grants] == [("Bob@example.org", "Audit")]
    here = await workspace(parts, ada.me, "Figures", "one")
    await parts.workspaces.carry(ada.me, here, made.id)
    page = await on_page(AdminDomainsState.ask("grant", page.grants[0].id), lambda page: page.ending == "grant")
    assert (page.title, [(each.count, each.words) for each in page.hits]) == (
        "End the grant of Bob",
        [("1", "workspace closes; it stays its owner's")],
    )
    await on_page(AdminDomainsState.confirm, lambda page: page.grants == [] and not page.ending, reason="Done early")
    await on_page(AdminDomainsState.ask("domain", made.id), lambda page: page.title == "Delete Finance")
    await on_page(AdminDomainsState.confirm, lambda page: not page.ending, reason="")
    assert await _becomes(tab, NoticeState, lambda notice: notice.text == "Finance is deleted")
    assert await parts.domains.all(root.me) == []


async def test_nobody_else_makes_one(parts: Services, bob: Someone, root: Someone, tab: Harness):
    await tab.fire(AdminDomainsState.create({"name": "Mine"}), cookie=bob.cookie, path="/admin/domains")
    assert await parts.domains.all(root.me) == []


async def test_what_others_share_is_a_filter_of_the_history_searched_paged_and_never_changed(
    parts: Services, ada: Someone, bob: Someone, root: Someone, finance: DomainView, tab: Harness
):
    ids = [await workspace(parts, ada.me, name, "one") for name in ("Budget", "Übersicht", "Budget draft")]
    for each in ids:
        await parts.workspaces.carry(ada.me, each, finance.id)
    own = await workspace(parts, bob.me, "Budget of mine", "one")
    await parts.domains.put_member(root.me, finance.id, bob.me.user_id)
    first = await parts.history.shared(bob.me, limit=2)
    rest = await parts.history.shared(bob.me, limit=2, cursor=first.next_cursor)
    assert [each.row.id for each in (*first.rows, *rest.rows)] == ids[::-1] and rest.next_cursor is None
    for query, names in (("budg", ["Budget draft", "Budget"]), ("übersicht", ["Übersicht"]), ("%", []), ("nil", [])):
        found = await parts.history.shared(bob.me, query=query)
        assert [each.row.name for each in found.rows] == names, query

    async def shown(path: str) -> HistoryState:
        await tab.fire(HistoryState.load, cookie=bob.cookie, path=path)
        return await tab.state(HistoryState)

    history = await shown("/history")
    assert ([row.id for row in history.rows], history.has_shared) == ([own], True)
    history = await shown("/history?status=shared&q=draft")
    assert [(row.name, row.owner, row.domain) for row in history.rows] == [("Budget draft", "Ada Lovelace", "Finance")]
    await _send(tab, HistoryState.do("trash", ids, True), bob, path="/history?status=shared")
    assert await _becomes(tab, HistoryState, lambda state: not state.is_loading and len(state.rows) == 3)
    assert [(await parts.workspaces.get(ada.me, each)).row.deleted_at for each in ids] == [None] * 3
