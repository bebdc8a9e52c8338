"""Two processes on one PostgreSQL, one Redis and one data folder: people cannot tell which of them they are on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.conftest import postgres_database
from tests.e2e.conftest import Person, api, make_admin, register, sign_in
from tests.e2e.steps import make_workspace
from tests.servers import RedisServer, wait_until

# Two servers are started for the first test, and one again for whoever comes after a killed one.
pytestmark = pytest.mark.timeout(300)
CSV = "Date,Channel,Revenue\n" + "".join(f"2026-{n % 12 + 1:02}-03,Shop {n % 3},{n}.50\n" for n in range(400))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two servers of one installation, and the Redis between them. `beginnings` is what each said when it started."""

    one: AppServer
    other: AppServer
    redis: RedisServer
    beginnings: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def running(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both are started at once on an empty database and an empty folder."""
    folder = tmp_path_factory.mktemp("two") / "data"
    with postgres_database(postgres_server) as database, RedisServer() as redis:
        settings: dict[str, Any] = {
            "JAMBOT_DATABASE_URL": database,
            "JAMBOT_REDIS_URL": redis.url,
            "JAMBOT_REGISTRATION": "open",
        }
        pair = Pair(one=AppServer(folder, **settings), other=AppServer(folder, **settings), redis=redis)
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(AppServer.start, (pair.one, pair.other)))
            wait_until(lambda: all(readiness(server) == "ok" for server in (pair.one, pair.other)), within_s=30)
            pair.beginnings.extend(server.log() for server in (pair.one, pair.other))
            yield pair
        finally:
            pair.one.kill()
            pair.other.kill()


@pytest.fixture
def pair(running: Pair) -> Pair:
    """The servers, with whatever the test before stopped running again."""
    for server in (running.one, running.other):
        if server.process is None:
            server.start()
    if running.redis.process is None:
        running.redis.start()
    wait_until(lambda: all(readiness(server) == "ok" for server in (running.one, running.other)), within_s=30)
    return running


def readiness(server: AppServer) -> str:
    answer = httpx.get(f"{server.url}/readyz", timeout=10)
    assert answer.status_code == 200
    return answer.json()["status"]


@pytest.fixture
def somebody(pair: Pair) -> Person:
    return register(pair.one)


def say(client: httpx.Client, content: str, *, workspace_id: str | None = None, client_id: str) -> dict[str, str]:
    body = {"workspace_id": workspace_id, "content": content, "client_id": client_id, "asset_ids": []}
    answer = client.post("/api/chat/turns", json=body)
    assert answer.status_code in {200, 201, 202}, answer.text
    return answer.json()


def test_both_begin_at_once_on_nothing_and_share_key_and_schema(pair):
    assert len(pair.beginnings) == 2
    for said in pair.beginnings:
        assert "Traceback" not in said


def test_a_message_sent_on_one_is_written_word_by_word_on_a_page_open_on_the_other(pair, somebody, new_context):
    here, there = opened_on_both(pair, somebody, new_context)
    there.evaluate(NOTE_STREAMING)
    send(here, "What can you do?")
    expect(there.locator("[data-role=user]").last).to_contain_text("What can you do?", timeout=2_000)
    expect(there.locator("[data-role=assistant]").last).to_have_attribute("data-status", "complete")
    assert there.evaluate("window.lengths.length") > 2


def test_a_login_ended_through_one_is_signed_out_on_the_page_of_the_other(pair, somebody, new_context):
    _, there = opened_on_both(pair, somebody, new_context)
    with api(pair.one, somebody) as client:
        devices = client.get("/api/devices").json()["devices"]
        browsers = [each["id"] for each in devices if not each["is_current"]]
        for each in browsers:
            assert client.delete(f"/api/devices/{each}").status_code == 204
    expect(there.locator("#workspace")).to_have_attribute("data-standing", "signed_out", timeout=2_000)


def test_a_sign_in_on_one_is_valid_on_the_other_and_its_end_too(pair, somebody):
    with httpx.Client(base_url=pair.one.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30) as client:
        client.post("/api/auth/login", json={"email": somebody.email, "password": somebody.password})
        theirs = f"{pair.other.url}/api/auth/me"
        assert client.get(theirs).json()["user"]["email"] == somebody.email
        assert client.post("/api/auth/logout").status_code in {200, 204}
        assert client.get(theirs).status_code == 401


# A second is what is promised; the rest is for a machine that does other things too.
FELT_WITHIN_S = 2.0


@contextmanager
def followed(client: httpx.Client, workspace_id: str) -> Iterator[Future[float]]:
    """A workspace's events as they come; when the server ended the stream."""
    is_open = threading.Event()

    def follow() -> float:
        with client.stream("GET", f"/api/sessions/{workspace_id}/events", timeout=60) as answer:
            assert answer.status_code == 200
            is_open.set()
            for _ in answer.iter_lines():
                pass
        return time.monotonic()

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        assert is_open.wait(10)
        yield following


def test_what_is_taken_away_on_one_is_refused_on_the_other_and_ends_what_was_followed_there(pair, somebody):
    """A key revoked, a grant ended, an admin demoted: the other process neither answers on nor goes on telling."""
    root, second, guest = make_admin(pair.one), register(pair.one), register(pair.one)
    with api(pair.one, somebody) as here, api(pair.one, root) as admin, api(pair.other, guest) as reader:
        workspace_id = make_workspace(here, "Shared figures")
        domain_id = admin.post("/api/admin/domains", json={"name": "Finance"}).json()["id"]
        me = here.get("/api/auth/me").json()["user"]["id"]
        admin.put(f"/api/domains/{domain_id}/members/{me}", json={"role": "member"})
        assert here.put(f"/api/sessions/{workspace_id}/domain", json={"domain_id": domain_id}).status_code == 204

        wanted = {"domain_id": domain_id, "email": guest.email, "minutes": 60, "reason": "Audit"}
        grant = admin.post("/api/admin/grants", json=wanted).json()["id"]
        assets = f"/api/assets/?workspace_id={workspace_id}"
        assert reader.get(assets).status_code == 200
        with followed(reader, workspace_id) as stream:
            ended = time.monotonic()
            assert admin.delete(f"/api/grants/{grant}").status_code == 204
            assert reader.get(assets).json()["code"] == "grant_expired"
            assert stream.result(10) - ended < FELT_WITHIN_S

        key = {"name": "Nightly", "scopes": ["read"], "password": somebody.password}
        made = here.post("/api/keys", json=key).json()
        headers = {"Authorization": f"Bearer {made['key']}"}
        with httpx.Client(base_url=pair.other.url, headers=headers, timeout=30) as program:
            assert program.get("/api/sessions/").status_code == 200
            with followed(program, workspace_id) as stream:
                ended = time.monotonic()
                assert here.delete(f"/api/keys/{made['id']}").status_code == 204
                assert program.get("/api/sessions/").status_code == 401
                assert stream.result(10) - ended < FELT_WITHIN_S

        with api(pair.other, second) as demoted:
            theirs = demoted.get("/api/auth/me").json()["user"]["id"]
            admin.put(f"/api/admin/users/{theirs}", json={"role": "admin"})
        # A new role is a new sign-in.
        with api(pair.other, second) as demoted:
            assert demoted.get("/api/admin/overview").status_code == 200
            ended = time.monotonic()
            assert admin.put(f"/api/admin/users/{theirs}", json={"role": "user"}).status_code < 300
            wait_until(lambda: demoted.get("/api/admin/overview").status_code in {401, 403}, within_s=FELT_WITHIN_S)


def test_wrong_passwords_are_counted_together(pair, somebody):
    wrong = {"email": somebody.email, "password": "not the password at all"}
    statuses = [
        httpx.post(f"{server.url}/api/auth/login", json=wrong, timeout=30).status_code
        for server in (pair.one, pair.other) * 3
    ]
    assert statuses == [401] * 5 + [429]


def test_a_file_of_one_is_read_on_the_other(pair, somebody):
    with api(pair.one, somebody) as here, api(pair.other, somebody) as there:
        workspace = here.post("/api/sessions/", json={"name": "Files"}).json()["user_session"]["id"]
        asset = upload(here, workspace)
        assert there.get(f"/api/assets/{asset}/content").text == CSV


def test_a_mission_accepted_on_one_is_followed_on_the_other(pair, somebody, new_context):
    with api(pair.one, somebody) as client:
        workspace, proposal = proposed(client)
        there = new_context().new_page()
        sign_in(there, pair.other, somebody, f"/w/{workspace}")
        expect(there.get_by_role("button", name="Accept")).to_be_visible()
        assert client.post(f"/api/proposals/{proposal}/accept").status_code in {200, 201}
    expect(there.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)


def test_without_redis_people_sign_in_write_and_see_what_others_do_and_no_page_is_loaded_again(
    pair, somebody, new_context
):
    here, there = opened_on_both(pair, somebody, new_context)
    workspace = here.url.rsplit("/", 1)[-1]
    for page in (here, there):
        page.evaluate("window.isTheSamePage = true")
    pair.redis.stop()
    for page in (here, there):
        expect(page.locator("#paused")).to_be_visible(timeout=10_000)
    assert readiness(pair.other) == "degraded"
    with api(pair.one, somebody) as client:
        answer = say(client, "Anybody there?", workspace_id=workspace, client_id=f"away-{workspace}")["answer_id"]
        draft = {"text": "half a sent", "caret": 3, "base_revision": 0}
        assert client.put(f"/api/sessions/{workspace}/draft", json=draft).status_code == 200
        wait_until(lambda: client.get(f"/api/chat/messages/{answer}").json()["status"] == "complete")
    new = new_context().new_page()
    sign_in(new, pair.other, somebody, f"/w/{workspace}")
    for page in (here, there, new):
        expect(page.locator("[data-role=user]").last).to_contain_text("Anybody there?", timeout=15_000)
        page.get_by_role("button", name="Show or hide the mission panel").click()
        expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "closed")
    send(new, "Still here")
    expect(there.locator("[data-role=user]").last).to_contain_text("Still here", timeout=15_000)

    pair.redis.start()
    for page in (here, there, new):
        expect(page.locator("#paused")).to_have_count(0, timeout=15_000)
        expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "closed")
    expect(here.locator("[data-role=assistant]").last).to_have_attribute("data-status", "complete", timeout=30_000)
    send(here, "And now?")
    expect(there.locator("[data-role=user]").last).to_contain_text("And now?", timeout=15_000)
    assert here.evaluate("window.isTheSamePage") is there.evaluate("window.isTheSamePage") is True


def test_a_killed_process_costs_neither_the_page_on_the_other_nor_the_mission_it_ran(pair, somebody, new_context):
    with api(pair.one, somebody) as client:
        workspace, proposal = proposed(client)
        there = new_context().new_page()
        sign_in(there, pair.other, somebody, f"/w/{workspace}")
        assert client.post(f"/api/proposals/{proposal}/accept").status_code in {200, 201}
    pair.one.kill()
    expect(there.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)
    send(there, "Thank you")
    expect(there.locator("[data-role=assistant]").last).to_have_attribute("data-status", "complete")


NOTE_STREAMING = """() => {
  window.lengths = [];
  new MutationObserver(() => {
    const row = document.querySelector("[data-status=streaming]");
    const length = row ? row.textContent.length : 0;
    if (length && length !== window.lengths.at(-1)) window.lengths.push(length);
  }).observe(document.querySelector("#main"), {childList: true, subtree: true, characterData: true});
}"""


def opened_on_both(pair: Pair, person: Person, new_context) -> tuple[Page, Page]:
    """The same workspace, with one message and its answer, on a page of each server."""
    with api(pair.one, person) as client:
        workspace = say(client, "Hello", client_id=f"hello-{person.email}")["workspace_id"]
    pages = new_context().new_page(), new_context().new_page()
    for page, server in zip(pages, (pair.one, pair.other), strict=True):
        sign_in(page, server, person, f"/w/{workspace}")
        expect(page.locator("[data-role=assistant]").last).to_have_attribute("data-status", "complete")
    return pages


def send(page: Page, text: str) -> None:
    page.locator("#composer").press_sequentially(text)
    page.keyboard.press("Enter")


def upload(client: httpx.Client, workspace: str) -> str:
    answer = client.post("/api/assets/", files={"file": ("sales.csv", CSV)}, data={"workspace_id": workspace})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def proposed(client: httpx.Client) -> tuple[str, str]:
    """A workspace and the proposal that waits in it."""
    workspace = client.post("/api/sessions/", json={"name": "Sales"}).json()["user_session"]["id"]
    upload(client, workspace)
    say(client, "Show me the revenue per month", workspace_id=workspace, client_id=f"ask-{workspace}")
    waiting: list[str] = []

    def is_there() -> bool:
        found = client.get("/api/missions/", params={"workspace_id": workspace}).json()["proposal"]
        waiting[:] = [found["id"]] if found else []
        return bool(waiting)

    wait_until(is_there, within_s=30)
    return workspace, waiting[0]
