from __future__ import annotations

from jambot.ids import new_id
from tests.api.conftest import PASSWORD, Caller
from tests.auth.conftest import House


async def test_this_device_is_listed_first_and_a_new_one_until_it_is_called_ones_own(ada: Caller, house: House):
    house.wait(minutes=1)
    newer = (await house.sign_in()).opened.login.id
    devices = (await ada.get("/api/devices")).json()["devices"]
    assert [(device["is_current"], device["is_new"]) for device in devices] == [(True, False), (False, True)]
    assert devices[1]["id"] == newer
    assert devices[1]["device"] == "Firefox 140 on Linux"
    assert devices[1]["ip_address"].endswith(".0/24")
    assert (await ada.post(f"/api/devices/{newer}/confirm")).status_code == 204
    assert not any(device["is_new"] for device in (await ada.get("/api/devices")).json()["devices"])


async def test_another_device_is_signed_out_at_once(ada: Caller, house: House):
    other = await house.sign_in()
    assert (await ada.delete(f"/api/devices/{other.opened.login.id}")).status_code == 204
    assert await house.of_cookie(other.opened.cookie) is None
    assert (await ada.get("/api/auth/me")).status_code == 200


async def test_ending_others_needs_a_recent_password(ada: Caller, house: House, caller_from):
    other = await house.sign_in()
    house.wait(minutes=10, seconds=1)
    for path in (f"/api/devices/{other.opened.login.id}", "/api/devices"):
        refused = await ada.delete(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "reauth_required")
    proven = await ada.post("/api/auth/reauth", json={"password": PASSWORD})
    async with caller_from(headers={"Cookie": house.header(proven.cookies["jam_sid"])}) as caller:
        assert (await caller.delete("/api/devices")).json() == {"ended": 1}
    assert await house.of_cookie(other.opened.cookie) is None


async def test_foreign_missing_and_malformed_ids_answer_alike(ada: Caller, house: House):
    foreign = (await house.user("bob@example.org")).opened.login.id
    ids = [
        foreign,
        new_id(),
        "0",
        "-1",
        "1e3",
        "..",
        "%00",
        "%2e%2e",
        foreign.upper(),
        "{" + foreign + "}",
        "１２３",
        "a" * 10_000,
    ]
    answers = [await ada.delete(f"/api/devices/{each}") for each in ids]
    bodies = {str(answer.json() | {"request_id": ""}) for answer in answers}
    assert {answer.status_code for answer in answers} == {404}
    assert len(bodies) == 1
