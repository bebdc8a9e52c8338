"""What a tool is given and what becomes of what it returns: contents of assets, inline when small, else a blob."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from jambot.db import BlobStore
from jambot.db.models import Asset
from jambot.errors import TooLarge
from jambot.ids import BlobId
from jambot.tools.registry import ToolOutput
from jambot.workspaces.asset_summary import summary_of

MAX_INLINE_BYTES = 64_000
_JSON = "application/json"
# Kinds whose text a tool wants as text; a file or an uploaded table is given as its bytes.
_TEXTS = frozenset({"text", "report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A result where it is kept: exactly one of `content` and `blob_id`."""

    kind: str
    media_type: str
    content: str | None
    blob_id: BlobId | None
    size_bytes: int
    sha256: str
    summary: str


def store(output: ToolOutput, blobs: BlobStore, *, max_bytes: int) -> Stored:
    """Keep a tool's output. Blocks on the disk.

    Raises:
        TooLarge: it is larger than the tool may return.
        StorageFull: there is no room.
    """
    raw = _encoded(output)
    if len(raw) > max_bytes:
        raise TooLarge(f'The result "{output.name}" is {len(raw):,} bytes; at most {max_bytes:,} are kept.')
    is_inline = output.content is None and len(raw) <= MAX_INLINE_BYTES
    return Stored(
        kind=output.kind,
        media_type=output.media_type,
        content=raw.decode() if is_inline else None,
        blob_id=None if is_inline else blobs.put(raw),
        size_bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        summary=output.summary or summary_of(output.value if output.content is None else output.content),
    )


def load(asset: Asset, blobs: BlobStore) -> Any:
    """An asset's content as a tool takes it: a JSON value, a text, or bytes. Blocks on the disk. Raises NotFound."""
    raw = blobs.get(BlobId(asset.blob_id)) if asset.blob_id else (asset.content or "").encode()
    if asset.subtype.split(";")[0].strip() == _JSON:
        return json.loads(raw)
    if asset.type in _TEXTS:
        return raw.decode("utf-8", errors="replace")
    return raw


def _encoded(output: ToolOutput) -> bytes:
    if output.content is not None:
        return output.content
    if isinstance(output.value, str) and output.media_type.split(";")[0] != _JSON:
        return output.value.encode()
    return json.dumps(output.value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
