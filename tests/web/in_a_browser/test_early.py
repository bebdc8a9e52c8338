"""What a person does before the scripts listen is done when they do."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Gate, choosing_files, painted
from tests.web.in_a_browser.doing import type_text, until
from tests.web.stub_server import StubServer


def test_what_is_typed_and_sent_before_the_scripts_listen_is_sent_once(context: BrowserContext, server: StubServer):
    gate = Gate(context, "**/js/upload.js")
    page = painted(context.new_page(), "/w/w1")
    type_text(page, "already there")
    page.keyboard.press("Enter")
    page.locator("#send").click()
    assert page.evaluate("window.jambot.parts") is None
    gate.open()
    until(page, lambda: server.said() == ["already there"])
    expect(page.locator("#composer")).to_have_value("")
    assert page.url.endswith("/w/w1")


def test_what_is_typed_before_the_scripts_listen_is_kept_beside_what_the_server_has(
    context: BrowserContext, server: StubServer
):
    server.draft().update(text="from yesterday", revision=3)
    gate = Gate(context, "**/js/journal.js")
    page = painted(context.new_page(), "/w/w1")
    type_text(page, "and from today")
    gate.open()
    expect(page.locator("#composer")).to_have_value("from yesterday\n\nand from today")
    until(page, lambda: server.draft()["text"] == "from yesterday\n\nand from today")


def test_a_file_is_chosen_at_once_and_uploaded_when_the_scripts_listen(context: BrowserContext, server: StubServer):
    gate = Gate(context, "**/js/upload.js")
    page = painted(context.new_page(), "/w/w1")
    page.locator("#attach").focus()
    with choosing_files(page) as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": b"a;b\n1;2\n"})
    gate.open()
    expect(page.locator("#uploads")).to_contain_text("orders.csv")
    until(page, lambda: [path for _, path, _ in server.heard if path.startswith("/api/assets")] == ["/api/assets/"])


def test_a_press_before_the_scripts_listen_is_done_when_they_do(context: BrowserContext, page: Page):
    gate = Gate(context, "**/js/main.js")
    painted(page, "/w/w1")
    page.locator("#save-pill").click()
    gate.open()
    expect(page.get_by_role("dialog", name="Last saves")).to_be_visible()
