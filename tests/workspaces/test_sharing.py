"""What a domain opens to its members and to whoever holds a grant, and that nothing else is opened by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from jambot.access import Role
from jambot.errors import GrantExpired
from jambot.services import Services, build, set_services
from jambot.settings import Settings
from jambot.workspaces.following import follow_story
from tests.api.belongings import belongings
from tests.api.conftest import PASSWORD, Caller
from tests.api.shared_routes import fresh_api
from tests.auth.conftest import here

READ = (
    "GET /api/assets/?workspace_id={workspace_id}",
    "GET /api/assets/{asset_id}",
    "GET /api/assets/{asset_id}/content",
    "GET /api/chats/{chat_id}/messages",
)
CLOSED = (
    "GET /api/sessions/{session_id}",
    "PUT /api/sessions/{session_id}",
    "DELETE /api/sessions/{session_id}",
    "PUT /api/sessions/{session_id}/domain",
    "GET /api/sessions/{session_id}/draft",
    "PUT /api/sessions/{session_id}/draft",
    "DELETE /api/assets/{asset_id}",
    "POST /api/chat/{workspace_id}/stop",
    "POST /api/missions/{mission_id}/stop",
    "POST /api/proposals/{proposal_id}/accept",
)
BODIES: dict[str, Any] = {
    "PUT /api/sessions/{session_id}": {"name": "Mine now"},
    "PUT /api/sessions/{session_id}/domain": {"domain_id": None},
    "PUT /api/sessions/{session_id}/draft": {"text": "mine"},
}


@pytest.fixture
async def app(sqlite_url: str, settings: Settings) -> AsyncIterator[Services]:
    parts = build(settings)
    set_services(parts)
    await parts.sessions.start()
    yield parts
    await parts.turns.aclose()
    await parts.sessions.close()
    parts.auth.close()
    parts.work.close()
    set_services(None)


class Office:
    """Ada with one of everything, which carries her domain; Bob, a stranger; and an admin."""

    parts: Services
    ids: dict[str, str]
    ada: Caller
    bob: Caller
    root: Caller


@pytest.fixture
async def office(app: Services) -> AsyncIterator[Office]:
    made, api = Office(), fresh_api()
    made.parts = app
    for name in ("ada", "bob", "root"):
        token = (await app.auth.invite(None, role=Role.ADMIN if name == "root" else Role.USER)).address
        joined = await app.auth.register(
            email=f"{name}@example.org", password=PASSWORD, invite=token.rpartition("=")[2], device=here()
        )
        setattr(made, name, Caller(api, headers={"Authorization": f"Bearer {joined.access_token}"}))
        if name == "ada":
            made.ids = await belongings(app.work, app.clock, app.blobs, joined.person.id)
        if name == "bob":
            made.ids["bob_id"] = joined.person.id
    carried = await made.ada.put(
        f"/api/sessions/{made.ids['session_id']}/domain", json={"domain_id": made.ids["domain_id"]}
    )
    assert carried.status_code == 204, carried.text
    yield made
    for caller in (made.ada, made.bob, made.root):
        await caller.aclose()


async def ask(caller: Caller, route: str, ids: dict[str, str]) -> Any:
    method, _, path = route.partition(" ")
    return await caller.request(method, path.format_map(ids), json=BODIES.get(route))


async def seen(office: Office) -> set[int]:
    return {(await ask(office.bob, route, office.ids)).status_code for route in READ}


async def test_a_member_reads_what_carries_the_domain_and_writes_nothing(office: Office):
    assert await seen(office) == {404}
    member = f"/api/domains/{office.ids['domain_id']}/members/{office.ids['bob_id']}"
    assert (await office.ada.put(member, json={"role": "member"})).status_code == 204
    assert await seen(office) == {200}
    for route in CLOSED:
        assert (await ask(office.bob, route, office.ids)).status_code == 404, route
    shared = (await office.bob.get("/api/sessions/shared")).json()["sessions"]
    assert [(each["row"]["name"], each["domain"]) for each in shared] == [("Private work", "Private domain")]
    assert (await office.bob.get("/api/sessions/")).json()["sessions"] == []
    assert (await office.bob.delete(member)).status_code == 204
    assert await seen(office) == {404}


async def test_what_a_member_sees_on_the_page_has_nothing_of_how_its_owner_works_on_it(office: Office):
    await office.ada.put(f"/api/sessions/{office.ids['session_id']}/draft", json={"text": "not for you"})
    member = f"/api/domains/{office.ids['domain_id']}/members/{office.ids['bob_id']}"
    await office.ada.put(member, json={"role": "member"})
    bob = await office.parts.auth.principal_of_bearer(office.bob.headers["Authorization"].split()[1])
    view = await office.parts.recovery.open(bob, office.ids["session_id"])
    assert (view.draft.text, view.metadata, view.place, view.away) == ("", {}, {}, ())
    assert view.shared is not None and (view.shared.domain, view.shared.owner) == ("Private domain", "ada@example.org")
    assert [each.content for each in view.messages] == ["Private words"]
    # Nobody lands in somebody else's work by themselves.
    assert (await office.parts.recovery.recover_last(bob, None, None)).reason == "none"


async def test_a_grant_opens_it_and_its_end_is_said_and_closes_what_was_followed(office: Office):
    given = await office.root.post(
        "/api/admin/grants",
        json={"domain_id": office.ids["domain_id"], "email": "bob@example.org", "minutes": 240, "reason": "Month end"},
    )
    assert given.status_code == 201, given.text
    assert await seen(office) == {200}
    bob = await office.parts.auth.principal_of_bearer(office.bob.headers["Authorization"].split()[1])
    parts, workspace_id = office.parts, office.ids["session_id"]
    story = follow_story(bob, workspace_id, after=0, work=parts.work, bus=parts.bus, clock=parts.clock)
    assert (await anext(story)) is not None
    assert [each["reason"] for each in (await office.bob.get("/api/grants")).json()["grants"]] == ["Month end"]
    assert await parts.recovery.closed(bob, workspace_id) is None  # what still holds has closed nothing
    assert (await office.bob.delete(f"/api/grants/{given.json()['id']}")).status_code == 204
    for route in READ:
        answer = await ask(office.bob, route, office.ids)
        assert (answer.status_code, answer.json()["code"]) == (403, "grant_expired"), route
    # Nor does the rest of a download that was begun before come.
    content = f"/api/assets/{office.ids['asset_id']}/content"
    rest = await office.bob.get(content, headers={"Range": "bytes=2-", "If-Range": '"x"'})
    assert (rest.status_code, rest.json()["code"]) == (403, "grant_expired")
    with suppress(StopAsyncIteration):
        for _ in range(20):
            await asyncio.wait_for(anext(story), 2)
        raise AssertionError("still followed")
    with pytest.raises(GrantExpired):
        await parts.recovery.open(bob, workspace_id)
    closed = await parts.recovery.closed(bob, workspace_id)
    assert closed is not None and (closed.domain, closed.why) == ("Private domain", "ended")


async def test_a_workspace_taken_back_or_in_the_trash_is_its_owners_alone(office: Office):
    member = f"/api/domains/{office.ids['domain_id']}/members/{office.ids['bob_id']}"
    await office.ada.put(member, json={"role": "member"})
    session = f"/api/sessions/{office.ids['session_id']}"
    assert (await office.ada.delete(session)).status_code in {200, 204}
    assert await seen(office) == {404}
    assert (await office.ada.post(f"{session}/restore")).status_code in {200, 204}
    assert await seen(office) == {200}
    assert (await office.ada.put(f"{session}/domain", json={"domain_id": None})).status_code == 204
    assert await seen(office) == {404}
