"""The server dies at the worst moments: nothing acknowledged is lost or sent twice, no typed word is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ready, sign_in
from tests.e2e.steps import (
    CHART,
    SOON_MS,
    TABLE,
    make_workspace,
    own,
    pill_of,
    queued,
    said,
    send,
    settled,
    stored,
)

WORDS = "The first sentence of a long day"


def dies_at(*failpoints):
    return pytest.mark.parametrize("own_server", failpoints, indirect=True)


def start_again(server):
    """After a crash, on the same data, to live."""
    server.start(JAMBOT_TEST_FAILPOINT="")


@pytest.fixture
def open_workspace(own_server, own_person, own_client, new_context):
    """A page on a workspace of its own; gives the page and the workspace's id."""
    workspace_id = make_workspace(own_client, "A day of crashes")
    page = new_context().new_page()
    sign_in(page, own_server, own_person, f"/w/{workspace_id}")
    page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    return page, workspace_id


def restart_with(server, failpoint):
    """The same server, to die at `failpoint`."""
    server.kill()
    server.start(JAMBOT_TEST_FAILPOINT=failpoint)


@dies_at("msg.before_commit", "msg.after_commit")
def test_a_message_the_server_died_on_is_shown_as_waiting_and_is_there_once_after_the_restart(
    own_server, own_client, open_workspace
):
    page, workspace_id = open_workspace
    send(page, WORDS)
    own_server.wait_for_crash()
    expect(queued(page)).to_have_count(1)
    expect(queued(page)).to_contain_text(WORDS)

    start_again(own_server)

    settled(page)
    expect(own(page, WORDS)).to_have_count(1)
    assert said(own_client, workspace_id) == [WORDS]


def test_an_acknowledged_message_is_there_after_a_kill(own_server, own_client, open_workspace):
    page, workspace_id = open_workspace
    send(page, WORDS)
    expect(queued(page)).to_have_count(0)
    assert said(own_client, workspace_id) == [WORDS]
    own_server.kill()
    start_again(own_server)
    page.reload()
    expect(own(page, WORDS)).to_have_count(1)
    assert said(own_client, workspace_id) == [WORDS]


@pytest.mark.parametrize("failpoint", ["autosave.after_commit", "draft.before_ack"])
def test_text_the_server_died_on_while_saving_is_back_when_the_page_is_opened_again(
    own_server, own_client, open_workspace, failpoint
):
    page, workspace_id = open_workspace
    restart_with(own_server, failpoint)
    page.locator("#composer").press_sequentially(WORDS)
    own_server.wait_for_crash()
    expect(page.locator("#composer")).to_have_value(WORDS)
    page.close()
    start_again(own_server)

    again = page.context.new_page()
    again.goto(f"{own_server.url}/w/{workspace_id}")
    ready(again)
    expect(again.locator("#composer")).to_have_value(WORDS, timeout=SOON_MS)
    expect(pill_of(again)).to_contain_text("Saved")
    expect(again.locator(".jb-clash")).to_have_count(0)
    assert own_client.get(f"/api/sessions/{workspace_id}/draft").json()["text"] == WORDS


@dies_at("answer.after_checkpoint")
def test_half_an_answer_is_there_after_a_kill_and_stays_as_its_reader_wants_it(own_server, own_client, open_workspace):
    page, workspace_id = open_workspace
    send(page, "What can you do?")
    own_server.wait_for_crash()
    start_again(own_server)

    answer = page.locator("[data-message-id][data-role=assistant]")
    ways_on = [answer.get_by_role("button", name=name, exact=True) for name in ("Continue here", "Retry", "Keep as is")]
    expect(answer).to_have_attribute("data-status", "interrupted", timeout=30_000)
    half = stored(own_client, workspace_id)[-1]["content"]
    assert half.startswith("I am the assistant")
    shown = answer.locator(".prose").inner_text()
    for _ in range(2):
        expect(answer.locator(".prose")).to_have_text(shown)
        for button in ways_on:
            expect(button.first).to_be_visible()
        page.reload()

    ways_on[2].click()
    expect(ways_on[2]).to_have_count(0)
    page.reload()
    expect(answer.locator(".prose")).to_have_text(shown)
    expect(ways_on[2]).to_have_count(0)
    assert stored(own_client, workspace_id)[-1]["content"] == half


@dies_at("step.after_record")
def test_a_mission_the_server_died_on_goes_on_and_its_open_page_shows_it_once(own_server, own_client, open_workspace):
    page, workspace_id = open_workspace
    own_client.post(
        "/api/assets/", data={"workspace_id": workspace_id}, files={"file": ("orders.csv", TABLE, "text/csv")}
    )
    send(page, CHART)
    page.get_by_role("button", name="Accept").click(timeout=30_000)
    own_server.wait_for_crash()
    start_again(own_server)

    expect(page.get_by_text("is done.")).to_have_count(1, timeout=120_000)
    expect(page.locator(".recharts-bar-rectangle").first).to_be_visible(timeout=30_000)
    panel = own_client.get("/api/missions/", params={"workspace_id": workspace_id}).json()["mission"]
    steps = [step for hop in panel["mission"]["hops"] for step in hop["steps"]]
    assert {(step["status"], step["attempt"]) for step in steps} == {("completed", 1)}
