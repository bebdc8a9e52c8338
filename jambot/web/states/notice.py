"""The one line at the edge of the page that says what has just happened, with Undo where there is one."""

from __future__ import annotations

import asyncio

import reflex as rx

from jambot.web.policy import public, signed_in

_SHOWN_FOR_S = 5
_SHOWN_WITH_UNDO_FOR_S = 10
_LONGEST_SENTENCE = 300


class NoticeState(rx.State):
    """`kind` is empty while there is nothing to say, else `ok` or `trouble`."""

    kind: str = ""
    text: str = ""
    detail: str = ""
    reference: str = ""
    can_undo: bool = False
    _holds: int = 0

    @rx.event
    @public
    def hold(self) -> None:
        """Let the notice stand while somebody is on it; `fade` starts its time again."""
        self._holds += 1

    @rx.event
    @signed_in
    def dismiss(self) -> None:
        """Take the notice away."""
        self._clear()

    @rx.event
    @public
    def tell(self, text: str, reference: str) -> None:
        """Show what went wrong; the page's own error handler sends it, to the tab it happened in."""
        self._trouble(text[:_LONGEST_SENTENCE], reference=reference[:16])

    @rx.event(background=True, supersedes=True)
    @public
    async def fade(self) -> None:
        """Take the notice away after a while; a newer notice starts the time again."""
        async with self:
            wait_s = _SHOWN_WITH_UNDO_FOR_S if self.can_undo else _SHOWN_FOR_S
            holds = self._holds
        await asyncio.sleep(wait_s)
        async with self:
            if holds == self._holds:
                self._clear()

    def _say(self, text: str, *, detail: str = "", can_undo: bool = False) -> None:
        self.kind, self.text, self.detail, self.reference, self.can_undo = "ok", text, detail, "", can_undo

    def _trouble(self, text: str, *, detail: str = "", reference: str = "") -> None:
        self.kind, self.text, self.detail, self.reference, self.can_undo = "trouble", text, detail, reference, False

    def _clear(self) -> None:
        self.kind, self.text, self.detail, self.reference, self.can_undo = "", "", "", "", False
