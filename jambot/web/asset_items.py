"""A file of a workspace as the panel lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jambot.web import routes
from jambot.web.strings import t
from jambot.workspaces.view import AssetView


@dataclass(frozen=True, kw_only=True)
class AssetItem:
    id: str = ""
    name: str = ""
    type: str = ""
    note: str = ""
    summary: str = ""
    role: str = ""
    state: str = ""
    word: str = ""
    download: str = ""
    picture: str = ""


def asset_item(asset: AssetView) -> AssetItem:
    """`asset` as a row of the panel."""
    state = {"ready": "ready", "error": "failed", "in_progress": "writing"}.get(asset.status, "planned")
    ready = asset.status == "ready"
    is_picture = ready and asset.subtype in {"image/png", "image/svg+xml"}
    return AssetItem(
        id=asset.id,
        name=asset.name,
        type=asset.type,
        note=_asset_note(asset),
        summary=asset.error_message or asset.summary,
        role=asset.role,
        state=state,
        word=t(f"state.{state}"),
        download=routes.asset_content(asset.id) if ready else "",
        picture=routes.asset_content(asset.id, inline=True) if is_picture else "",
    )


_ORDER = {"chart": 0, "report": 1, "text": 2, "table": 4}
_WORDS = {"text/html": "HTML", "text/markdown": "Markdown", "image/png": "PNG", "image/svg+xml": "SVG"}


def results_first(assets: Iterable[AssetView]) -> list[AssetView]:
    """Results in the order people look for them: the chart, the report, the findings, then the rest by name."""
    return sorted(assets, key=lambda each: (_ORDER.get(each.type, 1 if each.subtype == "text/html" else 3), each.name))


def kind_word(asset: AssetView) -> str:
    """`Table`, `Chart`, or the format of a file such as `HTML`."""
    media_type = asset.subtype.split(";")[0].strip()
    return _WORDS.get(media_type, asset.type.capitalize()) if asset.type == "file" else asset.type.capitalize()


def size_text(size_bytes: int) -> str:
    """A size in words, such as `18 KB`."""
    amount = float(size_bytes)
    for unit in ("B", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _asset_note(asset: AssetView) -> str:
    about = asset.metadata
    profile = about.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    rows, columns = profile.get("row_count"), profile.get("column_count")
    parts = [kind_word(asset)]
    if isinstance(rows, int):
        parts.append(f"{rows:,} rows" + (f" × {columns} columns" if isinstance(columns, int) else ""))
    if asset.size_bytes:
        parts.append(size_text(asset.size_bytes))
    return " · ".join(parts)
