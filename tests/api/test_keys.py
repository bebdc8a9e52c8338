"""API keys: what each scope reaches, and that nothing reaches further."""

from __future__ import annotations

from typing import Any

import pytest

from jambot.access import KEY_RESOURCES, Principal, Role, may_reach
from jambot.auth.devices import Device
from jambot.db.models import ApiKey
from jambot.errors import ScopeMissing
from jambot.ids import LoginId, UserId
from jambot.services import Services
from tests.api.conftest import PASSWORD, Caller
from tests.api.shared_routes import fresh_api
from tests.api.test_access_matrix import MATRIX, Access, World, call, world
from tests.auth.conftest import ADA, FIREFOX, House

__all__ = ["world"]

# Which resource each route belongs to, as far as a key may reach it; everything else is closed to every key.
RESOURCES = {
    "/api/sessions": "sessions",
    "/api/place": "sessions",
    "/api/chat": "chat",
    "/api/chats": "chat",
    "/api/assets": "assets",
    "/api/missions": "missions",
    "/api/proposals": "missions",
    "/api/approvals": "missions",
    "/api/tool-steps": "missions",
    "/api/tools": "tools",
    "/api/admin": "admin",
    "/api/sessions/admin": "admin",
}
SCOPES = (
    "read",
    "write",
    "admin",
    *(f"{each}:{reach}" for each in sorted(KEY_RESOURCES) for reach in ("read", "write")),
)


def resource_of(path: str) -> str:
    found = [prefix for prefix in RESOURCES if f"{path}/".startswith(f"{prefix}/")]
    return RESOURCES[max(found, key=len)] if found else ""


def reaches(scope: str, route: str) -> bool:
    method, _, path = route.partition(" ")
    if route == "GET /api/auth/me":
        return True
    resource = resource_of(path)
    if resource == "admin" or not resource:
        return bool(resource) and scope == "admin"
    return scope in ({"write", f"{resource}:write"} | ({"read", f"{resource}:read"} if method == "GET" else set()))


async def made(caller: Caller, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": "Nightly report", "scopes": list(scopes), "password": PASSWORD} | more
    answer = await caller.post("/api/keys", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_key_reaches_what_its_scope_says_and_nothing_else(world: World):
    for scope in ("read", "write", "admin", "assets:write"):
        owner = world.root if scope == "admin" else world.ada
        key = (await made(owner, scope))["key"]
        async with Caller(fresh_api(), headers={"X-API-Key": key}) as program:
            for route, access in MATRIX.items():
                changes = reaches(scope, route) and not route.startswith("GET ")
                if access is Access.PUBLIC or route.endswith("/events") or changes:
                    continue
                answer = await call(program, route, world.ids)
                assert ('"scope_missing"' in answer.text) is not reaches(scope, route), (scope, route, answer.text)


def test_every_scope_reaches_its_resource_and_no_other():
    for scope in SCOPES:
        key = Principal(
            user_id=UserId("u"),
            login_id=LoginId("k"),
            role=Role.ADMIN,
            email="",
            name="",
            scopes=frozenset({scope}),
        )
        for route in MATRIX:
            method, _, path = route.partition(" ")
            resource = "me" if path == "/api/auth/me" else resource_of(path)
            assert may_reach(key, resource, to_change=method != "GET") is reaches(scope, route), (scope, route)


async def test_a_key_is_shown_once_kept_as_a_hash_and_says_when_it_was_used(ada: Caller, house: House, api: Any):
    answer = await made(ada, "read", days=30)
    assert answer["key"].startswith(answer["prefix"])
    rows = await house.work.read(lambda db: [db.get(ApiKey, answer["id"])])
    assert answer["key"] not in str(rows[0]) and answer["key"].rpartition("_")[2] not in str(rows[0])
    async with Caller(api, headers={"Authorization": f"Bearer {answer['key']}"}, place="192.0.2.7") as program:
        me = (await program.get("/api/auth/me")).json()
    assert (me["login"], me["scopes"], me["user"]["email"]) == (None, ["read"], ADA)
    listed = (await ada.get("/api/keys")).json()["keys"]
    assert answer["key"] not in str(listed)
    assert (listed[0]["last_used_from"], listed[0]["prefix"]) == ("192.0.2.0/24", answer["prefix"])
    assert listed[0]["last_used_at"] is not None


async def test_a_revoked_or_ended_key_or_that_of_somebody_shut_out_is_dead_at_once(
    ada: Caller, house: House, api: Any, parts: Services
):
    first, second, third = [await made(ada, "read", days=2) for _ in range(3)]
    me = await house.principal(await house.sign_in())

    async def status(key: dict[str, Any]) -> int:
        async with Caller(api, headers={"X-API-Key": key["key"]}) as program:
            return (await program.get("/api/auth/me")).status_code

    assert [await status(each) for each in (first, second, third)] == [200, 200, 200]
    assert (await ada.delete(f"/api/keys/{first['id']}")).status_code == 204
    assert (await ada.delete(f"/api/keys/{first['id']}")).status_code == 404
    assert [await status(each) for each in (first, second)] == [401, 200]
    await house.auth.create_admin(email="root@example.org", password=PASSWORD)
    await parts.auth.set_disabled(None, me.user_id, is_disabled=True)
    assert await status(second) == 401
    await parts.auth.set_disabled(None, me.user_id, is_disabled=False)
    house.wait(days=2)
    assert [await status(each) for each in (second, third)] == [401, 401]


async def test_an_admins_key_administers_no_longer_than_its_owner_does(world: World):
    key = (await made(world.root, "admin"))["key"]
    async with Caller(fresh_api(), headers={"X-API-Key": key}) as program:
        assert (await program.get("/api/admin/users")).status_code == 200
        await world.parts.auth.create_admin(email="second@example.org", password=PASSWORD)
        await world.parts.auth.set_role(None, world.root_id, role=Role.USER)
        assert (await program.get("/api/admin/users")).json()["code"] == "forbidden"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"password": "not my password at all"}, 422, "wrong_password"),
        ({"scopes": []}, 422, "invalid_input"),
        ({"scopes": ["everything"]}, 422, "invalid_input"),
        ({"scopes": ["admin"]}, 422, "invalid_input"),
        ({"name": " "}, 422, "invalid_input"),
        ({"days": 401}, 422, "invalid_input"),
        ({"user_id": "x"}, 422, "extra_forbidden"),
    ],
)
async def test_what_no_key_may_be_is_refused(ada: Caller, change: dict[str, Any], status: int, code: str):
    body = {"name": "k", "scopes": ["read"], "password": PASSWORD} | change
    answer = await ada.post("/api/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_two_credentials_that_disagree_are_refused_and_a_forged_key_is_no_key(
    ada: Caller, house: House, api: Any
):
    key = (await made(ada, "read"))["key"]
    bob = house.header((await house.user("bob@example.org")).opened.cookie)
    for headers in (
        {"X-API-Key": key, "Authorization": f"Bearer {key}"},
        {"X-API-Key": key, "Cookie": bob, "User-Agent": FIREFOX},
    ):
        async with Caller(api, headers=headers) as program:
            answer = await program.get("/api/auth/me")
            assert (answer.status_code, answer.json()["code"]) == (400, "ambiguous_credentials")
    for forged in (key[:-1], key + "x", key.replace("_", "-"), "jbk_", key.upper(), "jbk_" + "A" * 10_000, "é"):
        async with Caller(api, headers={"X-API-Key": forged.encode("utf-8")}) as program:
            answer = await program.get("/api/auth/me")
            assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token"), forged[:20]


async def test_no_key_makes_a_way_in_for_its_owner_or_for_others(root: Caller, house: House):
    key = (await made(root, "admin"))["key"]
    program = await house.auth.keys.principal(key, Device(ip_address="198.51.0.1", user_agent="curl"))
    with pytest.raises(ScopeMissing):
        await house.auth.invite(program, role=Role.ADMIN)
    with pytest.raises(ScopeMissing):
        await house.auth.reset_link(program, user_id=program.user_id)
    bob = await house.user("bob@example.org")
    with pytest.raises(ScopeMissing):
        await house.auth.set_role(program, bob.person.id, role=Role.ADMIN)
    assert (await house.auth.set_role(program, bob.person.id, role=Role.USER)).role is Role.USER


async def test_a_password_chosen_by_a_link_ends_the_keys_made_before(ada: Caller, house: House, api: Any):
    key = (await made(ada, "read"))["key"]
    me = (await ada.get("/api/auth/me")).json()["user"]["id"]
    link = await house.auth.reset_link(None, user_id=me)
    token = link.address.rpartition("=")[2]
    async with Caller(api) as anyone:
        answer = await anyone.post("/api/auth/reset", json={"token": token, "password": "another long phrase 43"})
        assert answer.status_code == 204, answer.text
    async with Caller(api, headers={"X-API-Key": key}) as program:
        assert (await program.get("/api/auth/me")).status_code == 401


async def test_an_admins_key_reads_the_figures_and_another_does_not(ada: Caller, root: Caller, api: Any):
    for owner, scope, status in ((root, "admin", 200), (ada, "read", 403)):
        key = (await made(owner, scope))["key"]
        async with Caller(api, headers={"X-API-Key": key}) as program:
            assert (await program.get("/metrics")).status_code == status
