"""The browser of the tests, Playwright's own or any installed Chrome or Chromium, and what several tests do with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-sync",
    # Letters stand where they do in a window.
    "--font-render-hinting=none",
]
SHELL = "chromium-headless-shell"
# The shell first: it draws no window of its own, which costs a quarter of the processor time for each profile.
_INSTALLED = (
    SHELL,
    "google-chrome-stable",
    "google-chrome",
    "chromium",
    "chromium-browser",
    "chrome",
)


def find_browser() -> str | None:
    """The path of an executable, or None when there is none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    return next((found for name in _INSTALLED if (found := shutil.which(name))), None)


@contextmanager
def choosing_files(page: Any) -> Iterator[Any]:
    """The choice of files that the block opens.

    Playwright asks the browser to hand choices over with a message it does not wait for, which a key press can
    overtake; a question to the page is answered only after it.
    """
    with page.expect_file_chooser() as chooser:
        page.evaluate("null")
        yield chooser


def painted(page: Any, address: str) -> Any:
    """Go to `address` and wait no longer than until the page can be seen: before that a browser takes no keys."""
    page.goto(address, wait_until="commit")
    page.wait_for_function("() => performance.getEntriesByType('paint').length")
    return page


class Gate:
    """Holds back what a page or a browser profile asks for, as a slow line does, until it is opened."""

    def __init__(self, target: Any, *patterns: str) -> None:
        self._waiting: list[Any] = []
        self._is_open = False
        for pattern in patterns:
            target.route(pattern, self._arrived)

    def _arrived(self, route: Any) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._waiting.append(route)

    def open(self) -> None:
        self._is_open = True
        for route in self._waiting:
            route.continue_()


def drawn(page: Any) -> None:
    """Wait until the browser has drawn what stands on the page now, and whoever listens to that has heard of it."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))")
