"""Reads an uploaded file once, to say what is in it. Takes its time with large tables: call it in a thread."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from jambot.db.models import Asset
from jambot.tools.formats import read_records
from jambot.tools.registry import ToolError
from jambot.tools.tables import profile_of, read_table
from jambot.workspaces.asset_summary import summary_of
from jambot.workspaces.file_kinds import FileKind

INLINE_BYTES = 64_000
_WORKBOOKS = (".xlsx", ".xls", ".ods", ".numbers")
NOT_READ = "A workbook, which is not read here. Save its sheet as CSV and upload that."


def describe(name: str, kind: FileKind, content: bytes) -> Asset:
    """A file as an asset: what it is, a line about it, and its text when that is short."""
    text = _text_of(content) if kind.is_text else None
    metadata: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest()}
    asset_type, summary = kind.type, f"{len(content):,} bytes"
    if kind.type == "table":
        asset_type, summary = _describe_table(content, metadata)
    elif kind.type == "json":
        kind, summary = _describe_json(kind, text)
        asset_type = kind.type
        if asset_type == "json" and (text or "").lstrip().startswith("[") and read_records(content) is not None:
            # A list of objects is a table; any other list stays what it is.
            asset_type, summary = _describe_table(content, metadata)
    elif kind.type == "file" and name.lower().endswith(_WORKBOOKS):
        summary = NOT_READ
        metadata["unreadable"] = NOT_READ
    elif text is not None:
        summary = summary_of(text)
    return Asset(
        name=name,
        type=asset_type,
        subtype=kind.media_type,
        status="ready",
        role="input",
        size_bytes=len(content),
        content=text if text is not None and len(content) <= INLINE_BYTES else None,
        content_summary=summary,
        asset_metadata=metadata,
    )


def _describe_table(content: bytes, metadata: dict[str, Any]) -> tuple[str, str]:
    try:
        profile = profile_of(read_table(content))
    except ToolError as error:
        metadata["unreadable"] = error.message
        return "file", error.message
    metadata["profile"] = profile.to_json()
    names = ", ".join(column.label for column in profile.columns)
    size = f"{profile.row_count:,} rows, {len(profile.columns):,} columns"
    return "table", summary_of(f"{size}: {names}" if names else size)


def _describe_json(kind: FileKind, text: str | None) -> tuple[FileKind, str]:
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        return replace(kind, type="text", media_type="text/plain"), summary_of(text or "")
    return kind, summary_of(value)


def _text_of(content: bytes) -> str | None:
    """The content as text that gives the same bytes again, or None."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
