"""Pictures without what their camera wrote about place, time and owner. Pure; the picture itself is not touched."""

from __future__ import annotations

_PRIVATE_CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# APP1 holds Exif and XMP, APP13 captions and names, COM comments; APP0, APP2 and APP14 say how to show the colours.
_PRIVATE_SEGMENTS = frozenset({0xE1, 0xED, 0xFE})
_START_OF_SCAN = 0xDA


def without_private_notes(media_type: str, content: bytes) -> bytes:
    """`content` without its notes when it is a JPEG or PNG; anything else, and a damaged picture, as it was."""
    if media_type == "image/jpeg":
        return _clean_jpeg(content)
    if media_type == "image/png":
        return _clean_png(content)
    return content


def _clean_jpeg(content: bytes) -> bytes:
    kept = [content[:2]]
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == _START_OF_SCAN:
            return b"".join([*kept, content[at:]])
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker not in _PRIVATE_SEGMENTS:
            kept.append(content[at:end])
        at = end
    return content


def _clean_png(content: bytes) -> bytes:
    kept = [_PNG_HEAD]
    at = len(_PNG_HEAD)
    while at + 12 <= len(content):
        name = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4])
        if name not in _PRIVATE_CHUNKS:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    return content
