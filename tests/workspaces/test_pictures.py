"""A picture keeps its look and loses what it would tell about its owner."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

from jambot.workspaces.pictures import without_private_notes

SECRET = b"48.1372 N 11.5755 E"


def picture(format_: str) -> tuple[bytes, Image.Image]:
    image = Image.new("RGB", (8, 6), (200, 30, 90))
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    image.save(file, format_, exif=exif)
    return file.getvalue(), Image.open(file)


@pytest.mark.parametrize(("format_", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_picture_loses_its_notes_and_looks_the_same(format_: str, media_type: str) -> None:
    content, before = picture(format_)
    assert SECRET in content
    cleaned = without_private_notes(media_type, content)
    assert SECRET not in cleaned
    after = Image.open(io.BytesIO(cleaned))
    assert list(after.convert("RGB").tobytes()) == list(before.convert("RGB").tobytes())


def test_text_in_a_png_goes_too() -> None:
    content, _ = picture("PNG")
    data = b"Author\x00" + SECRET
    chunk = len(data).to_bytes(4) + b"tEXt" + data + zlib.crc32(b"tEXt" + data).to_bytes(4)
    assert SECRET not in without_private_notes("image/png", content[:33] + chunk + content[33:])


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xe1\xff\xff cut off"),
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/jpeg", b"\xff\xd8\xff\xe1\x00\x00" * 50),
        ("image/png", b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xfftEXt"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/gif", b"GIF89a"),
    ],
)
def test_a_damaged_picture_stays_as_it_was(media_type: str, content: bytes) -> None:
    assert without_private_notes(media_type, content) == content
