"""Logs: events with fields, one line each, with everything that looks like a secret taken out."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_SECRET_KEYS = re.compile(r"cookie|password|token|secret|authorization|api[_-]?key|jam_sid|payload", re.IGNORECASE)
_SECRET_VALUES = (
    re.compile(r"jbk_\w{8}_[\w-]+"),
    re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),
    re.compile(r"((?:__Host-)?jam_(?:sid|dev)=)[^;\s'\"]+"),
    re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+"),
    re.compile(r"(?i)([?&](?:token|key|code)=)[^&\s'\"]+"),
    re.compile(r"(?i)((?:password|secret|token|cookie)['\"]?\s*[:=]\s*['\"]?)[^'\"\s,}]+"),
    re.compile(r"(://[^:/\s]+:)[^@/\s]+(?=@)"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
GONE = "[redacted]"


def redact(text: str) -> str:
    """`text` without tokens, cookies, passwords and control characters that could forge a line."""
    for pattern in _SECRET_VALUES:
        text = pattern.sub(lambda found: (found.group(1) if found.re.groups else "") + GONE, text)
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _redact_fields(_logger: Any, _method: str, fields: Any) -> Any:
    return {
        name: GONE if _SECRET_KEYS.search(name) else redact(value) if isinstance(value, str) else value
        for name, value in fields.items()
    }


class RedactingFilter(logging.Filter):
    """Cleans the records of other libraries, their tracebacks included."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage()).replace("\n", "\\n")
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        return True


def configure(*, json_lines: bool, level: str) -> None:
    """Set up logging for this process: ours through structlog, everybody else's through the same redaction."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=number, force=True)
    for noisy in ("httpx", "httpcore", "alembic.runtime.migration", "_granian.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact_fields,
            structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_log(name: str) -> Any:
    """A logger for events: `log.info("login.revoked", login=...)`."""
    return structlog.get_logger(name)
