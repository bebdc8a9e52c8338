"""A key for a program, made in the settings and taken from there."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, sign_in


def test_a_key_is_made_by_keys_alone_copied_whole_and_opens_the_api(server, person, new_context):
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    sign_in(page, server, person, "/settings")
    keys = page.locator("#keys")
    keys.locator("summary").press("Enter")
    keys.get_by_label("Name").press_sequentially("nightly export")
    password = keys.get_by_role("textbox", name="Your password")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(keys.locator("[data-once]")).to_be_visible()
    keys.get_by_role("button", name="Copy").press("Enter")
    expect(page.locator("#notices")).to_contain_text("Copied.")
    secret = page.evaluate("navigator.clipboard.readText()")
    answer = httpx.get(f"{server.url}/api/sessions/", headers={"Authorization": f"Bearer {secret}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    expect(keys.get_by_text("nightly export")).to_be_visible()
