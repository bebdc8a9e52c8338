"""The administration's states on the app's real parts: what an inspector keeps, and lists that go on after a fault."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jambot.access import Role
from jambot.admin.doing import Doing, Impact
from jambot.admin.saved_views import ViewNameTaken
from jambot.ids import new_id
from jambot.services import Services
from jambot.web.states.admin_acting import hit_lines
from jambot.web.states.admin_look import AdminLookState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.admin_views import AdminViewsState
from jambot.web.strings import t
from tests.web.harness import Harness
from tests.web.test_states import Someone, ada, join, parts, tab

__all__ = ["ada", "parts", "tab"]


@pytest.fixture
async def root(parts: Services) -> Someone:
    joined = await join(parts, "Root Vogel")
    await parts.auth.set_role(None, joined.me.user_id, role=Role.ADMIN)
    return await join_again(parts, joined)


async def join_again(parts: Services, who: Someone) -> Someone:
    me = await parts.auth.principal_of_cookie_header(f"jam_sid={who.cookie}")
    assert me is not None
    return Someone(cookie=who.cookie, me=me)


async def look(tab: Harness, root: Someone, handle: str) -> AdminLookState:
    await tab.fire(AdminLookState.load, cookie=root.cookie, path=f"/admin?session={handle}")
    return await tab.state(AdminLookState)


async def test_the_inspector_keeps_nothing_of_the_session_looked_at_before(
    parts: Services, ada: Someone, root: Someone, tab: Harness
) -> None:
    await parts.domains.create(root.me, name="Finance")
    state = await look(tab, root, ada.me.login_id)
    assert (state.person, state.user_id) == ("Ada Lovelace", ada.me.user_id)
    for handle in (new_id(), ""):
        await look(tab, root, ada.me.login_id)
        state = await look(tab, root, handle)
        assert (state.user_id, state.domains, state.person, state.facts, state.kind) == ("", [], "", [], "")
    assert (await look(tab, root, new_id())).note == t("look.no_events")


async def test_what_the_page_shows_is_named_found_again_and_forgotten(
    parts: Services, root: Someone, tab: Harness
) -> None:
    here = "/admin?state=expiring&sort=ends&cursor=abc"

    async def fire(spec: Any, path: str = here) -> AdminViewsState:
        await tab.fire(spec, cookie=root.cookie, path=path)
        return await tab.state(AdminViewsState)

    await fire(AdminViewsState.load)
    state = await fire(AdminViewsState.save({"name": "Ends soon"}))
    assert [(view.name, view.href, view.is_here) for view in state.views] == [
        ("Ends soon", "/admin?state=expiring&sort=ends", True)
    ]
    assert (await fire(AdminViewsState.save({"name": "ends  soon"}))).error == ViewNameTaken().detail
    assert (await fire(AdminViewsState.save({"name": ""}))).error
    state = await fire(AdminViewsState.load, path="/admin/people")
    assert (state.here, state.views[0].is_here, state.error) == ("", False, "")
    await fire(AdminViewsState.rename(state.views[0].id))
    assert (await fire(AdminViewsState.renamed({"name": "Soon"}))).here == "Soon"
    assert (await fire(AdminViewsState.delete(state.views[0].id))).views == []


async def test_the_number_of_sessions_stays_true_while_the_table_looks_again(
    parts: Services, ada: Someone, root: Someone, tab: Harness
) -> None:
    await tab.fire(AdminTableState.load, cookie=root.cookie, path="/admin?kind=login")
    before = await tab.state(AdminTableState)
    counted = int(before.count)
    await join(parts, "Late Comer")
    await before._read(root.me)
    assert (int(before.count), len(before.rows)) == (counted + 1, counted + 1)


async def test_the_box_of_the_page_is_ticked_only_when_every_session_is_chosen(
    parts: Services, ada: Someone, root: Someone, tab: Harness
) -> None:
    await join(parts, "Late Comer")

    async def ticks(spec: Any) -> tuple[bool, bool]:
        await tab.fire(spec, cookie=root.cookie, path="/admin?kind=login")
        state = await tab.state(AdminTableState)
        return state.is_page_chosen, state.is_part_chosen

    assert await ticks(AdminTableState.load) == (False, False)
    assert await ticks(AdminTableState.choose(ada.me.login_id)) == (False, True)
    assert await ticks(AdminTableState.choose_page) == (True, False)
    assert await ticks(AdminTableState.choose_page) == (False, False)


@pytest.mark.parametrize(("people", "words"), [(1, "person in all"), (2, "people in all")])
def test_one_is_told_as_one(people: int, words: str) -> None:
    impact = Impact(
        doing=Doing.SIGN_OUT,
        sessions=2,
        is_exact=True,
        people=people,
        typing=0,
        missions=0,
        idle=0,
        devices=2,
        spared=0,
        own=0,
        counted_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    assert [(line.count, line.words) for line in hit_lines(impact)] == [(str(people), words)]
