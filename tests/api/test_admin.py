from __future__ import annotations

from dataclasses import replace

import pytest

from jambot.admin.service import AdminService
from jambot.ids import new_id
from jambot.services import Services, set_services
from tests.api.conftest import PASSWORD, Caller
from tests.auth.conftest import ADA, House
from tests.people import workspace_of


@pytest.fixture(autouse=True)
def with_admin(parts: Services, house: House) -> None:
    admin = AdminService(
        work=house.work,
        clock=house.clock,
        sessions=house.sessions,
        logins=house.logins,
        auth=house.auth,
        settings=house.settings,
    )
    set_services(replace(parts, admin=admin))


async def test_the_figures(root: Caller, ada: Caller):
    figures = (await root.get("/api/admin/overview")).json()
    assert (figures["people"], figures["signed_in_devices"], figures["missions_running"]) == (2, 2, 0)


async def test_devices_are_paged_and_found(root: Caller, ada: Caller, house: House):
    first = (await root.get("/api/admin/logins?limit=1")).json()
    second = (await root.get("/api/admin/logins", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert {first["logins"][0]["email"], second["logins"][0]["email"]} == {ADA, "root@example.org"}
    found = (await root.get("/api/admin/logins?q=ada&state=active")).json()["logins"]
    assert [(row["email"], row["role"], row["state"]) for row in found] == [(ADA, "user", "active")]
    assert sum(row["is_current"] for row in first["logins"] + second["logins"]) == 1


async def test_a_device_is_signed_out_with_or_without_a_reason(root: Caller, ada: Caller, house: House):
    other = await house.sign_in()
    gone = await root.request("DELETE", f"/api/admin/logins/{other.opened.login.id}", json={"reason": "lost"})
    assert gone.status_code == 204
    login_id = (await ada.get("/api/auth/me")).json()["login"]["id"]
    assert (await root.delete(f"/api/admin/logins/{login_id}")).status_code == 204
    assert (await ada.get("/api/auth/me")).status_code == 401
    entries = (await root.get("/api/admin/audit?action=login.ended")).json()["entries"]
    assert {entry["reason"] for entry in entries} == {"lost", "ended_by_admin"}


async def test_people_are_changed_and_shut_out(root: Caller, ada: Caller):
    users = (await root.get("/api/admin/users?q=ada")).json()["users"]
    path = f"/api/admin/users/{users[0]['id']}"
    assert (await root.put(path, json={"role": "admin", "reason": "helps"})).json()["role"] == "admin"
    assert (await ada.get("/api/admin/overview")).status_code == 200
    assert (await root.put(path, json={"role": "user"})).json()["role"] == "user"
    assert (await ada.get("/api/admin/overview")).status_code == 403
    assert (await root.put(path, json={"is_disabled": True})).json()["is_disabled"] is True
    assert (await ada.get("/api/auth/me")).status_code == 401
    assert (await root.put(path, json={})).json()["is_disabled"] is True
    assert (await root.put(path, json={"role": "owner"})).status_code == 422
    assert (await root.put(path, json={"email": "x@example.org"})).json()["code"] == "extra_forbidden"


async def test_a_person_is_signed_out_everywhere(root: Caller, ada: Caller, house: House):
    signed_in = await house.sign_in()
    answer = await root.post(f"/api/admin/users/{signed_in.person.id}/sign-out")
    assert answer.json() == {"ended": 2}
    assert (await ada.get("/api/auth/me")).status_code == 401


async def test_links_are_shown_once_and_work(root: Caller, anyone: Caller, house: House):
    made = await root.post("/api/admin/invites", json={"email": "bob@example.org"})
    assert made.status_code == 201
    token = made.json()["address"].rpartition("=")[2]
    listed = (await root.get("/api/admin/invites")).json()["invites"]
    assert [row["email"] for row in listed] == ["bob@example.org"]
    assert token not in str(listed)
    joined = await anyone.post(
        "/api/auth/register", json={"email": "bob@example.org", "password": PASSWORD, "invite": token}
    )
    reset = await root.post(f"/api/admin/users/{joined.json()['user']['id']}/reset-link")
    body = {"token": reset.json()["address"].rpartition("=")[2], "password": PASSWORD + " anew"}
    assert (await anyone.post("/api/auth/reset", json=body)).status_code == 204


async def test_workspaces_of_everybody_without_contents(root: Caller, house: House):
    me = await house.principal(await house.user())
    await workspace_of(house.work, house.clock, me, name="Sales")
    rows = (await root.get("/api/admin/workspaces?status=active&q=sal")).json()["workspaces"]
    assert [(row["name"], row["email"]) for row in rows] == [("Sales", ADA)]
    assert not {"preview", "session_metadata", "description"} & set(rows[0])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=-1", 422),
        ("limit=101", 422),
        ("limit=1000000000", 422),
        ("limit=abc", 422),
        ("limit=1.5", 422),
        ("limit=", 422),
        ("cursor=x", 400),
        ("cursor=" + "A" * 257, 422),
        ("limit=1&limit=2", 400),
        ("q=" + "x" * 201, 422),
        ("q=%25", 200),
        ("q=_", 200),
        ("q=%5C", 200),
        ("q=%22NEAR(*", 200),
        ("q=%00", 400),
        ("q=%ED%A0%80", 200),
    ],
)
async def test_odd_questions_are_refused_or_harmless(root: Caller, query: str, status: int):
    for table in ("users", "workspaces", "audit") if "q=" not in query else ("users", "workspaces"):
        answer = await root.get(f"/api/admin/{table}?{query}")
        assert answer.status_code == status, (table, answer.text)


async def test_a_state_or_status_nobody_knows_is_refused(root: Caller):
    assert (await root.get("/api/admin/logins?state=password")).status_code == 422
    assert (await root.get("/api/admin/workspaces?status=deleted")).status_code == 422


async def test_ids_of_nobody_are_not_found(root: Caller):
    for user_id in (new_id(), "0", "%00", "x" * 500, "１２３"):
        assert (await root.put(f"/api/admin/users/{user_id}", json={"role": "user"})).status_code == 404
        assert (await root.post(f"/api/admin/users/{user_id}/reset-link")).status_code == 404
        assert (await root.delete(f"/api/admin/logins/{user_id}")).status_code == 404
