"""One person in two tabs, or in two browsers: each shows what the other did, and no text overwrites another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import api, sign_in
from tests.e2e.steps import SOON_MS, make_workspace, own, pill_of, saved_draft, send

MINE, THEIRS = "Typed on the train without a network", "Typed at the desk meanwhile"


@pytest.fixture
def workspace_id(server, person):
    with api(server, person) as client:
        return make_workspace(client, "Seen twice")


@pytest.fixture
def pair(server, person, new_context, workspace_id):
    """The workspace open in two browsers of one person."""
    opened = []
    for _ in range(2):
        page = new_context().new_page()
        sign_in(page, server, person, f"/w/{workspace_id}")
        page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
        opened.append(page)
    return opened


def test_a_message_sent_in_one_tab_appears_in_the_other(server, person, new_context, workspace_id):
    first = new_context().new_page()
    sign_in(first, server, person, f"/w/{workspace_id}")
    second = first.context.new_page()
    second.goto(f"{server.url}/w/{workspace_id}")
    second.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    first.bring_to_front()
    send(first, "Do you see me")
    expect(own(first, "Do you see me")).to_have_count(1)
    expect(own(second, "Do you see me")).to_have_count(1, timeout=SOON_MS)


def test_a_message_and_its_answer_appear_in_another_browser(pair):
    first, second = pair
    send(first, "Do you see me over there")
    expect(own(second, "Do you see me over there")).to_have_count(1, timeout=SOON_MS)
    expect(second.locator("[data-message-id][data-role=assistant][data-status=complete]")).to_have_count(1)


def test_a_new_title_appears_in_another_browser(pair):
    first, second = pair
    first.locator("#title").fill("A better title")
    first.locator("#title").press("Enter")
    expect(second.locator("#title")).to_have_value("A better title", timeout=SOON_MS)


def test_a_draft_appears_in_another_browser_where_nothing_is_being_typed_and_goes_on_there(pair):
    first, second = pair
    first.locator("#composer").press_sequentially("Begun at the desk")
    expect(second.locator("#composer")).to_have_value("Begun at the desk", timeout=SOON_MS)
    second.locator("#composer").press("End")
    with saved_draft(second, "Begun at the desk, ended on the train"):
        second.locator("#composer").press_sequentially(", ended on the train")
    expect(first.locator("#composer")).to_have_value("Begun at the desk, ended on the train", timeout=SOON_MS)


@pytest.mark.parametrize(
    ("choice", "text"),
    [("Keep mine", MINE), ("Take theirs", THEIRS), ("Keep both", f"{MINE}\n\n{THEIRS}")],
)
def test_two_texts_for_one_composer_are_both_kept_until_the_person_chooses(
    server, person, pair, workspace_id, choice, text
):
    away, desk = pair
    away.context.set_offline(True)
    away.locator("#composer").press_sequentially(MINE)
    with saved_draft(desk, THEIRS):
        desk.locator("#composer").press_sequentially(THEIRS)
    away.context.set_offline(False)

    question = away.locator(".jb-clash")
    expect(question).to_contain_text(THEIRS)
    expect(away.locator("#composer")).to_have_value(MINE)

    question.get_by_role("button", name=choice).click()

    expect(question).to_have_count(0)
    expect(away.locator("#composer")).to_have_value(text)
    expect(pill_of(away)).to_contain_text("Saved")
    with api(server, person) as client:
        assert client.get(f"/api/sessions/{workspace_id}/draft").json()["text"] == text


def test_one_draft_is_the_same_in_two_tabs_of_one_browser(server, person, new_context, workspace_id):
    first = new_context().new_page()
    sign_in(first, server, person, f"/w/{workspace_id}")
    second = first.context.new_page()
    second.goto(f"{server.url}/w/{workspace_id}")
    second.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    second.locator("#composer").press_sequentially("Half a sentence")
    expect(first.locator("#composer")).to_have_value("Half a sentence", timeout=SOON_MS)
    expect(first.locator(".jb-clash")).to_have_count(0)
