"""The scripts in a real browser, under the policy the app sends, with a server that can be told to fail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.in_a_browser.doing import opened
from tests.web.stub_server import StubServer


@pytest.fixture
def server() -> Iterator[StubServer]:
    with StubServer() as running:
        yield running


@pytest.fixture
def context(browser: Browser, server: StubServer) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=server.url)
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Page:
    return opened(context, complaints)
