"""A file is what its name and its first bytes both say, and has a name that harms nobody."""

from __future__ import annotations

import pytest

from jambot.errors import InvalidInput
from jambot.workspaces.file_kinds import cleaned_name, download_name, recognise, served_type

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + (640).to_bytes(4) + (480).to_bytes(4) + b"\x08\x06\x00\x00\x00"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"a;b\n1;2", ("table", "text/csv")),
        ("A.CSV", b"", ("table", "text/csv")),
        ("a.tsv", b"a\tb", ("table", "text/tab-separated-values")),
        ("utf16.csv", b"\xff\xfea\x00;\x00", ("table", "text/csv")),
        ("a.md", b"# x", ("text", "text/markdown")),
        ("a.json", b"{}", ("json", "application/json")),
        ("a.png", PNG, ("file", "image/png")),
        ("a.svg", b"<?xml version='1.0'?><SVG/>", ("file", "image/svg+xml")),
        ("a.html", b"<script>", ("file", "text/html")),
        ("a.pdf", b"%PDF-1.7", ("file", "application/pdf")),
        ("a.xlsx", b"PK\x03\x04", ("file", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        ("strange.xyz", b"\x00\x01", ("file", "application/octet-stream")),
        ("noextension", b"text", ("file", "application/octet-stream")),
    ],
)
def test_a_file_is_recognised(name: str, content: bytes, expected: tuple[str, str]) -> None:
    kind = recognise(name, content)
    assert (kind.type, kind.media_type) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"<html>"),
        ("a.png", b"<svg>"),
        ("a.jpg", PNG),
        ("a.csv", PNG),
        ("a.csv", b"%PDF-1.7"),
        ("a.csv", b"MZ\x90"),
        ("a.txt", b"a\x00b"),
        ("a.svg", b"no picture"),
        ("a.pdf", b"PK\x03\x04"),
        ("a.png", b""),
        ("a.png", PNG[:16] + (50_000).to_bytes(4) * 2 + b"\x08\x06\x00\x00\x00"),
        ("a.gif", b"GIF89a" + b"\xff\xff\xff\xff"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        recognise(name, content)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("sales.csv", "sales.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.csv", "a.csv"),
        ("..", "file"),
        ("", "file"),
        ("   ", "file"),
        ("a\x00b\r\n.csv", "a�b��.csv"),
        ("safe\u202egnp.csv", "safe�gnp.csv"),
        ("Umsätze 2025 (März).csv", "Umsätze 2025 (März).csv"),
        ("half \ud83d.csv", "half �.csv"),
        ("n" * 300 + ".csv", "n" * 196 + ".csv"),
        ("n" * 300, "n" * 200),
    ],
)
def test_a_name_is_kept_without_what_could_harm(name: str, kept: str) -> None:
    assert cleaned_name(name) == kept


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("sales.csv", "text/csv", "sales.csv"),
        ("Revenue by month", "image/svg+xml", "Revenue by month.svg"),
        ("Report v1.2", "text/markdown", "Report v1.2.md"),
        ("CON", "text/csv", "_CON.csv"),
        ("con.csv", "text/csv", "_con.csv"),
        ('a"b:c?.csv', "text/csv", "a_b_c_.csv"),
        ("data.bin", "application/octet-stream", "data.bin"),
    ],
)
def test_a_download_has_a_name_every_system_takes(name: str, media_type: str, expected: str) -> None:
    assert download_name(name, media_type) == expected


@pytest.mark.parametrize(
    ("kept", "served"),
    [
        ("text/csv", "text/csv"),
        ("image/svg+xml; charset=utf-8", "image/svg+xml"),
        ("text/html", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
        ("application/x-evil", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_only_harmless_types_are_named_to_a_browser(kept: str, served: str) -> None:
    assert served_type(kept) == served
