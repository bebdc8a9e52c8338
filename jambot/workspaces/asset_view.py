"""How an asset is shown: everything but its content, which has an address of its own."""

from __future__ import annotations

from jambot.clock import iso
from jambot.db.models import Asset
from jambot.workspaces.view import AssetView


def asset_view(asset: Asset) -> AssetView:
    return AssetView(
        id=asset.id,
        name=asset.name,
        type=asset.type,
        subtype=asset.subtype,
        role=asset.role,
        status=asset.status,
        size_bytes=asset.size_bytes,
        summary=asset.content_summary,
        created_at=iso(asset.created_at),
        metadata=asset.asset_metadata if isinstance(asset.asset_metadata, dict) else {},
        error_message=asset.error_message,
    )
