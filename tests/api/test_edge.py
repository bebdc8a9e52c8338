"""What every route may rely on, tried at a few of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from jambot.api.errors import Problem
from jambot.api.health import readiness
from jambot.events.redis_bus import RedisBus, redis_at
from jambot.services import Services, set_services
from jambot.sessions import RedisStore, SessionManager
from tests.api.conftest import ORIGIN, PASSWORD, Caller
from tests.auth.conftest import ADA, House
from tests.servers import free_port

LOGIN = "/api/auth/login"
GOOD = {"email": ADA, "password": PASSWORD}


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer, checked for its form."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    Problem.model_validate(body)
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    return body


async def test_unknown_addresses_are_problem_documents(anyone: Caller):
    for path in ("/api/nothing", "/api/", "/api/auth/login/deeper", "/api/%00", "/api/devices/x/y"):
        answer = await anyone.get(path)
        assert (answer.status_code, problem_of(answer)["code"]) == (404, "not_found")


async def test_a_wrong_method_is_told_which_ones_there_are(anyone: Caller):
    answer = await anyone.get(LOGIN)
    assert (answer.status_code, problem_of(answer)["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "OPTIONS, POST"
    assert (await anyone.request("TRACE", LOGIN)).status_code == 405
    assert (await anyone.request("PROPFIND", LOGIN)).status_code == 405
    options = await anyone.options("/api/auth/me")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS, PUT")


async def test_a_method_cannot_be_overridden_by_a_header(ada: Caller):
    answer = await ada.get("/api/devices", headers={"X-HTTP-Method-Override": "DELETE"})
    assert "devices" in answer.json()


async def test_both_forms_of_a_path_answer(ada: Caller, anyone: Caller, house: House):
    assert (await ada.get("/api/devices/")).status_code == 200
    assert (await anyone.post(LOGIN + "/", json=GOOD)).status_code == 200
    answer = await anyone.get(LOGIN + "/")
    assert answer.status_code == 405


async def test_head_answers_like_get_without_a_body(ada: Caller):
    answer = await ada.head("/api/auth/me")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_every_answer_has_a_request_id_of_its_own_and_is_not_stored(ada: Caller):
    first, second = await ada.get("/api/auth/me"), await ada.get("/api/auth/me", headers={"X-Request-ID": "forged"})
    assert first.headers["x-request-id"] != second.headers["x-request-id"] != "forged"
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"{", 422),
        (b'{"email": "a@b.c", "password": "x"} {}', 422),
        (b'{"email": NaN}', 422),
        (b'{"email": 1e400}', 422),
        (b'{"email": ' + b"9" * 5_000 + b"}", 422),
        (b'{"email": 18446744073709551616}', 422),
        (b'{"email": ' + b"[" * 33 + b"]" * 33 + b"}", 422),
        (b'{"email": ' + b"[" * 100_000, 422),
        (b"[" + b"0," * 200_000 + b"0]", 422),
        (json.dumps({f"k{n}": n for n in range(100_001)}).encode(), 422),
        (b'\xff{"email": "x"}', 400),
        (b'\xef\xbb\xbf{"email": "x"}', 400),
        ('{"email": "x"}'.encode("utf-16"), 400),
        (b" " * (2 * 1024 * 1024 + 1), 413),
    ],
)
async def test_bodies_that_are_no_json_of_ours_are_refused(anyone: Caller, raw: bytes, status: int):
    answer = await anyone.post(LOGIN, content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    problem_of(answer)
    assert (await anyone.post(LOGIN, json=GOOD)).status_code == 401


async def test_a_body_too_large_is_refused_before_it_is_read(anyone: Caller):
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 65_536
            yield b" " * 65_536

    answer = await anyone.post(LOGIN, content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    announced = await anyone.post(
        LOGIN, content=b"{}", headers={"Content-Type": "application/json", "Content-Length": "9999999999"}
    )
    assert announced.status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_only_plain_json_is_taken(anyone: Caller, headers: dict[str, str]):
    answer = await anyone.post(LOGIN, content=json.dumps(GOOD), headers=headers)
    assert (answer.status_code, problem_of(answer)["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        {"email": 1, "password": "x"},
        {"email": ["a@b.c"], "password": "x"},
        {"email": "a@b.c", "password": {"$ne": ""}},
        {"email": "a@b.c", "password": "x", "remember": "yes"},
        {"email": "a@b.c", "password": "x", "remember": 1},
        {"email": "a@b.c", "password": None},
        {"email": "a@b.c"},
        {"email": "a@b.c", "password": "x", "id": "1"},
        {"email": "a@b.c", "password": "x", "__proto__": {}},
        {"email": "a@b.c", "password": "x" * 1025},
        {"email": "x" * 321, "password": "x"},
        {"email": "", "password": ""},
    ],
)
async def test_wrong_fields_are_named_and_never_echoed(anyone: Caller, body: dict[str, Any]):
    answer = await anyone.post(LOGIN, json=body)
    assert answer.status_code == 422
    problem = problem_of(answer)
    assert problem["errors"] and problem["code"] in {"invalid_input", "extra_forbidden"}
    assert "$ne" not in answer.text and "xxxx" not in answer.text and "input" not in problem["errors"][0]


async def test_half_an_emoji_and_nul_are_replaced_at_the_door(ada: Caller):
    raw = b'{"name": "Ada \\ud800 Love\\u0000lace"}'
    answer = await ada.put("/api/auth/me", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == 204
    assert (await ada.get("/api/auth/me")).json()["user"]["name"] == "Ada \ufffd Love\ufffdlace"


@pytest.mark.parametrize("query", ["forget=1&forget=0", "forget=%00", "forget=x", "forget[]=1&forget[]=2"])
async def test_odd_queries_are_refused(anyone: Caller, query: str):
    answer = await anyone.post(f"/api/auth/logout?{query}")
    assert answer.status_code in {400, 422}
    problem_of(answer)


async def test_ten_thousand_parameters_are_refused(anyone: Caller):
    answer = await anyone.get("/api/auth/me?" + "&".join(["a=1"] * 10_000))
    assert answer.status_code == 400


class TestOtherSites:
    """A browser that another site told to send something."""

    @pytest.fixture
    async def login(self, house: House) -> str:
        return house.header((await house.user()).opened.cookie)

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, 204),
            ({"Sec-Fetch-Site": "none"}, 204),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site"}, 403),
            ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
            ({"Origin": ORIGIN}, 204),
            ({"Origin": "http://127.0.0.1:3000", "Host": "127.0.0.1:3000"}, 204),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "http://localhost:3001"}, 403),
            ({"Origin": "http://localhost:3000.evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Origin": "http://evil.example", "Host": "evil.example"}, 403),
            ({}, 403),
        ],
    )
    async def test_changes_by_cookie_come_from_our_own_pages(self, caller_from, login, headers, status):
        async with caller_from(headers={"Cookie": login} | headers) as caller:
            if "Sec-Fetch-Site" not in headers:
                del caller.headers["Sec-Fetch-Site"]
            answer = await caller.post("/api/auth/activity")
            assert answer.status_code == status
            if status == 403:
                assert problem_of(answer)["code"] == "csrf"
            assert (await caller.get("/api/auth/me")).status_code == 200

    async def test_nobody_is_signed_in_from_another_site(self, caller_from, login):
        async with caller_from(headers={"Sec-Fetch-Site": "cross-site"}) as caller:
            assert (await caller.post(LOGIN, json=GOOD)).status_code == 403

    async def test_a_program_needs_no_origin(self, caller_from, house: House):
        signed_in = await house.user()
        async with caller_from(headers={"Authorization": f"Bearer {signed_in.access_token}"}) as caller:
            del caller.headers["Sec-Fetch-Site"]
            assert (await caller.post("/api/auth/activity")).status_code == 204


class TestCredentials:
    @pytest.mark.parametrize(
        "value",
        ["Basic YWRhOng=", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Token x", "", "Bearer " + "a" * 5_000],
    )
    async def test_anything_but_a_good_token_is_one_refusal(self, anyone: Caller, value: str):
        answer = await anyone.get("/api/auth/me", headers={"Authorization": value})
        assert (answer.status_code, problem_of(answer)["code"]) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith("Bearer")

    async def test_headers_that_nobody_needs_are_refused_unread(self, anyone: Caller):
        for headers in ({"Authorization": "Bearer " + "a" * 20_000}, {"Cookie": "; ".join(["jam_sid=x" * 9] * 300)}):
            answer = await anyone.get("/api/auth/me", headers=headers)
            assert (answer.status_code, problem_of(answer)["code"]) == (431, "headers_too_large")
        assert (await anyone.get("/api/auth/me", headers={"User-Agent": "a" * 10_000})).status_code == 401

    async def test_the_scheme_is_written_as_one_likes(self, anyone: Caller, house: House):
        token = (await house.user()).access_token
        answer = await anyone.get("/api/auth/me", headers={"Authorization": f"bearer {token}"})
        assert answer.status_code == 200

    async def test_two_authorization_headers_are_none(self, anyone: Caller, house: House):
        token = (await house.user()).access_token
        headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
        assert (await anyone.get("/api/auth/me", headers=headers)).status_code == 401

    async def test_a_token_in_the_address_is_ignored(self, anyone: Caller, house: House):
        token = (await house.user()).access_token
        answer = await anyone.get(f"/api/auth/me?access_token={token}&token={token}")
        assert (answer.status_code, problem_of(answer)["code"]) == (401, "not_signed_in")

    async def test_cookie_and_token_of_two_people_are_ambiguous(self, ada: Caller, house: House):
        bob = await house.user("bob@example.org")
        answer = await ada.get("/api/auth/me", headers={"Authorization": f"Bearer {bob.access_token}"})
        assert (answer.status_code, problem_of(answer)["code"]) == (400, "ambiguous_credentials")
        mine = await house.sign_in()
        assert (
            await ada.get("/api/auth/me", headers={"Authorization": f"Bearer {mine.access_token}"})
        ).status_code == 200

    async def test_two_different_login_cookies_are_none(self, anyone: Caller, house: House):
        one, two = await house.user(), await house.sign_in()
        header = f"{house.header(one.opened.cookie)}; {house.header(two.opened.cookie)}"
        assert (await anyone.get("/api/auth/me", headers={"Cookie": header})).status_code == 401

    async def test_forwarded_addresses_are_not_believed_without_a_trusted_proxy(self, caller_from):
        async with caller_from("203.0.113.50") as caller:
            answers = [
                await caller.post(LOGIN, json=GOOD, headers={"X-Forwarded-For": f"198.51.100.{number}"})
                for number in range(6)
            ]
        assert answers[-1].status_code == 429


class TestHealth:
    async def test_the_process_lives_and_is_ready(self, anyone: Caller):
        for path in ("/livez", "/readyz"):
            answer = await anyone.get(path)
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    async def test_a_process_that_hears_no_other_one_is_degraded_and_takes_requests(
        self, anyone: Caller, parts: Services
    ):
        bus = RedisBus(redis_at(f"redis://127.0.0.1:{free_port()}/0"))
        await bus.start()
        set_services(replace(parts, bus=bus))
        answer = await anyone.get("/readyz")
        await bus.stop()
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})

    async def test_a_process_whose_session_store_does_not_answer_is_degraded(self, anyone: Caller, parts: Services):
        away = RedisStore(f"redis://127.0.0.1:{free_port()}/0")
        set_services(replace(parts, sessions=SessionManager(away)))
        assert (await anyone.get("/readyz")).json() == {"status": "ok"}
        away.breaker.timed_out(3)
        answer = await anyone.get("/readyz")
        await away.close()
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})

    async def test_a_process_that_stops_says_so_first(self, anyone: Caller):
        readiness.stop()
        try:
            assert (await anyone.get("/readyz")).status_code == 503
            assert (await anyone.get("/livez")).status_code == 200
        finally:
            readiness.is_stopping = False

    async def test_figures_are_for_this_machine_and_admins(
        self, anyone: Caller, ada: Caller, root: Caller, caller_from
    ):
        assert (await anyone.get("/metrics")).status_code == 401
        assert (await ada.get("/metrics")).status_code == 403
        assert "process_cpu_seconds" in (await root.get("/metrics")).text
        async with caller_from("127.0.0.1") as collector:
            assert (await collector.get("/metrics")).status_code == 200
            forwarded = await collector.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
            assert forwarded.status_code == 401
            # What a proxy asks for others on, it asks by the name they know: also one that tells of nobody.
            assert (await collector.get("/metrics", headers={"Host": "jambot.example.org"})).status_code == 401


async def test_a_fault_of_ours_is_a_calm_answer_without_its_cause(parts: Any, house: House, capsys: Any):
    from jambot.api.app import create_api

    api = create_api()

    @api.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("SELECT secret FROM users")

    api.router.routes.insert(0, api.router.routes.pop())
    async with Caller(api) as caller:
        answer = await caller.get("/api/broken")
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "internal")
    assert "SELECT" not in answer.text and "RuntimeError" not in answer.text
    assert answer.headers["x-request-id"] in capsys.readouterr().out


async def test_the_description_is_complete(anyone: Caller):
    schema = (await anyone.get("/api/openapi.json")).json()
    assert "/api/auth/login" in schema["paths"]
    assert "Problem" in schema["components"]["schemas"]
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert "4XX" in operation["responses"], (method, path)
            assert "HTTPValidationError" not in json.dumps(operation), (method, path)
    assert (await anyone.get("/api/docs")).status_code == 404


async def test_of_two_members_of_one_name_the_last_one_counts_and_it_is_noted(
    anyone: Caller, capsys: pytest.CaptureFixture[str]
):
    body = b'{"email": "first@example.org", "email": "second@example.org", "password": "x", "password": "y"}'
    answer = await anyone.post("/api/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 401
    noted = capsys.readouterr().out
    assert "api.duplicate_members" in noted and "count=2" in noted and "example.org" not in noted
