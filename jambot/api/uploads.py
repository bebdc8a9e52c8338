"""Reads one multipart upload as it arrives, and stops as soon as it is more than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from jambot.clean import clean_text
from jambot.errors import BadRequest, InvalidInput, TooLarge, UnsupportedMediaType

SLOWEST_CHUNK_S = 30
MOST_PARTS = 10
MOST_FIELD_BYTES = 4_000
ENVELOPE_BYTES = 64_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    file_name: str
    content: bytes
    fields: dict[str, str]


async def read_upload(request: Request, *, most_bytes: int) -> Upload:
    """The part called `file` with its name, and the other parts as text.

    Raises:
        UnsupportedMediaType: this is no multipart form.
        TooLarge: the file has more than `most_bytes`, or the form is out of proportion.
        BadRequest: it is cut off, too slow, or not well-formed.
        InvalidInput: there is no file in it, or more than one.
    """
    media_type, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary:
        raise UnsupportedMediaType("Send this as multipart/form-data.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:15]) > most_bytes + ENVELOPE_BYTES:
        raise _too_large(most_bytes)
    form = _Form(most_bytes)
    try:
        parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type] - its types want every callback
        async for chunk in _chunks(request):
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise BadRequest("This form is not well-formed.") from error
    return form.result()


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SLOWEST_CHUNK_S):
                chunk = await anext(stream, None)
        except (TimeoutError, ClientDisconnect) as error:
            raise BadRequest("The file did not arrive.") from error
        if chunk is None:
            return
        yield chunk


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: str = ""
    file_name: str | None = None
    content: bytearray = field(default_factory=bytearray)


class _Form:
    """Collects the parts while the parser finds them."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._parts: list[_Part] = []
        self._field = b""
        self._value = b""
        self._is_whole = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    def result(self) -> Upload:
        if not self._is_whole:
            raise BadRequest("The file did not arrive whole.")
        files = [part for part in self._parts if part.file_name is not None]
        if len(files) != 1 or files[0].name != "file":
            raise InvalidInput("Send one file, in a part called file.")
        fields = {
            part.name: clean_text(part.content.decode("utf-8", "replace"))
            for part in self._parts
            if part.file_name is None
        }
        return Upload(file_name=files[0].file_name or "", content=bytes(files[0].content), fields=fields)

    def _begin(self) -> None:
        if len(self._parts) == MOST_PARTS:
            raise TooLarge("This form has too many parts.")
        self._parts.append(_Part())

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._parts[-1].headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        part = self._parts[-1]
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if (file_name := options.get(b"filename")) is not None:
            part.file_name = clean_text(file_name.decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._parts[-1]
        most = MOST_FIELD_BYTES if part.file_name is None else self._most_bytes
        if len(part.content) + end - start > most:
            raise _too_large(self._most_bytes)
        part.content += data[start:end]

    def _end(self) -> None:
        self._is_whole = True


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge(f"A file may have {most_bytes // 1_000_000} MB.")
