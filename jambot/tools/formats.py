"""Tables that are not written with delimiters: JSON, JSON Lines and Parquet."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jambot.tools.decoding import MAX_BYTES, MAX_COLUMNS, MAX_ROWS
from jambot.tools.registry import ToolError
from jambot.tools.strings import note

PARQUET = b"PAR1"
_BOM = b"\xef\xbb\xbf"
_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Named columns of Python values, all of one length: None, bool, int, Decimal, str, date or datetime."""

    columns: dict[str, list[Any]]
    row_count: int
    notes: tuple[str, ...] = ()


def read_records(data: bytes) -> Records | None:
    """The table in a JSON array of objects, in JSON Lines or in Parquet; None when it is none of them.

    Raises ToolError: it is one, but too large or damaged.
    """
    if data.startswith(PARQUET):
        return _parquet(data)
    start = data[:2_000].removeprefix(_BOM).lstrip()
    if start.startswith((b"{", b"[")):
        return _json(data.removeprefix(_BOM))
    return None


def records_of(rows: Sequence[Any]) -> Records | None:
    """The table in objects that were already read from JSON; None when they are not all objects."""
    return _records(list(rows), []) if rows and all(isinstance(row, dict) for row in rows) else None


def _json(data: bytes) -> Records | None:
    if len(data) > MAX_BYTES:
        raise ToolError("too_large", f"This file is larger than {MAX_BYTES // 1_000_000} MB.")
    try:
        text = data.decode("utf-8")
        rows: Any = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    bad = 0
    if rows is None:
        rows, bad = _lines(text)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return None
    notes = [note("not_objects", n=bad)] if bad else []
    return _records(rows, notes)


def _lines(text: str) -> tuple[list[dict[str, Any]], int]:
    """The objects, one per line, and how many lines are none. Raises ToolError when those are more than a few."""
    rows: list[dict[str, Any]] = []
    bad = 0
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            rows.append(value)
        else:
            bad += 1
    if rows and bad * 20 > len(rows):
        raise ToolError("not_a_table", f"{bad:,} lines of this file are not JSON objects, so it is no table.")
    return rows, bad


def _records(rows: Sequence[dict[str, Any]], notes: list[str]) -> Records:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(rows) > MAX_ROWS:
        raise ToolError("too_large", f"This file has more than {MAX_ROWS:,} rows.")
    if len(names) > MAX_COLUMNS:
        raise ToolError("too_large", f"This file has more than {MAX_COLUMNS:,} columns.")
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, list | dict) for value in values):
            notes.append(note("nested", label=name or "?"))
        columns[name] = [_value(value) for value in values]
    return Records(columns=columns, row_count=len(rows), notes=tuple(notes))


def _parquet(data: bytes) -> Records:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        path.write_bytes(data)
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": "512MB",
            "threads": "1",
        }
        try:
            with duckdb.connect(":memory:", config=config) as connection:
                # Nothing but this one file, whatever it may name inside.
                connection.execute(f"SET allowed_paths = ['{path}']")
                connection.execute("SET enable_external_access = false")
                connection.execute("SET TimeZone = 'UTC'")
                found = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
                wanted = ", ".join(_utc(str(name), str(kind)) for name, kind, *_ in found)
                query = f"SELECT {wanted} FROM read_parquet(?) LIMIT ?"  # noqa: S608 - names are quoted
                cursor = connection.execute(query, [str(path), MAX_ROWS + 1])
                names = [str(d[0]) for d in cursor.description or ()]
                if len(names) > MAX_COLUMNS:
                    raise ToolError("too_large", f"This file has more than {MAX_COLUMNS:,} columns.")
                rows = cursor.fetchall()
        except duckdb.Error as exc:
            raise ToolError("not_a_table", "This Parquet file is damaged, or of a kind that cannot be read.") from exc
    if len(rows) > MAX_ROWS:
        raise ToolError("too_large", f"This file has more than {MAX_ROWS:,} rows.")
    columns = {name: [_value(row[i]) for row in rows] for i, name in enumerate(names)}
    return Records(columns=columns, row_count=len(rows))


def _utc(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    return f"CAST({quoted} AS TIMESTAMP) AS {quoted}" if "WITH TIME ZONE" in kind else quoted


def _value(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value[:_MAX_TEXT] if isinstance(value, str) else value
        case float():
            return Decimal(repr(value)) if value - value == 0 else None
        case Decimal():
            return value
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        case date():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)[:_MAX_TEXT]
