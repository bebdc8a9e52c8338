"""How far a long command is, on standard error: a bar where somebody looks, nothing where nobody does."""

from __future__ import annotations

import sys
import time

_WIDTH = 30
_EVERY_S = 0.1


class Progress:
    """A bar of `total` steps; more than that is drawn as full."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._shown = sys.stderr.isatty()
        self._drawn_at = 0.0

    def at(self, done: int, remark: str = "") -> None:
        """Say that `done` steps are done."""
        if not self._shown or time.monotonic() - self._drawn_at < _EVERY_S:
            return
        self._drawn_at = time.monotonic()
        self._draw(done, remark)

    def end(self, done: int, remark: str = "") -> None:
        """Draw it for the last time."""
        if self._shown:
            self._draw(done, remark)
            print(file=sys.stderr)

    def _draw(self, done: int, remark: str) -> None:
        share = min(1.0, done / self._total) if self._total else 1.0
        bar = ("#" * round(share * _WIDTH)).ljust(_WIDTH, ".")
        print(f"\r{self._what} [{bar}] {done:,} of {self._total:,} {remark}\x1b[K", end="", file=sys.stderr, flush=True)
