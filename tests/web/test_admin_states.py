"""The administration's states on the app's real parts: what an inspector keeps, and lists that go on after a fault."""

from __future__ import annotations

import pytest

from jambot.access import Role
from jambot.ids import new_id
from jambot.services import Services
from jambot.web.states.admin_look import AdminLookState
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
