"""What an uploaded file is, by its name and its first bytes together, and what it may be called. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from jambot.clean import visible_name
from jambot.errors import InvalidInput

MOST_NAME_CHARS = 200
MOST_PIXELS = 50_000_000
BINARY = "application/octet-stream"
SVG = "image/svg+xml"

_FORBIDDEN_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_BINARY_STARTS = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"PK\x03\x04",
    b"PAR1",
    b"\x7fELF",
    b"MZ",
    b"\x1f\x8b",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """`type` and `media_type` as an asset has them; `is_text` says that the content may be kept as text."""

    type: str
    media_type: str
    is_text: bool = False


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


def _is_text(content: bytes) -> bool:
    if content.startswith(_BINARY_STARTS):
        return False
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return is_utf16 or b"\x00" not in content[:65_536]


def _is_svg(content: bytes) -> bool:
    return _is_text(content) and b"<svg" in content[:4_096].lower()


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


_TEXT = FileKind(type="text", media_type="text/plain", is_text=True)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS: dict[str, tuple[FileKind, Callable[[bytes], bool]]] = {
    "csv": (FileKind(type="table", media_type="text/csv", is_text=True), _is_text),
    "tsv": (FileKind(type="table", media_type="text/tab-separated-values", is_text=True), _is_text),
    "txt": (_TEXT, _is_text),
    "log": (_TEXT, _is_text),
    "md": (FileKind(type="text", media_type="text/markdown", is_text=True), _is_text),
    "jsonl": (FileKind(type="table", media_type="application/x-ndjson", is_text=True), _is_text),
    "ndjson": (FileKind(type="table", media_type="application/x-ndjson", is_text=True), _is_text),
    "json": (FileKind(type="json", media_type="application/json", is_text=True), _is_text),
    "html": (FileKind(type="file", media_type="text/html"), _is_text),
    "htm": (FileKind(type="file", media_type="text/html"), _is_text),
    "js": (FileKind(type="file", media_type="text/javascript"), _is_text),
    "svg": (FileKind(type="file", media_type=SVG), _is_svg),
    "png": (FileKind(type="file", media_type="image/png"), _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg": (FileKind(type="file", media_type="image/jpeg"), _starts(b"\xff\xd8\xff")),
    "jpeg": (FileKind(type="file", media_type="image/jpeg"), _starts(b"\xff\xd8\xff")),
    "gif": (FileKind(type="file", media_type="image/gif"), _starts(b"GIF87a", b"GIF89a")),
    "webp": (FileKind(type="file", media_type="image/webp"), _is_webp),
    "pdf": (FileKind(type="file", media_type="application/pdf"), _starts(b"%PDF-")),
    "zip": (FileKind(type="file", media_type="application/zip"), _starts(b"PK")),
    "xlsx": (FileKind(type="file", media_type=_OFFICE + "spreadsheetml.sheet"), _starts(b"PK\x03\x04")),
    "docx": (FileKind(type="file", media_type=_OFFICE + "wordprocessingml.document"), _starts(b"PK\x03\x04")),
    "pptx": (FileKind(type="file", media_type=_OFFICE + "presentationml.presentation"), _starts(b"PK\x03\x04")),
    "parquet": (FileKind(type="table", media_type="application/vnd.apache.parquet"), _starts(b"PAR1")),
}
_EXTENSIONS = {kind.media_type: extension for extension, (kind, _) in reversed(_KINDS.items())}
# What a browser may be told a download is; anything else is just bytes.
_SERVED = frozenset(_EXTENSIONS) - {"text/html", "text/javascript"}


def recognise(name: str, content: bytes) -> FileKind:
    """The kind of a file; an unknown extension is a file of unknown bytes.

    Raises:
        InvalidInput: the content is not what the name says, or is a picture too large to be opened.
    """
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    kind, fits = _KINDS.get(extension, (FileKind(type="file", media_type=BINARY), lambda _: True))
    if not content and not kind.is_text:
        raise InvalidInput("This file is empty.")
    if content and not fits(content):
        raise InvalidInput(f"This file is called .{extension}, but it is something else.")
    width, height = _picture_size(kind.media_type, content)
    if width * height > MOST_PIXELS:
        raise InvalidInput(f"This picture has {width} x {height} pixels, which is too large to open.")
    return kind


def cleaned_name(name: str) -> str:
    """A file's name to keep: without folders, with control and bidirectional marks made visible, at most 200
    characters with its extension kept."""
    name = visible_name(re.split(r"[/\\]", name)[-1], most=2_000)
    if len(name) > MOST_NAME_CHARS:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if stem and len(extension) <= 10 else ""
        name = name[: MOST_NAME_CHARS - len(tail)] + tail
    return name if name.strip(". ") else "file"


def download_name(name: str, media_type: str) -> str:
    """The name a download gets on any system, with an extension that fits."""
    name = _FORBIDDEN_IN_FILE_NAMES.sub("_", cleaned_name(name)).rstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    extension = _EXTENSIONS.get(media_type)
    known = name.rpartition(".")[2].lower() if "." in name else ""
    if extension is None or (known in _KINDS and _KINDS[known][0].media_type == media_type):
        return name
    return f"{name}.{extension}"


def served_type(media_type: str) -> str:
    """The media type a download is sent as: one of a short list, else plain bytes."""
    plain = media_type.split(";")[0].strip().lower()
    return plain if plain in _SERVED else BINARY


def _picture_size(media_type: str, content: bytes) -> tuple[int, int]:
    """Width and height in pixels as the file's head says, (0, 0) when it does not say at a fixed place."""
    if media_type == "image/png" and len(content) >= 24:
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if media_type == "image/gif" and len(content) >= 10:
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return 0, 0
