"""What a hostile program can do with nothing but the address: the whole server, no page."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from reflex_base.registry import RegistrationContext
from websockets.exceptions import ConnectionClosed, InvalidStatus

import tests.web.test_policy  # noqa: F401 - knows every handler the app has
from jambot.web.policy import Access, policy
from jambot.web.states.auth import AuthState
from jambot.web.states.tab import Standing, TabState
from tests.servers import free_port
from tests.web.raw_socket import HYDRATE, raw_socket, value

# One worker, so that the server of a module is started once.
pytestmark = pytest.mark.xdist_group("bare")

PASSWORD = "a phrase of many words 7"
CANARY = "canary-4711-in-a-payload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A running server and where its output goes."""

    url: str
    log: Path

    def join(self, name: str) -> Person:
        """A new person, signed in."""
        body = {"email": f"{name}@example.org", "password": PASSWORD, "name": name.title()}
        answer = httpx.post(f"{self.url}/api/auth/register", json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return Person(cookie="; ".join(f"{key}={text}" for key, text in answer.cookies.items()), name=name.title())


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    cookie: str
    name: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bare]:
    folder = tmp_path_factory.mktemp("bare")
    port = free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "JAMBOT_DATA_DIR": str(folder / "data"),
        "JAMBOT_PORT": str(port),
        "JAMBOT_REGISTRATION": "open",
    }
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "bare_server.py")],
            env=environment,
            stdout=output,
            stderr=output,
        )
    bare = Bare(url=f"http://127.0.0.1:{port}", log=log)
    try:
        until = time.monotonic() + 60
        while not _answers(bare.url):
            assert process.poll() is None and time.monotonic() < until, log.read_text()[-4000:]
            time.sleep(0.05)
        yield bare
    finally:
        process.kill()
        process.wait(timeout=10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def ada(server: Bare) -> Person:
    return server.join("ada")


@pytest.fixture(scope="module")
def grace(server: Bare) -> Person:
    return server.join("grace")


def names(access: Access) -> list[str]:
    """Handlers of the app itself that are open to `access`."""
    handlers = RegistrationContext.get().event_handlers
    return sorted(
        name
        for name, each in policy().items()
        if each is access and not any(state.__module__.startswith("tests.") for state in handlers[name].states)
    )


def batched(wanted: list[str], size: int = 40) -> list[list[str]]:
    """As many at a time as one socket may send in a burst."""
    return [wanted[at : at + size] for at in range(0, len(wanted), size)]


def changed(updates: list[dict[str, Any]]) -> dict[str, Any]:
    """Variables in updates, those of the tab's standing left out."""
    found: dict[str, Any] = {}
    for update in updates:
        for state, variables in (update.get("delta") or {}).items():
            if state != TabState.get_full_name():
                found |= {f"{state}.{name}": content for name, content in variables.items()}
    return found


@pytest.mark.parametrize("cookie", ["", "jam_sid=forged", "jam_sid=a; jam_sid=b"])
def test_without_a_login_no_closed_handler_changes_anything(server: Bare, cookie: str):
    for some in batched([*names(Access.USER), *names(Access.ADMIN), *names(Access.NOBODY)]):
        with raw_socket(server.url, cookie=cookie) as socket:
            for name in some:
                socket.send(name)
            assert changed(socket.settle()) == {}, some


def test_an_anonymous_page_gets_nothing_but_defaults(server: Bare, ada: Person):
    with raw_socket(server.url) as socket:
        received = json.dumps(socket.hydrate("/login"))
    for secret in (ada.name, "@example.org", "jam_sid", "cookie"):
        assert secret not in received


def test_a_user_sends_nothing_that_is_for_admins(server: Bare, ada: Person):
    for some in batched([*names(Access.ADMIN), *names(Access.NOBODY)]):
        with raw_socket(server.url, cookie=ada.cookie) as socket:
            socket.hydrate("/settings")
            socket.heard.clear()
            for name in some:
                socket.send(name)
            assert changed(socket.settle()) == {}, some


def test_the_cookie_of_the_handshake_signs_in_and_never_comes_back(server: Bare, ada: Person):
    with raw_socket(server.url, cookie=ada.cookie) as socket:
        socket.send(f"{AuthState.get_full_name()}.resume")
        socket.wait_for(lambda update: value(update, AuthState, "user_name") == ada.name)
        secret = next(part.split("=", 1)[1] for part in ada.cookie.split("; ") if part.startswith("jam_sid"))
        assert secret not in json.dumps(socket.settle())


def test_a_tab_token_is_worth_nothing_to_somebody_else(server: Bare, ada: Person, grace: Person):
    with raw_socket(server.url, cookie=ada.cookie) as socket:
        socket.send(f"{AuthState.get_full_name()}.resume")
        socket.wait_for(lambda update: value(update, AuthState, "user_name") == ada.name)
        token = socket.token
    for cookie in ("", grace.cookie):
        with raw_socket(server.url, cookie=cookie, token=token) as thief:
            assert ada.name not in json.dumps(thief.hydrate("/login"))


def test_routing_data_cannot_carry_a_login(server: Bare, ada: Person):
    with raw_socket(server.url) as socket:
        forged = {"cookie": ada.cookie}
        socket.send(f"{AuthState.get_full_name()}.resume", headers=forged, ip="1.1.1.1", session_id="x")
        assert "user_name" not in json.dumps(socket.settle())


def test_a_frame_named_connect_forges_nothing(server: Bare, ada: Person):
    with raw_socket(server.url) as socket:
        headers = [["cookie", ada.cookie]]
        socket.emit("connect", {"asgi.scope": {"headers": headers}, "QUERY_STRING": "token=other"})
        socket.emit("disconnect", "transport close")
        socket.send(f"{AuthState.get_full_name()}.resume")
        assert "user_name" not in json.dumps(socket.settle())
        assert socket.is_alive()


def test_signing_out_is_felt_by_the_open_socket_at_once(server: Bare):
    leaver = server.join("leaver")
    with raw_socket(server.url, cookie=leaver.cookie) as socket:
        socket.send(f"{AuthState.get_full_name()}.resume")
        socket.wait_for(lambda update: value(update, AuthState, "user_name") == leaver.name)
        answer = httpx.post(f"{server.url}/api/auth/logout", headers={"Cookie": leaver.cookie, "Origin": server.url})
        assert answer.status_code == 204
        pushed = socket.wait_for(lambda update: value(update, TabState, "standing") == Standing.SIGNED_OUT, within_s=1)
        assert value(pushed, AuthState, "user_name") == ""
        socket.heard.clear()
        socket.send(f"{AuthState.get_full_name()}.resume")
        assert leaver.name not in json.dumps(socket.settle())


ODD_FRAMES: list[Any] = [
    ["event", None],
    ["event", CANARY],
    ["event", 7],
    ["event", [CANARY]],
    ["event", {"name": 5, "payload": {"x": CANARY}}],
    ["event", {"name": "no.such.handler", "payload": {"x": CANARY}}],
    ["event", {"name": HYDRATE, "payload": CANARY}],
    ["event", {"name": HYDRATE, "payload": {"vars": CANARY}}],
    ["event", {"name": HYDRATE, "payload": {}, "router_data": 7}],
    ["event", {"name": HYDRATE, "payload": {}, "router_data": {"pathname": {"x": CANARY}, "query": CANARY}}],
    ["event", {"name": HYDRATE, "payload": {"admin_override": CANARY}}],
    ["event"],
    ["event", {}, {}, {}],
    ["emit_update", {"x": CANARY}, "token"],
    ["client_error", CANARY],
    ["client_error", {"message": {"x": CANARY}}],
    [7, CANARY],
    [None],
    ["__proto__", CANARY],
]


@pytest.mark.parametrize("frame", ODD_FRAMES, ids=lambda frame: json.dumps(frame)[:60])
def test_an_odd_frame_harms_nobody(server: Bare, frame: Any):
    with raw_socket(server.url) as socket:
        socket.emit(*frame)
        assert socket.is_alive()
        assert changed(socket.hydrate("/login"))


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "half an emoji \ud83d", "nul": "\x00"},
        {"vars": {"\ud800": "\udfff"}},
        {"vars": {"x": 1e308 * 10}},
        {"vars": {"x": 2**70}},
        {"vars": {"__proto__": {"x": 1}}},
    ],
    ids=["halves", "half keys", "infinite", "huge", "proto"],
)
def test_a_poisoned_value_leaves_the_tab_usable(server: Bare, ada: Person, payload: Any):
    with raw_socket(server.url, cookie=ada.cookie) as socket:
        socket.send(HYDRATE, payload)
        assert socket.is_alive()
        assert changed(socket.hydrate("/settings"))
    with raw_socket(server.url, cookie=ada.cookie, token=socket.token) as again:
        assert changed(again.hydrate("/settings"))


def test_a_very_deep_value_harms_nobody(server: Bare):
    with raw_socket(server.url) as socket:
        socket.send_text('42/_event,["event",{"name":"x","payload":' + "[" * 5000 + "]" * 5000 + "}]")
        socket.send_text('42/_event,["event",' + "[" * 500 + "]" * 500 + "]")
        socket.hear(0.5)
    with raw_socket(server.url) as socket:
        assert socket.is_alive()


def test_a_frame_of_more_than_a_megabyte_costs_its_sender_the_socket_and_nobody_else(server: Bare):
    with raw_socket(server.url) as neighbour:
        try:
            with raw_socket(server.url) as socket:
                socket.send(HYDRATE, {"vars": {"x": CANARY + "x" * 1_200_000}})
                assert not socket.is_alive()
        except ConnectionClosed:
            pass
        assert neighbour.is_alive()


def test_a_flood_is_cut_and_slows_nobody(server: Bare, ada: Person):
    with raw_socket(server.url) as neighbour, raw_socket(server.url) as socket:
        for _ in range(500):
            socket.send(HYDRATE, {"vars": {}})
        heard = 0
        while socket.hear(0.5):
            heard += 1
        assert heard <= 2 * 61 + 40
        assert neighbour.is_alive()
        assert any(value(update, TabState, "standing") == Standing.TOO_FAST for update in socket.heard)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_sites_page_opens_no_socket(server: Bare, ada: Person, origin: str):
    with pytest.raises(InvalidStatus), raw_socket(server.url, cookie=ada.cookie, origin=origin):
        pass


def test_our_own_page_opens_a_socket(server: Bare, ada: Person):
    with raw_socket(server.url, cookie=ada.cookie, origin=server.url) as socket:
        assert socket.is_alive()


@pytest.mark.parametrize("path", ["/_upload", "/_upload/", "/_upload/x"])
def test_nothing_is_uploaded_past_the_api(server: Bare, path: str):
    files = {"files": ("x.txt", b"x")}
    answer = httpx.post(f"{server.url}{path}", files=files, headers={"reflex-client-token": "t"})
    assert answer.status_code in (404, 405)


def test_the_api_refuses_other_sites_and_names(server: Bare, ada: Person):
    body = {"email": "ada@example.org", "password": PASSWORD}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = httpx.post(f"{server.url}/api/auth/login", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        assert "access-control-allow-origin" not in answer.headers
    assert httpx.get(f"{server.url}/api/auth/me", headers={"Host": "evil.example"}).status_code == 421


def test_no_log_line_holds_what_was_sent(server: Bare, ada: Person):
    with raw_socket(server.url, cookie=f"{ada.cookie}; other={CANARY}") as socket:
        for frame in ODD_FRAMES:
            socket.emit(*frame)
        socket.settle()
    log = server.log.read_text(errors="replace")
    assert CANARY not in log
    for part in ada.cookie.split("; "):
        assert part.split("=", 1)[1] not in log
    assert PASSWORD not in log
