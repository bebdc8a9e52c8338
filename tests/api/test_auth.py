from __future__ import annotations

import io
import json
import zipfile

from jambot.services import Services
from tests.api.conftest import PASSWORD, Caller
from tests.api.workplace import workplace
from tests.auth.conftest import ADA, OTHER_PASSWORD, House


async def test_setting_up_signs_in_and_sets_both_cookies(anyone: Caller, house: House):
    link = await house.auth.setup_link()
    assert link
    body = {"token": link.rpartition("=")[2], "email": "root@example.org", "password": PASSWORD, "name": "Root"}
    answer = await anyone.post("/api/auth/setup", json=body)
    assert answer.status_code == 201
    assert answer.json()["user"]["role"] == "admin"
    cookies = answer.headers.get_list("set-cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["jam_sid", "jam_dev"]
    assert all("HttpOnly; SameSite=Lax" in cookie and "Path=/" in cookie for cookie in cookies)
    assert (await anyone.get("/api/auth/me")).json()["user"]["email"] == "root@example.org"
    again = await anyone.post("/api/auth/setup", json=body | {"email": "two@example.org"})
    assert (again.status_code, again.json()["code"]) == (422, "link_invalid")


async def test_registering_needs_an_invitation_by_default(anyone: Caller, house: House):
    body = {"email": ADA, "password": PASSWORD}
    refused = await anyone.post("/api/auth/register", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "registration_closed")
    invite = (await house.auth.invite(None)).address.rpartition("=")[2]
    joined = await anyone.post("/api/auth/register", json=body | {"invite": invite})
    assert joined.status_code == 201
    assert "Max-Age" not in joined.headers.get_list("set-cookie")[0]


async def test_a_role_in_the_body_is_refused(anyone: Caller):
    body = {"email": ADA, "password": PASSWORD, "role": "admin"}
    answer = await anyone.post("/api/auth/register", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "extra_forbidden")
    assert PASSWORD not in answer.text


async def test_signing_in_answers_with_tokens_and_remembers_on_request(anyone: Caller, house: House):
    await house.user()
    answer = await anyone.post("/api/auth/login", json={"email": ADA, "password": PASSWORD, "remember": True})
    data = answer.json()
    assert (data["token_type"], data["expires_in"], data["user"]["email"]) == ("bearer", 600, ADA)
    assert "Max-Age=2592000" in answer.headers.get_list("set-cookie")[0]
    plain = await anyone.post("/api/auth/login", json={"email": ADA, "password": PASSWORD})
    assert "Max-Age" not in plain.headers.get_list("set-cookie")[0]


async def test_signing_in_tells_where_one_was_last(anyone: Caller, house: House, parts: Services):
    signed_in = await house.user()
    asked = {"email": ADA, "password": PASSWORD}
    assert (await anyone.post("/api/auth/login", json=asked)).json()["workspace_id"] is None
    async with workplace(parts) as places:
        me = await house.auth.principal_of_cookie_header(house.header(signed_in.opened.cookie))
        made = await places.workspaces.create_user_session(me, name="Where I was")
    assert (await anyone.post("/api/auth/login", json=asked)).json()["workspace_id"] == made.row.id


async def test_refusals_of_a_sign_in_are_byte_identical(caller_from, house: House):
    await house.admin()
    await house.user()
    shut = await house.user("shut@example.org")
    await house.auth.set_disabled(None, shut.person.id, is_disabled=True)
    answers = set()
    for place, email, password in (
        ("203.0.113.1", ADA, OTHER_PASSWORD),
        ("203.0.113.2", "nobody@example.org", PASSWORD),
        ("203.0.113.3", "shut@example.org", PASSWORD),
    ):
        async with caller_from(place) as caller:
            answer = await caller.post("/api/auth/login", json={"email": email, "password": password})
            body = answer.json() | {"request_id": ""}
            headers = {name for name in answer.headers if name != "x-request-id"}
            answers.add((answer.status_code, json.dumps(body), tuple(sorted(headers))))
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_too_many_failures_are_told_how_long_to_wait(anyone: Caller):
    body = {"email": ADA, "password": PASSWORD}
    answers = [await anyone.post("/api/auth/login", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 901


async def test_me_says_until_when_the_login_lasts_and_does_not_prolong_it(ada: Caller, house: House):
    first = (await ada.get("/api/auth/me")).json()
    house.wait(hours=1)
    assert (await ada.get("/api/auth/me")).json()["login"] == first["login"]
    assert first["login"]["idle_ends_at"].startswith("2026-01-05T21:00")
    assert "password" not in json.dumps(first)


async def test_reported_activity_prolongs_the_login(ada: Caller, house: House):
    house.wait(hours=11)
    assert (await ada.post("/api/auth/activity")).status_code == 204
    house.wait(hours=11)
    assert (await ada.get("/api/auth/me")).status_code == 200


async def test_a_login_ends_at_its_time_and_not_before(ada: Caller, house: House):
    house.wait(hours=12, seconds=-1)
    assert (await ada.get("/api/auth/me")).status_code == 200
    house.wait(seconds=1)
    answer = await ada.get("/api/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


async def test_signing_out_clears_the_cookie_and_may_be_repeated(ada: Caller):
    answer = await ada.post("/api/auth/logout")
    assert answer.status_code == 204
    assert "jam_sid=; Path=/; Max-Age=0" in answer.headers["set-cookie"]
    assert "clear-site-data" not in answer.headers
    assert (await ada.get("/api/auth/me")).status_code == 401
    assert (await ada.post("/api/auth/logout")).status_code == 204


async def test_forgetting_the_device_also_drops_what_the_browser_keeps(ada: Caller):
    answer = await ada.post("/api/auth/logout?forget=1")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'


async def test_changing_the_password_signs_out_elsewhere_and_replaces_the_cookie(
    ada: Caller, house: House, caller_from
):
    elsewhere = await house.sign_in()
    wrong = await ada.put("/api/auth/password", json={"old_password": OTHER_PASSWORD, "new_password": PASSWORD + "!"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    changed = await ada.put("/api/auth/password", json={"old_password": PASSWORD, "new_password": OTHER_PASSWORD})
    assert changed.status_code == 200
    assert await house.of_cookie(elsewhere.opened.cookie) is None
    assert (await ada.get("/api/auth/me")).status_code == 401
    fresh = changed.cookies["jam_sid"]
    async with caller_from(headers={"Cookie": house.header(fresh)}) as caller:
        assert (await caller.get("/api/auth/me")).status_code == 200
    await house.sign_in(password=OTHER_PASSWORD)


async def test_a_weak_password_is_named_as_such(ada: Caller):
    answer = await ada.put("/api/auth/password", json={"old_password": PASSWORD, "new_password": "password1234"})
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")


async def test_asking_for_a_reset_tells_nothing(anyone: Caller, house: House):
    await house.user()
    known = await anyone.post("/api/auth/reset-request", json={"email": ADA})
    unknown = await anyone.post("/api/auth/reset-request", json={"email": "nobody@example.org"})
    assert known.status_code == unknown.status_code == 202
    assert known.content == unknown.content


async def test_a_reset_link_sets_a_new_password_once(anyone: Caller, house: House):
    signed_in = await house.user()
    token = (await house.auth.reset_link(None, email=ADA)).address.rpartition("=")[2]
    body = {"token": token, "password": OTHER_PASSWORD}
    assert (await anyone.post("/api/auth/reset", json=body)).status_code == 204
    assert await house.of_cookie(signed_in.opened.cookie) is None
    await house.sign_in(password=OTHER_PASSWORD)
    assert (await anyone.post("/api/auth/reset", json=body)).json()["code"] == "link_invalid"


async def test_refreshing_by_token_and_by_cookie(ada: Caller, anyone: Caller, house: House):
    signed_in = await house.sign_in()
    by_token = await anyone.post("/api/auth/refresh", json={"refresh_token": signed_in.opened.refresh_token})
    assert by_token.status_code == 200
    assert by_token.json()["refresh_token"] != signed_in.opened.refresh_token
    assert (await ada.post("/api/auth/refresh")).json()["refresh_token"] is None
    assert (await anyone.post("/api/auth/refresh")).status_code == 401
    forged = await anyone.post("/api/auth/refresh", json={"refresh_token": signed_in.access_token[:100]})
    assert (forged.status_code, forged.json()["code"]) == (401, "invalid_token")


async def test_an_access_token_does_not_prolong_itself(anyone: Caller, house: House):
    token = (await house.user()).access_token
    answer = await anyone.post("/api/auth/refresh", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_the_export_holds_the_persons_data_and_no_secret(ada: Caller, house: House):
    answer = await ada.get("/api/auth/export")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("data.json"))
    assert data["users"][0]["email"] == ADA
    assert "password_hash" not in data["users"][0]
    assert "argon2" not in archive.read("data.json").decode()


async def test_deleting_the_account_needs_the_password_and_is_final(ada: Caller, house: House):
    refused = await ada.request("DELETE", "/api/auth/account", json={"password": OTHER_PASSWORD})
    assert refused.json()["code"] == "wrong_password"
    assert (await ada.request("DELETE", "/api/auth/account", json={"password": PASSWORD})).status_code == 204
    assert (await ada.get("/api/auth/me")).status_code == 401
    again = await ada.post("/api/auth/login", json={"email": ADA, "password": PASSWORD})
    assert again.json()["code"] == "invalid_credentials"


async def test_the_only_admin_cannot_leave(root: Caller):
    answer = await root.request("DELETE", "/api/auth/account", json={"password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
