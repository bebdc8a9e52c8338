"""How a time is taken, and how several of them become one honest figure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

WATCH = """
window.seenAt = (selector, text) => new Promise(done => {
  const here = () => {
    const rows = document.querySelectorAll(selector);
    return rows.length && rows[rows.length - 1].textContent.includes(text);
  };
  const frame = () => requestAnimationFrame(() => done(performance.now()));
  if (here()) return frame();
  const observer = new MutationObserver(() => { if (here()) { observer.disconnect(); frame(); } });
  observer.observe(document, {childList: true, subtree: true, characterData: true});
});
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report: a ratio and the bar it is held against."""

    name: str
    ratio: float
    bar: float
    detail: str
    at_least: bool = False

    @property
    def meets(self) -> bool:
        return self.ratio >= self.bar if self.at_least else self.ratio <= self.bar

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        verdict = "yes" if self.meets else "NO"
        return f"| {self.name} | {self.ratio:.2f} | {sign} {self.bar:g} | {verdict} | {self.detail} |"


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
    """Milliseconds from the start of a navigation until the last row that matches shows `text`, one frame later."""
    page.goto(url, wait_until="commit")
    return page.evaluate("([selector, text]) => window.seenAt(selector, text)", [selector, text])


def time_click(page: Page, click: str, selector: str, text: str) -> float:
    """Milliseconds from a click on `click` until the last row that matches shows `text`, one frame later."""
    return page.evaluate(
        """async ([click, selector, text]) => {
             const began = performance.now();
             document.querySelector(click).click();
             return await window.seenAt(selector, text) - began; }""",
        [click, selector, text],
    )
