"""Finds a browser for the tests: Playwright's own first, then any installed Chrome or Chromium."""

from __future__ import annotations

import shutil
from pathlib import Path

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
_INSTALLED = ("google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome")


def find_browser() -> str | None:
    """The path of an executable, or None when there is none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    return next((found for name in _INSTALLED if (found := shutil.which(name))), None)
