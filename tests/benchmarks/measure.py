"""How a time is taken, and how several of them become one honest figure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

WATCH = """
window.seenAt = (selector, text) => new Promise((done, failed) => {
  setTimeout(() => failed(new Error(`nothing shows ${text} at ${location}`)), 20_000);
  const here = () => {
    const rows = document.querySelectorAll(selector);
    return rows.length && rows[rows.length - 1].textContent.includes(text);
  };
  // The first callback runs before the frame is painted, the second one after it.
  const frame = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  if (here()) return frame();
  const observer = new MutationObserver(() => { if (here()) { observer.disconnect(); frame(); } });
  observer.observe(document, {childList: true, subtree: true, characterData: true});
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report: a ratio, or a figure in a unit of its own, and the bar it is held against.

    Without a bar it is there for comparison only.
    """

    name: str
    ratio: float
    detail: str
    bar: float | None = None
    at_least: bool = False
    unit: str = ""

    @property
    def meets(self) -> bool:
        if self.bar is None:
            return True
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    def line(self) -> str:
        bar = "" if self.bar is None else f"{'>=' if self.at_least else '<='} {self.bar:g}{self.unit}"
        verdict = "" if self.bar is None else "yes" if self.meets else "NO"
        return f"| {self.name} | {self.ratio:.2f}{self.unit} | {bar} | {verdict} | {self.detail} |"


def interleaved(cases: Mapping[str, Callable[[], float]], *, rounds: int, warm_up: int = 1) -> dict[str, list[float]]:
    """Run the cases in turn, so that a change of the machine's speed meets all of them alike."""
    figures: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + warm_up):
        for name, case in cases.items():
            figure = case()
            if number >= warm_up:
                figures[name].append(figure)
    return figures


def median(figures: list[float]) -> float:
    return statistics.median(figures)


def percentile(figures: list[float], share: float) -> float:
    """The figure that `share` of all figures do not exceed."""
    return sorted(figures)[min(len(figures) - 1, int(share * len(figures)))]


def time_load(page: Page, url: str, selector: str, text: str) -> float:
    """Milliseconds from the start of a navigation until the last row that matches shows `text` and is painted."""
    page.goto(url, wait_until="commit")
    return page.evaluate("([selector, text]) => window.seenAt(selector, text)", [selector, text])


def time_click(page: Page, click: str, selector: str, text: str) -> float:
    """Milliseconds from a click on `click` until the last row that matches shows `text` and is painted."""
    return page.evaluate(
        """async ([click, selector, text]) => {
             const began = performance.now();
             document.querySelector(click).click();
             return await window.seenAt(selector, text) - began; }""",
        [click, selector, text],
    )


def time_sign_in(page: Page, email: str, password: str, selector: str, text: str) -> float:
    """Milliseconds from submitting the sign-in form, over the navigation, until the last row shows `text`."""
    form = page.locator("form[data-auth-form=login]")
    form.locator("input[name=email]").fill(email)
    form.locator("input[name=password]").fill(password)
    with page.expect_navigation(wait_until="commit", url=lambda url: "/login" not in url):
        began = page.evaluate(
            """() => {
                 const began = performance.timeOrigin + performance.now();
                 document.querySelector("form[data-auth-form=login] button[type=submit]").click();
                 return began; }"""
        )
    ended = page.evaluate(
        "async ([selector, text]) => performance.timeOrigin + await window.seenAt(selector, text)", [selector, text]
    )
    return ended - began
