"""/api/assets: files and results, up and down."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from jambot.api.at_once import per_person
from jambot.api.deps import Me, Parts
from jambot.api.idempotency import LONGEST_KEY
from jambot.api.uploads import read_upload
from jambot.errors import InvalidInput
from jambot.workspaces.assets import LARGEST_PAGE, AssetContent, AssetPage
from jambot.workspaces.view import AssetView

router = APIRouter(prefix="/assets", tags=["assets"])

INLINE = frozenset({"image/png", "image/svg+xml"})
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"

_UPLOAD_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "workspace_id"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "workspace_id": {"type": "string", "format": "uuid"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/", status_code=201, openapi_extra=_UPLOAD_FORM, dependencies=[Depends(per_person(12, "files on their way"))]
)
async def upload_asset(request: Request, parts: Parts, me: Me) -> AssetView:
    """Keep a file in a workspace. A table is read and described."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidInput(f"An idempotency key has at most {LONGEST_KEY} characters.")
    upload = await read_upload(request, most_bytes=parts.assets.most_bytes)
    if unknown := set(upload.fields) - {"workspace_id"}:
        raise InvalidInput(f"There is no field {min(unknown)[:40]}.")
    if "workspace_id" not in upload.fields:
        raise InvalidInput("Say which workspace the file is for: workspace_id.")
    return await parts.assets.upload(
        me, upload.fields["workspace_id"], name=upload.file_name, content=upload.content, key=key
    )


@router.get("/")
async def list_assets(
    parts: Parts,
    me: Me,
    workspace_id: str | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> AssetPage:
    """Assets newest first, of one workspace or of all; `after` is `next_after` of the page before."""
    return await parts.assets.page(me, workspace_id=workspace_id, after=after, limit=limit)


@router.get("/{asset_id}")
async def read_asset(asset_id: str, parts: Parts, me: Me) -> AssetView:
    """Everything about an asset but its content."""
    return await parts.assets.details(me, asset_id)


@router.get("/{asset_id}/content", response_class=Response)
async def download_asset(asset_id: str, parts: Parts, me: Me, inline: bool = False) -> Response:
    """The content as a download; `inline` shows a PNG or SVG picture in the page."""
    found = await parts.assets.content(me, asset_id)
    return Response(
        found.content,
        headers={
            # Written out, because the framework would claim an encoding for every text.
            "Content-Type": found.media_type,
            "Content-Disposition": _disposition(found, inline=inline and found.media_type in INLINE),
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )


@router.delete("/{asset_id}", status_code=204)
async def delete_asset(asset_id: str, parts: Parts, me: Me) -> None:
    """Take an asset away."""
    await parts.assets.delete(me, asset_id)


def _disposition(found: AssetContent, *, inline: bool) -> str:
    plain = found.file_name.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.file_name, safe='')}"
