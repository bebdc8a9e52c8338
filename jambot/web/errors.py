"""What the page says when a handler fails: the sentence of the error, or that we are at fault, and a reference."""

from __future__ import annotations

import secrets

import reflex as rx

from jambot.errors import JamBotError
from jambot.log import get_log
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t

log = get_log(__name__)


def show_failure(exception: Exception) -> rx.event.EventCallback[()]:
    """The answer to any error that a handler let through; the reference stands in the log beside the cause."""
    reference = secrets.token_hex(3)
    if isinstance(exception, JamBotError):
        log.info("event.refused", code=exception.code, reference=reference)
        return NoticeState.tell(exception.detail, reference)
    log.error("event.failed", error=type(exception).__name__, reference=reference, exc_info=exception)
    return NoticeState.tell(t("trouble.ours"), reference)
