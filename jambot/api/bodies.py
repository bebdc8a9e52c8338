"""What a request may carry: strict JSON, read once, bounded, and clean before anything else sees it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.types import Message, Receive, Scope

from jambot.api.headers import header
from jambot.clean import clean
from jambot.errors import BadRequest, InvalidInput, TooLarge, UnsupportedMediaType
from jambot.log import get_log

log = get_log(__name__)
LARGEST_BYTES = 2 * 1024 * 1024
SLOWEST_S = 30
UPLOADS = "/api/assets"
_BOM = "\ufeff"


async def strict_receive(scope: Scope, receive: Receive) -> tuple[Receive, bytes | None]:
    """A `receive` that hands out the cleaned body, and that body; None for an upload, which its route reads itself.

    Raises:
        TooLarge, UnsupportedMediaType
        BadRequest: the bytes are not UTF-8, or did not arrive in time.
        InvalidInput: they are not JSON we take.
    """
    media_type = header(scope, b"content-type").partition(";")[0].strip().lower()
    if media_type == "multipart/form-data" and scope["path"].startswith(UPLOADS):
        return receive, None
    if header(scope, b"content-encoding") not in {"", "identity"}:
        raise UnsupportedMediaType("Send this uncompressed.")
    raw = await _read(scope, receive)
    if raw and media_type != "application/json":
        raise UnsupportedMediaType
    body = json.dumps(parse_json(raw), ensure_ascii=False).encode() if raw else b""
    scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
    scope["headers"].append((b"content-length", str(len(body)).encode()))
    return _replay(body, receive), body


def parse_json(raw: bytes) -> Any:
    """The clean value in a JSON text.

    Raises:
        BadRequest: not UTF-8, or it begins with a byte order mark.
        InvalidInput: not JSON, or JSON that `clean` refuses.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("This is not UTF-8.") from error
    if text.startswith(_BOM):
        raise BadRequest("This begins with a byte order mark.")
    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
    except InvalidInput:
        raise
    except RecursionError as error:
        raise InvalidInput("This is nested too deeply or has too many values.") from error
    except ValueError as error:
        raise InvalidInput("This is not JSON.") from error
    return clean(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two members of one name the last one counts. It is noted: whoever sends two hopes for two readers."""
    made = dict(pairs)
    if len(made) < len(pairs):
        log.warning("api.duplicate_members", count=len(pairs) - len(made))
    return made


def _refuse(_name: str) -> Any:
    raise InvalidInput("Numbers must be finite.")


async def _read(scope: Scope, receive: Receive) -> bytes:
    announced = header(scope, b"content-length")
    if announced.isdecimal() and int(announced[:12]) > LARGEST_BYTES:
        raise TooLarge
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(SLOWEST_S):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise BadRequest
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LARGEST_BYTES:
                    raise TooLarge
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError as error:
        raise BadRequest("The request did not arrive in time.") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    is_sent = False

    async def replayed() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
