"""What the page says when a handler fails: the sentence of the error, or that we are at fault, and a reference."""

from __future__ import annotations

import secrets
from typing import cast

from reflex.event import EventSpec

from jambot.errors import JamBotError
from jambot.log import get_log
from jambot.meter import meter
from jambot.web.states.notice import NoticeState
from jambot.web.strings import t

log = get_log(__name__)


def show_failure(exception: Exception) -> EventSpec:
    """The answer to any error that a handler let through; the reference stands in the log beside the cause."""
    reference = secrets.token_hex(3)
    if isinstance(exception, JamBotError):
        log.info("event.refused", code=exception.code, reference=reference)
        return _telling(exception.detail, reference)
    meter.count("errors")
    log.error("event.failed", error=type(exception).__name__, reference=reference, exc_info=exception)
    return _telling(t("trouble.ours"), reference)


def _telling(text: str, reference: str) -> EventSpec:
    return cast("EventSpec", NoticeState.tell(text, reference))
