"""The guard in front of every event, in Reflex's own processor."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import Event

from jambot.access import Principal, Role
from jambot.ids import LoginId, UserId, new_id
from jambot.web.guard import Guard
from jambot.web.policy import admins, public, signed_in
from jambot.web.states.notice import NoticeState
from jambot.web.states.tab import Standing, TabState
from jambot.web.tabs import Tabs
from tests.web.harness import Harness, KnownCookies, PageApp


class NotebookState(rx.State):
    """A page's state as any page might have it."""

    lines: list[str] = []
    wiped: bool = False
    _draft: str = ""

    @rx.event
    @signed_in
    async def load(self):
        self.lines = ["loaded"]

    @rx.event
    @signed_in
    async def write(self, text: str, times: int = 1):
        self.lines = [*self.lines, *[text] * times]
        self._draft = text

    @rx.event(background=True)
    @signed_in
    async def write_later(self, text: str):
        async with self:
            self.lines = [*self.lines, text]

    @rx.event
    @admins
    async def wipe(self):
        self.wiped = True

    @rx.event
    @public
    async def greet(self):
        self.lines = ["hello"]

    @rx.event
    async def forgotten(self):
        self.wiped = True

    def helper_anyone_could_call(self):
        self.wiped = True


def principal(role: Role = Role.USER) -> Principal:
    return Principal(
        user_id=UserId(new_id()), login_id=LoginId(new_id()), role=role, email="ada@example.org", name="Ada"
    )


@pytest.fixture
def cookies() -> KnownCookies:
    return KnownCookies(ada=principal(), grace=principal(), root=principal(Role.ADMIN))


@pytest.fixture
def registry() -> Tabs:
    return Tabs()


@pytest.fixture
def app(cookies: KnownCookies, registry: Tabs) -> PageApp:
    return PageApp(Guard(cookies, registry), loads={"/": [NotebookState.load]})


@pytest.fixture
async def tab(app: PageApp) -> AsyncIterator[Harness]:
    async with Harness(app) as harness:
        yield harness


BOOT = {"vars": {}, "hashes": ["first"]}
RECONNECT = {"vars": {}}


async def test_a_signed_in_user_writes(tab: Harness):
    await tab.fire(NotebookState.write("note"), cookie="ada")
    assert (await tab.state(NotebookState)).lines == ["note"]


@pytest.mark.parametrize("cookie", ["", "forged"])
async def test_nobody_writes_without_a_login(tab: Harness, cookie: str):
    await tab.fire(NotebookState.write("note"), cookie=cookie)
    await tab.fire(NotebookState.write_later("note"), cookie=cookie)
    assert (await tab.state(NotebookState)).lines == []


async def test_anybody_sends_what_is_marked_public(tab: Harness):
    await tab.fire(NotebookState.greet())
    assert (await tab.state(NotebookState)).lines == ["hello"]


@pytest.mark.parametrize("cookie", ["", "ada", "root"])
@pytest.mark.parametrize("handler", ["forgotten", "helper_anyone_could_call"])
async def test_a_handler_nobody_marked_is_closed_to_everybody(tab: Harness, handler: str, cookie: str):
    await tab.fire(getattr(NotebookState, handler)(), cookie=cookie)
    assert (await tab.state(NotebookState)).wiped is False


async def test_only_an_admin_sends_what_is_marked_for_admins(tab: Harness):
    await tab.fire(NotebookState.wipe(), cookie="ada")
    assert (await tab.state(NotebookState)).wiped is False
    await tab.fire(State.hydrate_and_load(), cookie="root", payload=BOOT)
    await tab.fire(NotebookState.wipe(), cookie="root")
    assert (await tab.state(NotebookState)).wiped is True


async def test_whoever_may_not_load_a_page_is_led_away_and_told_instead_of_waiting_for_it(
    tab: Harness, app: PageApp, cookies: KnownCookies
):
    app.add_load("/admin", NotebookState.wipe)
    await tab.fire(NotebookState.wipe(), cookie="root", path="/admin")
    assert tab.events == []
    cookies.principals["ada"] = dataclasses.replace(cookies.principals["root"], role=Role.USER)
    await tab.fire(NotebookState.wipe(), cookie="ada", path="/admin")
    assert [(event.name, event.payload["path"]) for event in tab.events] == [("_redirect", "/")]
    assert (await tab.state(NoticeState)).text == "That page is for admins"
    await tab.fire(NotebookState.wipe(), cookie="ada", path="/desk")
    assert len(tab.events) == 1


async def test_a_demotion_is_felt_on_the_next_event_of_the_open_tab(tab: Harness, cookies: KnownCookies):
    await tab.fire(NotebookState.greet(), cookie="root")
    former = cookies.principals["root"]
    cookies.principals["root"] = Principal(
        user_id=former.user_id, login_id=former.login_id, role=Role.USER, email=former.email, name=former.name
    )
    await tab.fire(NotebookState.wipe(), cookie="root")
    assert (await tab.state(NotebookState)).wiped is False


async def test_a_revoked_login_is_refused_on_the_next_event(tab: Harness, cookies: KnownCookies):
    await tab.fire(NotebookState.write("note"), cookie="ada")
    del cookies.principals["ada"]
    await tab.fire(NotebookState.write("more"), cookie="ada")
    await tab.fire(NotebookState.write_later("more"), cookie="ada")
    assert tab.seen(NotebookState, "lines")[-1] == ["note"]
    assert tab.seen(TabState, "standing")[-1] == Standing.SIGNED_OUT


async def test_an_ended_login_asks_over_the_page_and_leaves_what_is_painted(tab: Harness, cookies: KnownCookies):
    await tab.fire(NotebookState.write("note"), cookie="ada")
    del cookies.principals["ada"]
    tab.deltas.clear()
    await tab.fire(NotebookState.load(), cookie="ada")
    assert tab.events == []
    assert tab.deltas == [{TabState.get_full_name(): {"standing_rx_state_": "signed_out"}}]


async def test_whoever_signs_in_again_stops_being_asked(tab: Harness, cookies: KnownCookies):
    await tab.fire(NotebookState.write("note"), cookie="ada")
    ada = cookies.principals.pop("ada")
    await tab.fire(NotebookState.write("more"), cookie="ada")
    cookies.principals["again"] = ada
    await tab.fire(NotebookState.write("more"), cookie="again")
    assert (await tab.state(TabState)).standing == Standing.FINE
    assert tab.seen(TabState, "standing")[-1] == Standing.FINE


@pytest.mark.parametrize("cookie", ["", "grace"])
async def test_a_state_is_empty_for_whoever_comes_with_a_foreign_tab_token(tab: Harness, cookie: str):
    await tab.fire(NotebookState.write("of ada"), cookie="ada")
    tab.deltas.clear()
    await tab.fire(State.hydrate_and_load(), cookie=cookie, path="/login", payload=BOOT)
    assert (await tab.state(NotebookState)).lines == []
    assert (await tab.state(NotebookState))._draft == ""
    assert "of ada" not in repr(tab.deltas)


async def test_another_user_in_the_middle_of_a_page_gets_nothing_but_a_reload(tab: Harness):
    await tab.fire(NotebookState.write("of ada"), cookie="ada")
    tab.deltas.clear()
    await tab.fire(NotebookState.write("of grace"), cookie="grace")
    assert tab.deltas == [{TabState.get_full_name(): {"standing_rx_state_": "reload"}}]
    await tab.fire(NotebookState.write("of grace"), cookie="grace")
    assert (await tab.state(NotebookState)).lines == ["of grace"]
    assert "of ada" not in repr(tab.deltas)


async def test_a_fresh_page_without_a_login_goes_to_the_sign_in_page_and_comes_back(tab: Harness):
    await tab.fire(State.hydrate_and_load(), path="/", payload=BOOT)
    assert [event.name for event in tab.events] == ["_redirect"]
    assert tab.events[0].payload["path"] == "/login?next=/"
    assert (await tab.state(NotebookState)).lines == []


async def test_a_page_that_reconnects_without_a_login_keeps_what_it_shows(tab: Harness):
    await tab.fire(State.hydrate_and_load(), path="/", payload=RECONNECT)
    assert tab.deltas == [{TabState.get_full_name(): {"standing_rx_state_": "signed_out"}}]


async def test_an_unreachable_login_store_is_not_taken_for_a_missing_login(tab: Harness, cookies: KnownCookies):
    await tab.fire(NotebookState.write("note"), cookie="ada")
    cookies.reachable = False
    await tab.fire(NotebookState.write("more"), cookie="ada")
    assert tab.seen(TabState, "standing")[-1] == Standing.UNAVAILABLE
    cookies.reachable = True
    await tab.fire(NotebookState.write("again"), cookie="ada")
    assert (await tab.state(NotebookState)).lines == ["note", "again"]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"text": 5},
        {"text": None},
        {"text": {"a": 1}},
        {"text": "x", "times": "2"},
        {"text": "x", "times": 2.5},
        {"text": "x", "admin_override": True},
        {"self": {}, "text": "x"},
    ],
)
async def test_arguments_that_do_not_fit_exactly_run_nothing(tab: Harness, payload: dict):
    await tab.fire(NotebookState.write("x"), cookie="ada", payload=payload)
    assert (await tab.state(NotebookState)).lines == []


async def test_a_default_argument_may_be_left_out(tab: Harness):
    await tab.fire(NotebookState.write("x"), cookie="ada", payload={"text": "x"})
    assert (await tab.state(NotebookState)).lines == ["x"]


@pytest.mark.parametrize("cookie", ["", "ada", "root"])
async def test_reflex_setters_are_closed_to_everybody(tab: Harness, cookie: str):
    name = f"{NotebookState.get_full_name()}.setvar"
    processor_event = Event(name=name, payload={"var_name": "wiped", "value": True})
    await tab.fire(processor_event, cookie=cookie)
    assert (await tab.state(NotebookState)).wiped is False


async def test_the_registry_knows_who_is_behind_an_open_tab(tab: Harness, registry: Tabs, cookies: KnownCookies):
    await tab.fire(NotebookState.greet(), cookie="ada")
    [known] = registry.of_login(cookies.principals["ada"].login_id)
    assert known.token == tab.token
