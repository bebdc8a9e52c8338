"""A real server, a real browser, real people. One server and one browser serve a whole run."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app_server import AppServer
from tests.servers import REPOSITORY

PASSWORD = "a long enough phrase 42"
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
_numbers = itertools.count(1)
# Two workers share a machine with two servers and two browsers. What comes soon costs nothing by it.
expect.set_options(timeout=10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who may sign in."""

    email: str
    password: str
    name: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app, with registration open, shared by every test that does not stop it."""
    with AppServer(tmp_path_factory.mktemp("app") / "data", JAMBOT_REGISTRATION="open") as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[AppServer]:
    """A server of this test's own, to be killed and started as it likes, or to die at the failpoint it is given."""
    failpoint = getattr(request, "param", "")
    with AppServer(tmp_path / "data", JAMBOT_REGISTRATION="open", JAMBOT_TEST_FAILPOINT=failpoint) as running:
        yield running


@pytest.fixture
def own_person(own_server: AppServer) -> Person:
    return register(own_server)


@pytest.fixture
def own_client(own_server: AppServer, own_person: Person) -> Iterator[httpx.Client]:
    """An HTTP client of `own_person`."""
    with api(own_server, own_person) as signed_in:
        yield signed_in


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser profiles, closed at the end of the test."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.set_default_timeout(15_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def register(server: AppServer, name: str = "Annika Vogel") -> Person:
    """A new person on `server`, through the API."""
    person = Person(email=f"person{next(_numbers)}@example.org", password=PASSWORD, name=name)
    answer = httpx.post(
        f"{server.url}/api/auth/register",
        json={"email": person.email, "password": person.password, "name": person.name},
        timeout=30,
    )
    assert answer.status_code == 201, answer.text
    return person


def make_admin(server: AppServer, email: str = "admin@example.org") -> Person:
    """An admin, made from the terminal."""
    command = [sys.executable, "-m", "jambot.cli", "admin", "create", "--email", email, "--password-stdin"]
    subprocess.run(
        command,
        input=PASSWORD + "\n",
        text=True,
        check=True,
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", "JAMBOT_DATA_DIR": str(server.data_dir), **server.settings},
        capture_output=True,
    )
    return Person(email=email, password=PASSWORD, name="")


def api(server: AppServer, person: Person) -> httpx.Client:
    """An HTTP client signed in as `person` by access token."""
    answer = httpx.post(
        f"{server.url}/api/auth/login", json={"email": person.email, "password": person.password}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def sign_in(page: Page, server: AppServer, person: Person, path: str = "/") -> None:
    """Sign the page's browser profile in and open `path`."""
    answer = page.request.post(
        f"{server.url}/api/auth/login",
        data={"email": person.email, "password": person.password, "remember": True},
        headers={"Origin": server.url},
    )
    assert answer.ok, answer.text()
    page.goto(f"{server.url}{path}")
    ready(page)


def sign_in_by_hand(page: Page, server: AppServer, person: Person, path: str = "/") -> None:
    """Sign in through the page, as a person does."""
    page.goto(f"{server.url}/login?next={path}")
    page.locator("form[data-auth-form=login] input[name=email]").fill(person.email)
    page.locator("form[data-auth-form=login] input[name=password]").fill(person.password)
    page.locator("form[data-auth-form=login] button[type=submit]").click()
    page.wait_for_url(lambda url: "/login" not in url)
    ready(page)


def ready(page: Page) -> None:
    """Wait until the page knows who is signed in, which is when a person can work on it."""
    page.locator("#workspace[data-user-id]:not([data-user-id=''])").wait_for()


@pytest.fixture
def person(server: AppServer) -> Person:
    return register(server)


@pytest.fixture
def client(server: AppServer, person: Person) -> Iterator[httpx.Client]:
    """An HTTP client of `person`."""
    with api(server, person) as signed_in:
        yield signed_in


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], server: AppServer, person: Person) -> Page:
    """A page on which `person` is signed in and their start page stands."""
    opened = new_context().new_page()
    sign_in(opened, server, person)
    opened.locator("#composer").wait_for()
    return opened
