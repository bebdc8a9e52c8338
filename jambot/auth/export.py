"""A person's data as one zip: every row as JSON, every file as it was uploaded."""

from __future__ import annotations

import asyncio
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from jambot.auth.login import Login
from jambot.clock import iso
from jambot.db import BlobStore
from jambot.db.repositories.people_data import Rows
from jambot.errors import NotFound
from jambot.ids import BlobId

FORMAT = "jambot-export"
VERSION = 1
_IN_MEMORY = 4 * 1024 * 1024
_UNSAFE = re.compile(r"[^\w.\- ]+|\.{2,}")


async def written(
    *,
    tables: Mapping[str, Rows],
    logins: Sequence[Login],
    extra: Mapping[str, Any],
    blobs: BlobStore,
    exported_at: datetime,
) -> IO[bytes]:
    """The archive, at its beginning. Small ones stay in memory; the caller closes it."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": exported_at,
        "devices": [asdict(login) for login in logins],
        **tables,
        **extra,
    }
    return await asyncio.to_thread(_write, data, tables.get("assets", []), blobs)


def _write(data: Mapping[str, Any], assets: Rows, blobs: BlobStore) -> IO[bytes]:
    file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (the caller closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, default=_as_text, ensure_ascii=False, indent=1))
        for asset in assets:
            if asset.get("blob_id"):
                _add_file(archive, asset, blobs)
    file.seek(0)
    return file


def _add_file(archive: zipfile.ZipFile, asset: Mapping[str, Any], blobs: BlobStore) -> None:
    try:
        content = blobs.get(BlobId(asset["blob_id"]))
    except NotFound:
        return
    # The id makes the name unique, and nothing of a person's name for it can leave the folder it is unpacked in.
    name = _UNSAFE.sub("_", str(asset["name"]))[-100:].strip(". ")
    archive.writestr(f"files/{asset['id']}-{name}", content)


def _as_text(value: Any) -> str:
    return iso(value) if isinstance(value, datetime) else str(value)
