"""The login behind an open page ends: the page asks for the password over itself and loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, api, ready, register, sign_in_by_hand
from tests.e2e.steps import SOON_MS, is_kept, make_workspace, own, queued, said, send, settled

DRAFT = "A thought nobody else may read"
# The question waits for a pause in the typing, so that no next word lands in a password field.
ASKED_MS = SOON_MS + 1_000


@pytest.fixture
def open_page(server, person, client, new_context):
    """A page on a workspace with half a sentence in the composer; gives the page and the workspace's id."""
    workspace_id = make_workspace(client, "Signed out in the middle")
    page = new_context().new_page()
    sign_in_by_hand(page, server, person, f"/w/{workspace_id}")
    page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    page.locator("#composer").press_sequentially(DRAFT)
    is_kept(page, DRAFT)
    return page, workspace_id


def revoke_others(client):
    """Sign out everywhere but at `client`."""
    answer = client.delete("/api/devices")
    assert answer.status_code == 200, answer.text


def sign_in_over_the_page(page, email, password=PASSWORD):
    form = page.locator("form[data-auth-form=reauth]")
    form.locator("input[name=email]").fill(email)
    form.locator("input[name=password]").fill(password)
    form.locator("button[type=submit]").click()


def test_a_revoked_page_asks_for_the_password_over_itself_and_keeps_the_text(client, open_page):
    page, _ = open_page
    revoke_others(client)
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible(timeout=ASKED_MS)
    expect(dialog).to_contain_text("Your text is safe")
    expect(page.locator("#composer")).to_have_value(DRAFT)
    expect(page.locator("[data-message-id]")).to_have_count(0)


def test_a_wrong_password_over_the_page_says_so_and_may_be_tried_again(person, client, open_page):
    page, workspace_id = open_page
    revoke_others(client)
    sign_in_over_the_page(page, person.email, "not my password at all")
    expect(page.locator("form[data-auth-form=reauth] [data-error]")).to_be_visible()
    sign_in_over_the_page(page, person.email)
    expect(page.locator(f"#workspace[data-workspace-id='{workspace_id}']")).to_be_visible()
    expect(page.locator("#composer")).to_have_value(DRAFT)


def test_a_message_that_waits_for_the_sign_in_is_sent_once(person, client, open_page):
    page, workspace_id = open_page
    page.context.set_offline(True)
    send(page, "Sent without a login")
    page.locator("#composer").press_sequentially(DRAFT)
    expect(queued(page)).to_have_count(1)
    revoke_others(client)
    page.context.set_offline(False)

    sign_in_over_the_page(page, person.email)

    page.locator(f"#workspace[data-workspace-id='{workspace_id}']").wait_for()
    settled(page)
    expect(own(page, "Sent without a login")).to_have_count(1)
    expect(page.locator("#composer")).to_have_value(DRAFT)
    assert said(client, workspace_id) == ["Sent without a login"]


def test_another_person_at_the_same_page_sees_nothing_of_the_first(server, client, open_page):
    page, _ = open_page
    page.context.set_offline(True)
    send(page, "For me alone")
    page.locator("#composer").press_sequentially(DRAFT)
    revoke_others(client)
    page.context.set_offline(False)
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=20_000)
    other = register(server, "Bruno Keller")

    sign_in_over_the_page(page, other.email)

    page.wait_for_function(
        "email => document.getElementById('workspace')?.dataset.userEmail === email", arg=other.email
    )
    expect(page.locator("#composer")).to_have_value("")
    expect(queued(page)).to_have_count(0)
    expect(page.get_by_text("For me alone")).to_have_count(0)
    expect(page.get_by_text("Signed out in the middle")).to_have_count(0)
    with api(server, other) as theirs:
        assert theirs.get("/api/sessions/").json()["sessions"] == []


def test_signing_out_in_one_tab_asks_in_the_other(server, open_page):
    page, workspace_id = open_page
    other = page.context.new_page()
    other.goto(f"{server.url}/w/{workspace_id}")
    other.locator("#account").click()
    other.get_by_role("menuitem", name="Sign out").click()
    other.wait_for_url("**/login**")
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=ASKED_MS)
    expect(page.locator("#composer")).to_have_value(DRAFT)


def test_who_signs_in_again_in_one_tab_is_not_asked_in_the_other(server, person, client, open_page):
    page, workspace_id = open_page
    other = page.context.new_page()
    other.goto(f"{server.url}/w/{workspace_id}")
    ready(other)
    revoke_others(client)
    expect(other.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=ASKED_MS)
    expect(page.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=ASKED_MS)
    sign_in_over_the_page(other, person.email)
    for each in (other, page):
        ready(each)
        expect(each.get_by_role("dialog", name="Sign in again")).to_have_count(0)
        expect(each.locator("#composer")).to_have_value(DRAFT)


def test_another_password_asks_on_other_devices_over_their_page_and_loads_none_of_ones_own(server, person, open_page):
    page, workspace_id = open_page
    chooses, beside = (page.context.new_page() for _ in range(2))
    for each, path in ((chooses, "/settings"), (beside, f"/w/{workspace_id}")):
        each.goto(f"{server.url}{path}")
        ready(each)
        each.evaluate("window.isTheSamePage = true")
    other = page.context.browser.new_context().new_page()
    sign_in_by_hand(other, server, person, f"/w/{workspace_id}")
    other.locator("#composer").fill("half a thought elsewhere")
    chooses.locator("#password-form input[name=old_password]").fill(PASSWORD)
    chooses.locator("#password-form input[name=new_password]").fill("another long enough phrase 77")
    chooses.keyboard.press("Enter")
    expect(other.get_by_role("dialog", name="Sign in again")).to_be_visible(timeout=ASKED_MS)
    expect(other.locator("#composer")).to_have_value("half a thought elsewhere")
    expect(chooses.locator("#password-form [data-done]")).to_contain_text("The password is changed.")
    for each in (chooses, beside):
        each.wait_for_function("() => window.jambot.socket.opened > 1")
        expect(each.get_by_role("dialog")).to_have_count(0)
        assert each.evaluate("window.isTheSamePage")
    expect(chooses.locator("#password-form [data-done]")).to_contain_text("The password is changed.")
    other.context.close()
