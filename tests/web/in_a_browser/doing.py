"""What several tests do with a page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page


def opened(context: BrowserContext, complaints: list[str] | None = None, path: str = "/w/w1") -> Page:
    page = context.new_page()
    if complaints is not None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    until(page, lambda: page.evaluate("Boolean(window.jambot?.parts?.journal?.live())"))
    return page


def until(page: Page, happened: Callable[[], Any], within_ms: int = 8_000) -> None:
    """Wait for something on the server's side."""
    for _ in range(within_ms // 20):
        if happened():
            return
        page.wait_for_timeout(20)
    raise AssertionError("did not happen in time")


def type_text(page: Page, text: str) -> None:
    page.locator("#composer").press_sequentially(text)
