"""The end of a login in a real browser, and its beginning: nothing is lost, and nobody else sees it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.web.in_a_browser.doing import type_text, until
from tests.web.stub_server import StubServer


def test_a_sign_in_that_ended_loses_nothing_and_sends_once(page: Page, server: StubServer):
    server.user = None
    type_text(page, "sent later")
    page.keyboard.press("Enter")
    type_text(page, "and a draft")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    expect(page.locator("#composer")).to_have_value("and a draft")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    until(page, lambda: server.said() == ["sent later"])
    expect(page.locator("#composer")).to_have_value("and a draft")
    assert "secret" not in page.evaluate("JSON.stringify(localStorage)")


def test_at_the_limit_of_devices_one_is_chosen_by_keys_and_goes_along_with_the_password(page: Page, server: StubServer):
    held = [{"id": f"d{n}", "device": f"Browser {n}", "last_seen_at": f"2026-01-0{n}T09:00:00Z"} for n in (2, 1, 3)]
    full = {"code": "too_many_sessions", "detail": "You are signed in on as many devices as allowed.", "devices": held}
    server.fail = lambda method, path, body: (
        (409, full) if path == "/api/auth/login" and body.get("instead_of") != "d3" else None
    )
    server.user = None
    type_text(page, "sent later")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Password").fill("secret")
    page.keyboard.press("Enter")
    choice = dialog.get_by_role("group", name="Which device shall be signed out?")
    expect(choice.get_by_role("radio", name="Browser 1")).to_be_focused()
    assert not [body for _, path, body in server.heard if path == "/api/auth/login" and "instead_of" in body]
    expect(dialog.get_by_label("Password")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(choice.get_by_role("radio", name="Browser 3")).to_be_checked()
    page.keyboard.press("Enter")
    until(page, lambda: server.said() == ["sent later"])
    sent = [body for _, path, body in server.heard if path == "/api/auth/login"]
    assert [(body.get("instead_of"), body["password"]) for body in sent] == [(None, "secret"), ("d3", "secret")]


def test_another_person_at_the_same_browser_sees_nothing_of_the_first(page: Page, server: StubServer):
    server.user = None
    type_text(page, "ada's secret")
    page.keyboard.press("Enter")
    type_text(page, "ada's draft")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("E-mail").fill("grace@example.org")
    dialog.get_by_label("Password").fill("secret")
    dialog.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto("/w/w1")
    until(page, lambda: page.evaluate("window.jambot?.parts?.journal?.live()?.user") == "grace")
    assert page.locator("#composer").input_value() == ""
    assert "ada's" not in page.locator("body").inner_text()
    page.wait_for_timeout(300)
    assert server.turns == []
    server.user = "ada"
    page.reload()
    expect(page.locator("#composer")).to_have_value("ada's draft")
    until(page, lambda: server.said() == ["ada's secret"])


def test_a_standing_of_signed_out_asks_over_the_page(page: Page):
    type_text(page, "keep me")
    page.evaluate(
        "Object.assign(document.getElementById('workspace').dataset, {standing: 'signed_out', reason: 'revoked'})"
    )
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_contain_text("You were signed out on this device.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    assert page.locator("#composer").input_value() == "keep me"


def test_whoever_deletes_their_account_leaves_nothing_in_the_browser(page: Page, server: StubServer):
    type_text(page, "ada's draft")
    until(page, lambda: "ada's draft" in page.evaluate("JSON.stringify(localStorage)"))
    page.evaluate(
        """() => {
            localStorage.setItem("jambot:journal:grace:w1", JSON.stringify({ text: "grace's draft" }));
            const form = document.createElement("form");
            form.dataset.authForm = "delete-account";
            form.innerHTML = '<input type="password" name="password" value="secret"><p data-error></p>';
            document.body.append(form);
            form.requestSubmit();
        }"""
    )
    page.wait_for_url("**/login")
    left = page.evaluate("JSON.stringify(localStorage)")
    assert ("ada's draft" in left, "grace's draft" in left) == (False, True)
    assert page.evaluate("localStorage.getItem('jambot:ends')") is None
