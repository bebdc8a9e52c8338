"""No secret reaches a log line, ours or a library's."""

import io
import logging

import pytest

from jambot.log import RedactingFilter, configure, get_log, redact
from tests.conftest import plain_logs

CANARIES = ("c4n4ry-c00kie", "c4n4ry-passw0rd", "eyJhbGciOiJIUzI1NiJ9.c4n4ry.sig", "c4n4ry-link")


@pytest.mark.parametrize(
    "line",
    [
        "headers: {'cookie': 'jam_sid=c4n4ry-c00kie; theme=dark'}",
        "Set-Cookie: __Host-jam_sid=c4n4ry-c00kie; Secure",
        '{"email": "a@b.c", "password": "c4n4ry-passw0rd"}',
        "password=c4n4ry-passw0rd",
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.c4n4ry.sig",
        "GET /setup?token=c4n4ry-link HTTP/1.1",
        "redis://user:c4n4ry-passw0rd@cache:6379/0",
        "x-api-key: jbk_12345678_c4n4ry-key",
        "asked with jbk_12345678_c4n4ry-key twice",
    ],
)
def test_a_secret_in_a_line_is_taken_out(line):
    assert "c4n4ry" not in redact(line)


def test_a_line_cannot_be_forged():
    assert "\n" not in redact("a\r\x1b[31mforged").replace("\n", "")
    assert "\x1b" not in redact("\x1b[31m")
    assert "\r" not in redact("x\rforged")


def test_a_librarys_record_and_its_traceback_are_cleaned():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger("some.library")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        raise ValueError("cookie: jam_sid=c4n4ry-c00kie")
    except ValueError:
        logger.exception("event failed: %s", {"password": "c4n4ry-passw0rd"})
    finally:
        logger.removeHandler(handler)
    assert "c4n4ry" not in stream.getvalue()
    assert "event failed" in stream.getvalue()


@pytest.fixture
def restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    plain_logs()


@pytest.mark.usefixtures("restored_logging")
def test_our_fields_are_cleaned_by_name_and_by_value(capsys):
    configure(json_lines=True, level="INFO")
    get_log("x").info(
        "tried", password="c4n4ry-passw0rd", url="/setup?token=c4n4ry-link", session_cookie="c4n4ry-c00kie"
    )
    written = capsys.readouterr().err
    assert "tried" in written
    assert "c4n4ry" not in written
