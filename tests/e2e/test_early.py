"""The page can be seen long before it is alive: on a slow machine or line nothing that is done meanwhile is lost."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import Gate, choosing_files, painted
from tests.e2e.steps import TABLE, own


def test_what_is_done_before_the_page_is_alive_is_done_when_it_is(page, server):
    gate = Gate(page, "**/assets/entry.client-*.js", "**/js/upload.js")
    painted(page, f"{server.url}/new")

    page.get_by_role("button", name="Show or hide the mission panel").click()
    page.locator("#composer").press_sequentially("Written before anything listened")
    page.locator("#attach").focus()
    with choosing_files(page) as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": TABLE})
    page.locator("#composer").focus()
    page.keyboard.press("Enter")
    assert page.locator("#workspace").get_attribute("data-side-panel") == "open"

    gate.open()

    expect(own(page, "Written before anything listened")).to_have_count(1, timeout=30_000)
    expect(page.locator("[data-message-id]").first).to_contain_text("Written before anything listened")
    expect(page.locator("#workspace")).to_have_attribute("data-side-panel", "closed")
    expect(page.locator("[data-message-id][data-role=user]")).to_contain_text("orders.csv")
