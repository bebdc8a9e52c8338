"""What people do and see, in words the tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect

# What the page promises within two seconds.
SOON_MS = 2_000
TABLE = b"month;channel;revenue\n" + b"".join(
    f"2026-{month:02d};{channel};{month * 10 + len(channel)}\n".encode()
    for month in range(1, 7)
    for channel in ("Web shop", "Stores")
)
CHART = "Show me the revenue per month, split by channel"


@dataclass(slots=True)
class Watch:
    """What went wrong in a browser profile, and where it asked for things."""

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def watch(context: BrowserContext, origin: str) -> Watch:
    """Note every console error, dialog and request beyond `origin`, blocked or not, in all pages of a profile."""
    seen = Watch()

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(origin).netloc:
            seen.foreign.append(request.url)

    context.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
    context.on("weberror", lambda error: seen.errors.append(str(error.error)))
    context.on("request", asked)

    def watch_page(page: Page) -> None:
        page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))

    context.on("page", watch_page)
    return seen


def send(page: Page, text: str) -> None:
    """Write `text` and press Enter."""
    page.locator("#composer").fill(text)
    page.locator("#composer").press("Enter")


def own(page: Page, text: str) -> Locator:
    """The person's messages that say exactly `text`."""
    return page.locator("[data-message-id][data-role=user] .bubble").get_by_text(text, exact=True)


def pill_of(page: Page) -> Locator:
    """What the pill says. Beside it stands, hidden, what the page said of the last save when it was drawn."""
    return page.locator("#save-pill [data-words]")


def queued(page: Page) -> Locator:
    """The messages that wait to be sent."""
    return page.locator("#outbox [data-outbox-id]")


def settled(page: Page, timeout: float = 30_000) -> None:
    """Wait until nothing waits and no answer is being written."""
    expect(queued(page)).to_have_count(0, timeout=timeout)
    expect(page.locator("#workspace")).to_have_attribute("data-answering", "false", timeout=timeout)


def answered(page: Page, count: int = 1) -> None:
    """Wait until the page shows `count` whole answers."""
    whole = page.locator("[data-message-id][data-role=assistant][data-status=complete]")
    expect(whole).to_have_count(count, timeout=30_000)


def make_workspace(client: httpx.Client, name: str) -> str:
    """A workspace made through the API."""
    answer = client.post("/api/sessions/", json={"name": name})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["user_session"]["id"])


def stored(client: httpx.Client, workspace_id: str) -> list[dict[str, Any]]:
    """The messages the server has, oldest first."""
    return client.get(f"/api/sessions/{workspace_id}").raise_for_status().json()["chat"]["messages"]


def said(client: httpx.Client, workspace_id: str) -> list[str]:
    """What the person said there, oldest first."""
    return [each["content"] for each in stored(client, workspace_id) if each["role"] == "user"]


def attach_table(page: Page, name: str = "orders.csv") -> None:
    """Attach a small table and wait until it is there."""
    page.locator("input[type=file]").first.set_input_files({"name": name, "mimeType": "text/csv", "buffer": TABLE})
    expect(page.locator("#uploads").get_by_text(name)).to_be_visible()
    expect(page.locator("#uploads progress")).to_have_count(0)


def propose(page: Page) -> None:
    """Ask for a chart of a small table; the proposal waits afterwards."""
    attach_table(page)
    send(page, CHART)
    expect(page.get_by_role("button", name="Accept")).to_be_visible(timeout=30_000)


def is_kept(page: Page, text: str) -> None:
    """Wait until this browser has `text` safe, which does not need a server."""
    page.wait_for_function(
        "text => Object.keys(localStorage).some(key => key.startsWith('jambot:journal:') "
        "&& JSON.parse(localStorage.getItem(key)).text === text)",
        arg=text,
    )


@contextmanager
def saved_draft(page: Page, text: str) -> Iterator[None]:
    """Wait at the end until the server has acknowledged `text` as the draft."""

    def holds(answer: Any) -> bool:
        request = answer.request
        return (
            request.method == "PUT"
            and answer.url.endswith("/draft")
            and answer.ok
            and json.loads(request.post_data or "{}").get("text") == text
        )

    with page.expect_response(holds):
        yield
