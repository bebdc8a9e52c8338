"""An answer while it is written: how often it repaints, what it repaints, and what that costs somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page

from jambot.ids import new_id
from tests.benchmarks.measure import Row, median, percentile, time_click, time_load
from tests.benchmarks.page_rows import MESSAGE, last_text
from tests.benchmarks.stand import GUEST, READER, SIZES, Stand

WATCHED_S = 8
BLOCKS = 5
CLICKS_IN_A_BLOCK = 24
STREAMING = '[data-message-id][data-status="streaming"]'
COUNT_PAINTS = """
seconds => new Promise(done => {
  let paints = 0;
  const rows = new Set();
  const observer = new MutationObserver(records => {
    paints += 1;
    for (const record of records) {
      const node = record.target.nodeType === Node.TEXT_NODE ? record.target.parentElement : record.target;
      rows.add(node?.closest("[data-message-id]")?.dataset.messageId ?? "outside every row");
    }
  });
  observer.observe(document.querySelector("#messages"), {childList: true, subtree: true, characterData: true});
  setTimeout(() => { observer.disconnect(); done([paints, rows.size]); }, seconds * 1000);
})
"""


def stream_rows(stand: Stand) -> Iterator[Row]:
    """A person watches an answer of about 80 words a second grow while another one clicks in their own list."""
    small, large = SIZES[0], SIZES[1]
    followed = stand.guest_chats[large]
    follower, clicker = stand.signed_in(GUEST), stand.signed_in(READER)
    time_load(follower, f"{stand.app.url}/w/{followed}", MESSAGE, last_text(large))
    time_load(clicker, f"{stand.app.url}/w/{stand.chats[small]}", MESSAGE, last_text(small))
    quiet: list[float] = []
    busy: list[float] = []
    with stand.client(GUEST) as client:
        with _streaming(client, follower, followed):
            paints, touched = follower.evaluate(COUNT_PAINTS, WATCHED_S)
        for _ in range(BLOCKS):
            quiet += _clicks(stand, clicker, small, large)
            with _streaming(client, follower, followed):
                busy += _clicks(stand, clicker, small, large)
    for page in (follower, clicker):
        page.context.close()
    yield Row(
        name="A streamed answer: paints a second",
        ratio=paints / WATCHED_S,
        bar=20,
        unit="/s",
        detail=f"{paints} paints in {WATCHED_S} s, in a chat of {large:,} messages",
    )
    yield Row(name="A streamed answer: rows that are painted", ratio=touched, bar=1, detail="of 50 shown")
    late, usual = percentile(busy, 0.95), percentile(quiet, 0.95)
    told = f"p95 {late:.0f} with, {usual:.0f} ms without; medians {median(busy):.0f} and {median(quiet):.0f} ms"
    yield Row(name="A streamed answer delays another's click, p95", ratio=late - usual, bar=50, unit=" ms", detail=told)
    yield Row(name="The same as a ratio", ratio=late / usual, detail=told)


@contextmanager
def _streaming(client: httpx.Client, follower: Page, workspace_id: str) -> Iterator[None]:
    """An answer is being written, and seen on `follower`, in between."""
    said = {"workspace_id": workspace_id, "content": "Talk for a while.", "client_id": new_id()}
    client.post("/api/chat/turns", json=said).raise_for_status()
    follower.locator(STREAMING, has_text="m0").wait_for()
    yield
    client.post(f"/api/chat/{workspace_id}/stop").raise_for_status()
    follower.locator(STREAMING).wait_for(state="detached")


def _clicks(stand: Stand, page: Page, *sizes: int) -> list[float]:
    taken = []
    for number in range(CLICKS_IN_A_BLOCK):
        size = sizes[(number + 1) % len(sizes)]
        row = f'[data-workspace-row="{stand.chats[size]}"]'
        taken.append(time_click(page, row, MESSAGE, last_text(size)))
    return taken
