"""What it costs to have many workspaces: the same questions of a person with 100 and of one with 100,000."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
from playwright.sync_api import Page

from tests.benchmarks.measure import Row, interleaved, median, time_load
from tests.benchmarks.stand import FEW, LITTLE, MANY, MUCH, Stand

QUESTIONS = {
    "first page": "/api/sessions/?per_page=50",
    "search for a rare word in titles": "/api/sessions/?per_page=50&q=quarterly",
    "search for a frequent word in titles": "/api/sessions/?per_page=50&q=revenue",
    "search as one types, in titles": "/api/sessions/?per_page=50&q=reve",
    "search in messages": "/api/sessions/search?q=revenue",
}
ROUNDS = 21


def history_rows(stand: Stand) -> Iterator[Row]:
    """Over REST, a request at a time; then as pages in the browser."""
    little, much = stand.client(LITTLE), stand.client(MUCH)
    with little, much:
        for name, path in QUESTIONS.items():
            cases = {"little": _request(little, path), "much": _request(much, path)}
            yield _row(f"History of {MANY:,} / {FEW} workspaces, REST: {name}", cases, rounds=ROUNDS)
    pages = stand.signed_in(LITTLE), stand.signed_in(MUCH)
    for name, path in (("first page", "/history"), ("search", "/history?q=quarterly")):
        few, many = (_load(page, stand.app.url + path) for page in pages)
        yield _row(f"History of {MANY:,} / {FEW} workspaces, page: {name}", {"little": few, "much": many}, rounds=7)
    for page in pages:
        page.context.close()


def _row(name: str, cases: dict[str, Callable[[], float]], *, rounds: int) -> Row:
    taken = {case: median(figures) for case, figures in interleaved(cases, rounds=rounds).items()}
    return Row(
        name=name,
        ratio=taken["much"] / taken["little"],
        bar=2,
        detail=f"{taken['much']:.1f} / {taken['little']:.1f} ms",
    )


def _request(client: httpx.Client, path: str) -> Callable[[], float]:
    def ask() -> float:
        began = time.perf_counter()
        client.get(path).raise_for_status()
        return (time.perf_counter() - began) * 1000

    return ask


def _load(page: Page, url: str) -> Callable[[], float]:
    return lambda: time_load(page, url, "#history-table tbody tr", "")
