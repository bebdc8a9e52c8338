"""Keeps the loggers of the libraries under the page from quoting frames: those hold cookies and typed text."""

from __future__ import annotations

import logging


def quieten() -> None:
    """Put the filters before those loggers. Doing it twice changes nothing."""
    for name, quiet in _QUIET.items():
        logging.getLogger(name).addFilter(quiet)


class _NoFrames(logging.Filter):
    """Drops tracebacks and arguments of records that would quote a frame: they hold cookies and typed text."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0] is not None:
            record.msg, record.args = "%s (%s)", (record.name, record.exc_info[0].__name__)
            record.exc_info = record.exc_text = None
        return True


_PAGE_ERROR = "[Reflex Frontend Exception]"
_LONGEST_PAGE_ERROR = 300


class _NoEvents(logging.Filter):
    """Cuts what Reflex quotes of an event."""

    _QUOTES = (
        "Error processing event queue entry for",
        "Event data:",
        "with value",
        "Failed to deserialize",
        "Received event",
    )

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if _PAGE_ERROR in text:
            record.msg, record.args = "%s", (text[:_LONGEST_PAGE_ERROR],)
        for quote in self._QUOTES:
            if quote in text:
                record.msg, record.args = text[: text.index(quote)] + quote + " [left out]", ()
                break
        return True


_QUIET: dict[str, logging.Filter] = {
    "engineio.server": _NoFrames(),
    "socketio.server": _NoFrames(),
    "engineio": _NoFrames(),
    "socketio": _NoFrames(),
    "reflex.app": _NoEvents(),
    "reflex_base.event.processor.base_state_processor": _NoEvents(),
    "reflex_base.event.processor.event_processor": _NoEvents(),
}
