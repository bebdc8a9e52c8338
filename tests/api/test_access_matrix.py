"""Every route times everybody. The routes are read from the API's own description: one without an entry here fails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from enum import Enum, auto
from typing import Any

import pytest

from jambot.access import Role
from jambot.admin.doing import Doing, Selection
from jambot.ids import new_id
from jambot.services import Services, build, set_services
from jambot.settings import Settings
from tests.api.belongings import belongings
from tests.api.conftest import PASSWORD, Caller
from tests.api.shared_routes import fresh_api
from tests.auth.conftest import here


class Access(Enum):
    PUBLIC = auto()
    """Anybody; whatever it does is guarded by what is in the body."""
    PERSON = auto()
    """Whoever is signed in, about themselves or what is the same for all."""
    OWNER = auto()
    """Whoever is signed in and owns what the address names; for everybody else it does not exist."""
    SHARED = auto()
    """As OWNER, but what the address names is the admins' to decide on as well."""
    ADMIN = auto()


PUBLIC, PERSON, OWNER, ADMIN = Access.PUBLIC, Access.PERSON, Access.OWNER, Access.ADMIN
SHARED = Access.SHARED
MATRIX: dict[str, Access] = {
    "POST /api/auth/setup": PUBLIC,
    "POST /api/auth/register": PUBLIC,
    "POST /api/auth/login": PUBLIC,
    "POST /api/auth/guest": PUBLIC,
    "POST /api/auth/logout": PUBLIC,
    "POST /api/auth/refresh": PUBLIC,
    "POST /api/auth/reset": PUBLIC,
    "POST /api/auth/reset-request": PUBLIC,
    "GET /api/auth/me": PERSON,
    "PUT /api/auth/me": PERSON,
    "POST /api/auth/activity": PERSON,
    "POST /api/auth/renew": PERSON,
    "PUT /api/auth/password": PERSON,
    "POST /api/auth/reauth": PERSON,
    "GET /api/auth/export": PERSON,
    "DELETE /api/auth/account": PERSON,
    "GET /api/devices": PERSON,
    "DELETE /api/devices": PERSON,
    "DELETE /api/devices/{login_id}": OWNER,
    "POST /api/devices/{login_id}/confirm": OWNER,
    "GET /api/keys": PERSON,
    "POST /api/keys": PERSON,
    "DELETE /api/keys/{key_id}": OWNER,
    "GET /api/domains": PERSON,
    "GET /api/domains/{domain_id}/members": SHARED,
    "PUT /api/domains/{domain_id}/members/{user_id}": SHARED,
    "DELETE /api/domains/{domain_id}/members/{user_id}": SHARED,
    "GET /api/domains/{domain_id}/grants": SHARED,
    "POST /api/domains/{domain_id}/grants": SHARED,
    "GET /api/grants": PERSON,
    "DELETE /api/grants/{grant_id}": SHARED,
    "PUT /api/sessions/{session_id}/domain": OWNER,
    "GET /api/sessions/shared": PERSON,
    "GET /api/admin/domains": ADMIN,
    "POST /api/admin/domains": ADMIN,
    "PUT /api/admin/domains/{domain_id}": ADMIN,
    "DELETE /api/admin/domains/{domain_id}": ADMIN,
    "GET /api/admin/grants": ADMIN,
    "POST /api/admin/grants": ADMIN,
    "GET /api/admin/overview": ADMIN,
    "GET /api/admin/logins": ADMIN,
    "DELETE /api/admin/logins/{login_id}": ADMIN,
    "GET /api/admin/workspaces": ADMIN,
    "GET /api/admin/users": ADMIN,
    "PUT /api/admin/users/{user_id}": ADMIN,
    "POST /api/admin/users/{user_id}/sign-out": ADMIN,
    "POST /api/admin/users/{user_id}/reset-link": ADMIN,
    "GET /api/admin/invites": ADMIN,
    "POST /api/admin/invites": ADMIN,
    "GET /api/admin/audit": ADMIN,
    "POST /api/admin/reset-links": ADMIN,
    "GET /api/admin/sessions": ADMIN,
    "GET /api/admin/sessions/count": ADMIN,
    "GET /api/admin/sessions/export": ADMIN,
    "GET /api/admin/sessions/{handle}": ADMIN,
    "POST /api/admin/sessions/preview": ADMIN,
    "POST /api/admin/sessions/actions": ADMIN,
    "GET /api/admin/operations": ADMIN,
    "GET /api/admin/operations/{operation_id}": ADMIN,
    "DELETE /api/admin/operations/{operation_id}": ADMIN,
    "GET /api/admin/operations/{operation_id}/results": ADMIN,
    "GET /api/admin/session-targets": ADMIN,
    "GET /api/admin/views": ADMIN,
    "POST /api/admin/views": ADMIN,
    "PUT /api/admin/views/{view_id}": ADMIN,
    "DELETE /api/admin/views/{view_id}": ADMIN,
    "GET /api/admin/session-log": ADMIN,
    "GET /api/admin/figures": ADMIN,
    "GET /api/admin/samples": ADMIN,
    "GET /api/admin/durations": ADMIN,
    "GET /api/admin/heat": ADMIN,
    "GET /api/admin/jobs": ADMIN,
    "POST /api/admin/jobs/{name}/run": ADMIN,
    "GET /api/chats/{chat_id}/messages": OWNER,
    "POST /api/chats/{chat_id}/messages": OWNER,
    "POST /api/chat/turns": PERSON,
    "POST /api/chat/stream": PERSON,
    "POST /api/chat/{workspace_id}/stop": OWNER,
    "GET /api/chat/messages/{message_id}": OWNER,
    "PUT /api/chat/messages/{message_id}": OWNER,
    "POST /api/chat/messages/{message_id}/retry": OWNER,
    "POST /api/chat/messages/{message_id}/continue": OWNER,
    "POST /api/chat/messages/{message_id}/keep": OWNER,
    "POST /api/assets/": PERSON,
    "GET /api/assets/": PERSON,
    "GET /api/assets/{asset_id}": OWNER,
    "DELETE /api/assets/{asset_id}": OWNER,
    "GET /api/assets/{asset_id}/content": OWNER,
    "GET /api/missions/": PERSON,
    "GET /api/missions/{mission_id}": OWNER,
    "GET /api/missions/{mission_id}/hops": OWNER,
    "GET /api/missions/{mission_id}/tool-steps": OWNER,
    "POST /api/missions/{mission_id}/pause": OWNER,
    "POST /api/missions/{mission_id}/resume": OWNER,
    "POST /api/missions/{mission_id}/stop": OWNER,
    "POST /api/missions/{mission_id}/kill": OWNER,
    "POST /api/missions/{mission_id}/retry": OWNER,
    "GET /api/missions/{mission_id}/retry-price": OWNER,
    "GET /api/proposals/{proposal_id}": OWNER,
    "POST /api/proposals/{proposal_id}/accept": OWNER,
    "POST /api/proposals/{proposal_id}/reject": OWNER,
    "POST /api/proposals/{proposal_id}/change": OWNER,
    "POST /api/approvals/{approval_id}": OWNER,
    "GET /api/tool-steps/{step_id}": OWNER,
    "POST /api/tool-steps/{step_id}/retry": OWNER,
    "GET /api/tools/": PERSON,
    "GET /api/tools/{tool_id}": PERSON,
    "POST /api/sessions/": PERSON,
    "GET /api/sessions/": PERSON,
    "GET /api/sessions/search": PERSON,
    "GET /api/sessions/active": PERSON,
    "POST /api/sessions/admin/cleanup/abandon": ADMIN,
    "POST /api/sessions/admin/cleanup/archive": ADMIN,
    "DELETE /api/sessions/admin/cleanup/delete": ADMIN,
    "GET /api/sessions/{session_id}": OWNER,
    "PUT /api/sessions/{session_id}": OWNER,
    "DELETE /api/sessions/{session_id}": OWNER,
    "POST /api/sessions/{session_id}/restore": OWNER,
    "POST /api/sessions/{session_id}/reset-metadata": OWNER,
    "POST /api/sessions/{session_id}/link-mission/{mission_id}": OWNER,
    "POST /api/sessions/{session_id}/activity": OWNER,
    "POST /api/sessions/{session_id}/complete": OWNER,
    "GET /api/sessions/{session_id}/draft": OWNER,
    "PUT /api/sessions/{session_id}/draft": OWNER,
    "PUT /api/place": PERSON,
    "GET /api/preferences": PERSON,
    "PUT /api/preferences": PERSON,
    "GET /api/sessions/{session_id}/events": OWNER,
}
SCHEMA = fresh_api().openapi()
ROUTES = {
    f"{method.upper()} {path}": operation
    for path, item in SCHEMA["paths"].items()
    for method, operation in item.items()
}
# Where the description allows less than the use case does.
BODIES = {"PUT /api/sessions/{session_id}/draft": {"text": "ours"}}
# What the address names is theirs, but what it leads to is a stream without an end.
STREAMS = {"GET /api/sessions/{session_id}/events"}


def test_every_route_has_an_entry_and_every_entry_a_route():
    assert set(ROUTES) == set(MATRIX)


def test_whatever_names_something_owned_is_checked_for_its_owner():
    for route, access in MATRIX.items():
        if access is PERSON:
            assert set(re.findall(r"{(\w+)}", route)) <= {"tool_id"}, route


class World:
    """Ada with one of everything, Bob with nothing, an admin, and nobody."""

    def __init__(self, parts: Services, ids: dict[str, str], callers: dict[str, Caller]) -> None:
        self.parts = parts
        self.ids = ids
        self.nobody = callers["nobody"]
        self.ada = callers["ada"]
        self.bob = callers["bob"]
        self.root = callers["root"]
        self.root_id = ids["root_id"]


@pytest.fixture
async def world(sqlite_url: str, settings: Settings) -> AsyncIterator[World]:
    parts = build(settings)
    set_services(parts)
    await parts.sessions.start()
    api = fresh_api()
    callers = {"nobody": Caller(api)}
    ids: dict[str, str] = {}
    for number, name in enumerate(("ada", "bob", "root")):
        token = (await parts.auth.invite(None, role=Role.ADMIN if name == "root" else Role.USER)).address
        joined = await parts.auth.register(
            email=f"{name}@example.org",
            password=PASSWORD,
            invite=token.rpartition("=")[2],
            device=here(f"203.0.113.{number}"),
        )
        callers[name] = Caller(api, headers={"Authorization": f"Bearer {joined.access_token}"})
        if name == "ada":
            ids = await belongings(parts.work, parts.clock, parts.blobs, joined.person.id)
            ids |= {"login_id": joined.opened.login.id, "user_id": joined.person.id}
            ids["handle"] = joined.opened.login.id
        if name == "root":
            ids["root_id"] = joined.person.id
            me = await parts.auth.principal_of_bearer(joined.access_token)
            chosen = Selection(handles=(ids["login_id"],))
            ids["operation_id"] = (await parts.desk.operations.start(me, Doing.EXTEND, chosen, reason="more time")).id
    yield World(parts, ids, callers)
    for caller in callers.values():
        await caller.aclose()
    await parts.turns.aclose()
    await parts.sessions.close()
    parts.auth.close()
    parts.work.close()
    set_services(None)


async def test_nobody_gets_anything_but_the_doors(world: World):
    for route, access in MATRIX.items():
        answer = await call(world.nobody, route, world.ids)
        if access is PUBLIC:
            assert '"forbidden"' not in answer.text and '"not_found"' not in answer.text, route
        else:
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), route
        assert_tells_nothing(answer, route)


async def test_a_user_gets_nothing_of_the_admins(world: World):
    for route, access in MATRIX.items():
        if access is ADMIN:
            answer = await call(world.bob, route, world.ids)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), route
            assert_tells_nothing(answer, route)


async def test_what_is_somebody_elses_looks_exactly_like_what_is_not_there(world: World):
    missing = {name: new_id() for name in world.ids}
    for route, access in MATRIX.items():
        if access not in (OWNER, SHARED):
            continue
        for stranger in (world.bob, world.root) if access is OWNER else (world.bob,):
            foreign = await call(stranger, route, world.ids)
            absent = await call(stranger, route, missing)
            malformed = await call(stranger, route, dict.fromkeys(missing, "1' OR '1'='1"))
            answers = {str(each.json() | {"request_id": ""}) for each in (foreign, absent, malformed)}
            assert (foreign.status_code, len(answers)) == (404, 1), (route, answers)
            assert_tells_nothing(foreign, route)


async def test_the_owner_reads_what_is_theirs(world: World):
    for route, access in MATRIX.items():
        if access in (OWNER, SHARED) and route.startswith("GET ") and route not in STREAMS:
            answer = await call(world.ada, route, world.ids)
            assert answer.status_code == 200, (route, answer.text)


async def test_lists_and_searches_hold_nothing_of_others(world: World):
    for route, access in MATRIX.items():
        if access is PERSON and route.startswith("GET "):
            for stranger in (world.bob, world.root):
                answer = await call(stranger, route, world.ids)
                assert answer.status_code in {200, 404, 422}, (route, answer.text)
                assert_tells_nothing(answer, route)


async def test_a_body_that_names_what_is_somebody_elses_finds_nothing(world: World):
    named = {"workspace_id", "chat_id", "asset_ids", "mission_id"}
    for route, access in MATRIX.items():
        body = body_of(route, world.ids) if access is PERSON else None
        if not isinstance(body, dict) or not named & set(body):
            continue
        answer = await call(world.bob, route, world.ids)
        assert answer.status_code == 404, (route, body, answer.text)


async def test_an_admin_gets_what_is_the_admins(world: World):
    for route, access in MATRIX.items():
        if access is ADMIN and route.startswith("GET "):
            answer = await call(world.root, route, world.ids)
            assert answer.status_code == 200, (route, answer.text)


async def test_a_demoted_admin_is_refused_on_the_very_next_request(world: World):
    signed_in = await world.root.post("/api/auth/login", json={"email": "root@example.org", "password": PASSWORD})
    cookie = {"Cookie": f"jam_sid={signed_in.cookies['jam_sid']}"}
    world.nobody.cookies.clear()
    assert (await world.nobody.get("/api/admin/overview", headers=cookie)).status_code == 200
    await world.parts.auth.create_admin(email="second@example.org", password=PASSWORD)
    await world.parts.auth.set_role(None, world.root_id, role=Role.USER)
    answer = await world.nobody.get("/api/admin/overview", headers=cookie)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await world.root.get("/api/admin/overview")).status_code == 401


async def call(caller: Caller, route: str, ids: dict[str, str]) -> Any:
    method, _, path = route.partition(" ")
    address = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x"), path)
    content = ROUTES[route].get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        files = {"file": ("a.csv", b"a;b\n1;2\n", "text/csv")}
        return await caller.request(method, address, files=files, data={"workspace_id": ids["workspace_id"]})
    return await caller.request(method, address, json=body_of(route, ids), params=query_of(route))


def query_of(route: str) -> dict[str, Any]:
    parameters = ROUTES[route].get("parameters", [])
    return {each["name"]: example(each["schema"]) for each in parameters if each["in"] == "query" and each["required"]}


def body_of(route: str, ids: dict[str, str]) -> Any:
    """The least body the description allows, with ids of what Ada owns where it asks for ids."""
    content = ROUTES[route].get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema = resolved(content["application/json"]["schema"])
    properties = schema.get("properties", {})
    body = {name: example(properties[name]) for name in schema.get("required", [])}
    body |= BODIES.get(route, {})
    return body | {name: ids[name] for name in properties if name in {"workspace_id", "chat_id"} and name in ids}


def example(schema: dict[str, Any]) -> Any:
    """Some value of a schema."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object":
        return {
            name: example(each)
            for name, each in schema.get("properties", {}).items()
            if name in schema.get("required", [])
        }
    if kind == "array":
        return []
    examples = {"string": "ours", "integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": False}
    return examples.get(str(kind))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return resolved(SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        return resolved(next(each for each in schema["anyOf"] if each.get("type") != "null"))
    return schema


def assert_tells_nothing(answer: Any, route: str) -> None:
    """Nothing of Ada's: everything she has is called private."""
    assert "private" not in answer.text.casefold(), route
