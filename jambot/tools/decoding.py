"""From the bytes of a file to rows of strings: encoding, delimiter, quotes, header. Pure."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jambot.tools.cells import read_date, read_number
from jambot.tools.registry import ToolError
from jambot.tools.strings import note
from jambot.tools.words import fold

MAX_BYTES = 50_000_000
MAX_ROWS = 1_000_000
MAX_COLUMNS = 2_000
_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_TOTALS = frozenset({"summe", "gesamt", "gesamtsumme", "total", "grand total", "sum", "totals", "insgesamt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """Rows of stripped strings, every one as wide as `headers`; `headers` may be blank or repeated."""

    headers: tuple[str, ...]
    rows: list[list[str]]
    encoding: str
    delimiter: str
    notes: tuple[str, ...]


def read_rows(data: bytes) -> RawTable:
    """The rows of a delimited text file.

    Raises ToolError: the file is too large, or is not text.
    """
    if len(data) > MAX_BYTES:
        raise ToolError("too_large", f"This file is larger than {MAX_BYTES // 1_000_000} MB.")
    notes: list[str] = []
    text, encoding = decode(data)
    if "\0" in text:
        notes.append(note("nul", n=text.count(chr(0))))
        text = text.replace("\0", "")
    text, declared = _declared_delimiter(text)
    delimiter = declared or find_delimiter(text)
    rows = _split(text, delimiter, notes)
    while rows and not any(rows[-1]):
        rows.pop()
    rows = [row for row in rows if any(row)]
    if not rows:
        return RawTable(headers=(), rows=[], encoding=encoding, delimiter=delimiter, notes=(note("empty_file"),))
    return _framed(rows, encoding, delimiter, notes)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Raises ToolError when it is not text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    head = data[:4000]
    if len(head) >= 4 and head.count(0) > len(head) / 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
        return data.decode(encoding, errors="replace"), encoding
    if data[:4] == b"PK\x03\x04" or data[:5] == b"%PDF-" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise ToolError("not_text", "This is not a text table. Save it as CSV and upload that.")
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252", errors="replace"), "cp1252"
    if sum(1 for c in text[:4000] if ord(c) < 32 and c not in "\t\r\n\0\f") > 40:
        raise ToolError("not_text", "This is not a text table. Save it as CSV and upload that.")
    return text, encoding


def find_delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into the most even rows."""
    sample = text[:20_000]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        score = 0.0 if width < 2 else count / len(widths) + min(width, 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _declared_delimiter(text: str) -> tuple[str, str | None]:
    first, _, rest = text.partition("\n")
    declared = first.strip().strip('"')
    if len(declared) == 5 and declared.lower().startswith("sep=") and declared[4] in _DELIMITERS:
        return rest, declared[4]
    return text, None


def _split(text: str, delimiter: str, notes: list[str]) -> list[list[str]]:
    try:
        rows = _parse(text, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error:
        rows = None
    if rows is None or any(cell.count("\n") > 200 for cell in (rows[-1] if rows else ())):
        notes.append(note("open_quote"))
        try:
            rows = _parse(text, delimiter, csv.QUOTE_NONE)
        except csv.Error as exc:
            raise ToolError("not_a_table", "This file has lines too long to be a table.") from exc
    if len(rows) > MAX_ROWS:
        raise ToolError("too_large", f"This file has more than {MAX_ROWS:,} rows.")
    return rows


def _parse(text: str, delimiter: str, quoting: Literal[0, 3]) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    return [[cell.strip().replace("\u00a0", " ") for cell in row] for row in reader]


def _framed(rows: list[list[str]], encoding: str, delimiter: str, notes: list[str]) -> RawTable:
    width = Counter(len(row) for row in rows[:200]).most_common(1)[0][0]
    start = _header_row(rows, width)
    if start:
        notes.append(note("title_line") if start == 1 else note("title_lines", n=start))
    headers = rows[start]
    body = rows[start + 1 :]
    if not _is_header(headers, body):
        notes.append(note("no_header"))
        body = rows[start:]
        headers = [""] * max(width, len(headers))
    width = max(len(headers), 1)
    if width > MAX_COLUMNS:
        raise ToolError("too_large", f"This file has more than {MAX_COLUMNS:,} columns.")
    body, width_notes = _even(body, width)
    notes += width_notes
    while width > 1 and not headers[width - 1] and not any(row[width - 1] for row in body):
        width -= 1
    headers, body = headers[:width], [row[:width] for row in body]
    if body and _is_total(body[-1]):
        notes.append(note("total_row", cell=next(c for c in body[-1] if c)))
        body = body[:-1]
    return RawTable(headers=tuple(headers), rows=body, encoding=encoding, delimiter=delimiter, notes=tuple(notes))


def _header_row(rows: Sequence[Sequence[str]], width: int) -> int:
    """The first row that is as full as the table is wide; titles above it are narrower."""
    for index, row in enumerate(rows[:20]):
        if len(row) >= width and sum(1 for cell in row if cell) >= max(1, (width + 1) // 2):
            return index
    return 0


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """False when the first row is data: wherever the column below holds numbers or dates, so does it."""
    typed = 0
    for position, cell in enumerate(first):
        below = [row[position] for row in body[:50] if position < len(row) and row[position]]
        if not below:
            continue
        for reader in (read_date, read_number):
            if all(reader(b) is not None for b in below):
                typed += 1
                if reader(cell) is None or _is_year(cell):
                    return True
                break
    return typed == 0


def _is_year(cell: str) -> bool:
    return len(cell) == 4 and cell.isdigit() and 1900 <= int(cell) <= 2100


def _even(rows: list[list[str]], width: int) -> tuple[list[list[str]], list[str]]:
    short = long = lost = 0
    for index, row in enumerate(rows):
        if len(row) < width:
            short += 1
            rows[index] = row + [""] * (width - len(row))
        elif len(row) > width:
            if any(row[width:]):
                long += 1
                lost += sum(1 for cell in row[width:] if cell)
            rows[index] = row[:width]
    notes = []
    if short:
        notes.append(note("short_row") if short == 1 else note("short_rows", n=short))
    if long:
        notes.append(note("long_row", lost=lost) if long == 1 else note("long_rows", n=long, lost=lost))
    return rows, notes


def _is_total(row: Sequence[str]) -> bool:
    first = next((cell for cell in row if cell), "")
    return fold(first).strip(" :") in _TOTALS and any(read_number(cell) for cell in row)


def delimiter_name(delimiter: str) -> str:
    return _DELIMITER_NAMES.get(delimiter, delimiter)
