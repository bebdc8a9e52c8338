"""What an open page may still see and do after the standing of its person changed, and what it never sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest
import reflex as rx
from reflex.utils import format as reflex_format

import tests.web.test_policy  # noqa: F401 - knows every state the app has
from jambot.web.states.admin import AdminState
from jambot.web.states.admin_table import AdminTableState
from jambot.web.states.admin_tail import AdminTailState
from jambot.web.states.auth import AuthState
from jambot.web.states.tab import Standing, TabState
from tests.servers import REPOSITORY
from tests.web.raw_socket import HYDRATED, NAMESPACE, RawSocket, raw_socket, value
from tests.web.test_raw_socket import PASSWORD, Bare, Person, changed, server

# One worker, so that the server of a module is started once.
pytestmark = pytest.mark.xdist_group("bare")

__all__ = ["server"]

LOAD_ADMIN = f"{AdminState.get_full_name()}.load"
LOAD_SESSIONS = f"{AdminTableState.get_full_name()}.load"
# What an anonymous page may be told beyond defaults: where it is, and whether one may join here.
PUBLIC_FACTS = {
    "is_hydrated",
    "may_register",
    "needs_invite",
    "is_greeted",
    "workspace_id",
    "may_try",
    "is_out",
    "stays",
}
OWN_CONNECTION = "rx_router_"


@pytest.fixture(scope="module")
def ada(server: Bare) -> Person:
    return server.join("ada")


@pytest.fixture(scope="module")
def root(server: Bare) -> Person:
    """The admin who stays."""
    return admin(server, "root")


def admin(server: Bare, name: str) -> Person:
    """An admin, made from the terminal and signed in."""
    email = f"{name}@example.org"
    subprocess.run(
        [sys.executable, "-m", "jambot.cli", "admin", "create", "--email", email, "--password-stdin"],
        input=PASSWORD + "\n",
        text=True,
        check=True,
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "JAMBOT_DATA_DIR": str(server.log.parent / "data")},
        capture_output=True,
    )
    answer = httpx.post(f"{server.url}/api/auth/login", json={"email": email, "password": PASSWORD}, timeout=30)
    assert answer.status_code == 200, answer.text
    return Person(cookie="; ".join(f"{key}={text}" for key, text in answer.cookies.items()), name=name)


def rest(server: Bare, person: Person) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"Cookie": person.cookie, "Origin": server.url}, timeout=30)


def id_of(server: Bare, person: Person) -> str:
    with rest(server, person) as client:
        return client.get("/api/auth/me").json()["user"]["id"]


def bearer_of(server: Bare, name: str) -> dict[str, str]:
    answer = httpx.post(
        f"{server.url}/api/auth/login", json={"email": f"{name}@example.org", "password": PASSWORD}, timeout=30
    )
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_an_anonymous_page_gets_defaults_and_public_facts_and_nothing_else(server: Bare):
    plain = json.loads(reflex_format.json_dumps(rx.State(_reflex_internal_init=True).dict(initial=True)))  # pyright: ignore
    defaults = {f"{state}.{name}": content for state, values in plain.items() for name, content in values.items()}
    for path in (
        "/login",
        "/register",
        "/setup",
        "/reset",
        "/",
        "/history",
        "/settings",
        "/admin",
        "/admin/people",
        "/w/x",
    ):
        with raw_socket(server.url) as socket:
            found = changed(socket.hydrate(path))
            assert found, path
            for key, content in found.items():
                name = key.rpartition(".")[2].removesuffix("_rx_state_")
                is_public = name in PUBLIC_FACTS or name.startswith(OWN_CONNECTION)
                assert is_public or content == defaults[key], (path, key, content)


def test_nothing_of_one_person_comes_to_another(server: Bare, ada: Person):
    secret = "Quarterly numbers of the private kind"
    with rest(server, ada) as client:
        made = client.post("/api/sessions/", json={"name": secret}).json()
        wanted = next(iter(made[key] for key in ("id", "session_id") if key in made), "") or made["user_session"]["id"]
        assert client.put(f"/api/sessions/{wanted}/draft", json={"text": secret}).status_code == 200
    bob = server.join("bob")
    with raw_socket(server.url, cookie=ada.cookie) as socket:
        assert secret in json.dumps(socket.hydrate(f"/w/{wanted}"))
    for path in (f"/w/{wanted}", "/", "/history?q=Quarterly", "/trash", "/settings", "/admin", "/admin/workspaces"):
        with raw_socket(server.url, cookie=bob.cookie) as socket:
            heard = socket.hydrate(path)
            assert HYDRATED in str(heard), path
            assert secret not in json.dumps(heard), path


def test_a_demoted_admins_open_page_is_emptied_and_loads_nothing_more(server: Bare, root: Person):
    fallen = admin(server, "fallen")
    with raw_socket(server.url, cookie=fallen.cookie) as socket:
        socket.hydrate("/admin")
        socket.send(LOAD_ADMIN, pathname="/admin", asPath="/admin")
        socket.wait_for(lambda update: bool(value(update, AdminState, "cards")))
        socket.send(LOAD_SESSIONS, pathname="/admin", asPath="/admin")
        socket.wait_for(lambda update: bool(value(update, AdminTableState, "rows")))
        socket.settle()
        socket.heard.clear()
        with rest(server, root) as client:
            assert client.put(f"/api/admin/users/{id_of(server, fallen)}", json={"role": "user"}).status_code == 200
        pushed = socket.wait_for(lambda update: value(update, TabState, "standing") == Standing.RELOAD, within_s=2)
        assert value(pushed, AdminState, "cards") == []
        assert value(pushed, AdminTableState, "rows") == []
        socket.heard.clear()
        for load in (LOAD_ADMIN, LOAD_SESSIONS):
            socket.send(load, pathname="/admin", asPath="/admin")
        later = socket.settle()
        assert not any(value(update, AdminState, name) for update in later for name in ("cards", "kinds"))
        assert not any(value(update, AdminTableState, "rows") for update in later)
        with rest(server, fallen) as client:
            assert client.get("/api/admin/users").status_code == 403


def test_a_demoted_admins_open_page_hears_nothing_more_of_the_live_tail(server: Bare, root: Person):
    tumbled = admin(server, "tumbled")
    with raw_socket(server.url, cookie=tumbled.cookie) as socket:
        socket.hydrate("/admin")
        for handler in (f"{AdminState.get_full_name()}.watch", f"{AdminTailState.get_full_name()}.load"):
            socket.send(handler, pathname="/admin", asPath="/admin")
        socket.wait_for(lambda update: bool(value(update, AdminTailState, "lines")))
        socket.settle()
        with rest(server, root) as client:
            assert client.put(f"/api/admin/users/{id_of(server, tumbled)}", json={"role": "user"}).status_code == 200
        socket.wait_for(lambda update: value(update, TabState, "standing") == Standing.RELOAD, within_s=2)
        socket.heard.clear()
        somebody = server.join("somebody")
        while socket.hear(1.5):
            continue
        later = socket.settle()
        assert not any(value(update, AdminTailState, "lines") for update in later), somebody


def test_who_is_shut_out_is_out_on_every_road_at_once(server: Bare, root: Person):
    shut = server.join("shut")
    token = bearer_of(server, "shut")
    user_id = id_of(server, shut)
    with raw_socket(server.url, cookie=shut.cookie) as socket:
        socket.send(f"{AuthState.get_full_name()}.resume")
        socket.wait_for(lambda update: value(update, AuthState, "user_name") == shut.name)
        socket.settle()
        with rest(server, root) as client:
            assert client.put(f"/api/admin/users/{user_id}", json={"is_disabled": True}).status_code == 200
        socket.wait_for(lambda update: value(update, TabState, "standing") == Standing.SIGNED_OUT, within_s=2)
        socket.heard.clear()
        socket.send(f"{AuthState.get_full_name()}.resume")
        assert shut.name not in json.dumps(socket.settle())
    me = f"{server.url}/api/auth/me"
    assert httpx.get(me, headers=token).status_code == 401
    assert httpx.get(me, headers={"Cookie": shut.cookie}).status_code == 401
    with rest(server, root) as client:
        assert client.put(f"/api/admin/users/{user_id}", json={"is_disabled": False}).status_code == 200
    # What was dead stays dead; only the password opens a new login.
    assert httpx.get(me, headers=token).status_code == 401
    assert httpx.get(me, headers={"Cookie": shut.cookie}).status_code == 401
    assert httpx.get(me, headers=bearer_of(server, "shut")).status_code == 200


def test_the_secret_of_a_link_reaches_no_state_and_no_log(server: Bare):
    secret = "a-one-time-secret-4711"
    with raw_socket(server.url) as socket:
        socket.send(f"{AuthState.get_full_name()}.greet", pathname="/reset", asPath=f"/reset#token={secret}")
        socket.send("no.such.handler", pathname="/reset", asPath=f"/reset#token={secret}")
        assert secret not in json.dumps(socket.hydrate(f"/reset#token={secret}"))
    assert secret not in server.log.read_text(errors="replace")


ODD_PACKETS: list[Any] = [
    b"\x00\x01\x02",
    b"",
    "",
    "4",
    "41",
    "9",
    "6hello",
    "40/admin,",
    "40" + NAMESPACE + ',{"event":7}',
    '42/other,["event",{}]',
    f'42{NAMESPACE},{{"event":1}}',
    f"42{NAMESPACE},[]",
    f"42{NAMESPACE},[",
    f'451-{NAMESPACE},["event",{{"_placeholder":true,"num":0}}]',
    f'4599999999-{NAMESPACE},["event"]',
    f'42{NAMESPACE},99999999999999999999["event",{{}}]',
    "4" + "2" * 100_000,
    '42["event",{"name":"canary-in-a-packet"}]',
]


@pytest.mark.parametrize("packet", ODD_PACKETS, ids=lambda packet: repr(packet[:30]))
def test_a_packet_that_is_none_costs_at_most_its_own_socket(server: Bare, packet: Any):
    with raw_socket(server.url) as neighbour:
        send_and_listen(server, packet)
        assert neighbour.is_alive()
    assert "canary-in-a-packet" not in server.log.read_text(errors="replace")


def send_and_listen(server: Bare, packet: Any) -> None:
    with raw_socket(server.url) as socket:
        socket.send_text(packet)
        RawSocket.hear(socket, 0.3)
