"""What changes many times a second, in states of their own, so that nothing else is drawn again with it."""

from __future__ import annotations

import reflex as rx

from jambot.web.view_models import MessageItem


class StreamState(rx.State):
    """The answer being written: plain text until it settles into a row of the conversation."""

    answer_id: str = ""
    text: str = ""

    def _begin(self, answer_id: str, text: str) -> None:
        self.answer_id, self.text = answer_id, text

    def _extend(self, answer_id: str, offset: int, piece: str) -> bool:
        """Add `piece` where it belongs; False when text before it is missing and the row must be read."""
        if answer_id != self.answer_id or offset > len(self.text):
            return False
        self.text = self.text[:offset] + piece
        return True

    def _end(self) -> None:
        if self.answer_id or self.text:
            self.answer_id, self.text = "", ""


class OlderState(rx.State):
    """Messages from before the last window, as far back as the reader asked."""

    messages: list[MessageItem] = []

    def _clear(self) -> None:
        if self.messages:
            self.messages = []
