"""Many workspaces at once, everything found in one box, and the way back, all by keyboard."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import api
from tests.e2e.steps import answered, make_workspace, own, send


def test_rows_are_chosen_put_away_and_brought_back_without_a_mouse(server, person, page):
    with api(server, person) as client:
        names = {name: make_workspace(client, name) for name in ("Alpha", "Beta", "Gamma")}
    page.goto(f"{server.url}/history")
    rows = page.locator("#history-table tbody tr")
    expect(rows).to_have_count(3)
    page.locator("#account").focus()
    for key in ("j", "x", "Shift+J"):
        page.keyboard.press(key)
    expect(page.locator("#choice-count")).to_have_text("2")
    page.keyboard.press("#")
    expect(rows).to_have_count(1)
    expect(page.locator("#notices")).to_contain_text("2 workspaces moved to Trash")
    page.keyboard.press("Control+z")
    expect(rows).to_have_count(3)

    # The same by mouse: a range, all that is left of it in the Trash, and one question before it is gone for ever.
    rows.nth(0).locator("input").click()
    rows.nth(2).locator("input").click(modifiers=["Shift"])
    page.locator("#choice-bar").get_by_role("button", name="Move to Trash").click()
    expect(page.get_by_text("No workspaces yet")).to_be_visible()
    page.goto(f"{server.url}/trash")
    page.locator("input[data-choose=all]").check()
    page.locator("#choice-bar").get_by_role("button", name="Delete for ever").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("3 workspaces")
    dialog.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("The Trash is empty")).to_be_visible()
    with api(server, person) as client:
        assert client.get(f"/api/sessions/{names['Alpha']}").status_code == 404


def test_the_box_for_everything_opens_a_message_where_it_stands_and_does_what_a_button_does(server, person, page):
    send(page, "The reindeer were counted twice")
    page.wait_for_url("**/w/*")
    answered(page)
    page.goto(f"{server.url}/settings")
    page.locator("#account").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("counted")
    option = page.locator("#palette [role=option]", has_text="The reindeer were counted twice").last
    expect(option.locator("mark")).to_have_text("counted")
    option.click()
    expect(own(page, "The reindeer were counted twice")).to_have_count(1)
    expect(page.locator("[data-message-id][data-role=user]")).to_be_focused()

    page.keyboard.press("Control+k")
    page.keyboard.type(">hide the panel")
    page.keyboard.press("Enter")
    expect(page.locator("#palette")).to_have_count(0)
    expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "closed")


def test_a_name_is_saved_visibly_and_the_sending_key_is_the_chosen_one(server, page):
    page.goto(f"{server.url}/settings")
    page.locator("#my-name").fill("Annika Braun")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#profile-note")).to_have_text("Saved")
    page.get_by_role("button", name="Shift + Enter").click()
    expect(page.get_by_role("button", name="Shift + Enter")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{server.url}/new")
    expect(page.locator("h1").last).to_contain_text("Annika")
    page.locator("#composer").press_sequentially("First line")
    page.keyboard.press("Enter")
    page.locator("#composer").press_sequentially("second line")
    page.keyboard.press("Shift+Enter")
    expect(own(page, "First line\nsecond line")).to_have_count(1)
