"""/api/sessions/{id}/draft and /api/place: what is typed and not sent, and where people are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from jambot.api.deps import Me, Parts
from jambot.api.schemas import Body
from jambot.errors import InvalidInput
from jambot.failpoint import failpoint
from jambot.workspaces.drafts import DraftWrite

router = APIRouter(tags=["drafts"])

FieldName = Annotated[str, Field(min_length=1, max_length=32)]


class DraftIn(Body):
    """`base_revision` is the revision the text was typed over; without it the text is the first one ever saved."""

    text: Annotated[str, Field(max_length=2_000_000)] | None = None
    caret: Annotated[int, Field(ge=0, le=2_000_000)] = 0
    place: dict[str, Any] | None = None
    base_revision: Annotated[int, Field(ge=0, le=2**31)] | None = None
    field: FieldName = "composer"


class DraftOut(BaseModel):
    """Revision 0 = nothing was ever saved."""

    text: str
    caret: int
    revision: int
    device_id: str
    updated_at: datetime | None


class SavedOut(BaseModel):
    """`revision` is null when no text was sent; `saved_at` is null when the place is only noted, for two seconds."""

    revision: int | None
    saved_at: datetime | None


class PlaceIn(Body):
    workspace_id: str
    place: dict[str, Any]


@router.get("/sessions/{session_id}/draft")
async def read_draft(
    session_id: str, parts: Parts, me: Me, field: Annotated[str, Query(min_length=1, max_length=32)] = "composer"
) -> DraftOut:
    """What is typed and not sent."""
    found = await parts.autosave.load(me, session_id, field)
    return DraftOut(
        text=found.text,
        caret=found.caret,
        revision=found.revision,
        device_id=found.device_id,
        updated_at=found.updated_at,
    )


@router.put("/sessions/{session_id}/draft")
async def save_draft(session_id: str, body: DraftIn, parts: Parts, me: Me) -> SavedOut:
    """Save typed text, answered after its commit; 412 with `current` when other text was saved meanwhile."""
    if body.text is None and body.place is None:
        raise InvalidInput("Send text, place, or both.")
    draft = None
    if body.text is not None:
        draft = DraftWrite(text=body.text, caret=body.caret, base_revision=body.base_revision, field=body.field)
    saved = await parts.autosave.put(me, session_id, draft=draft, place_now=body.place)
    failpoint("draft.before_ack")
    if saved is None or saved.draft is None:
        return SavedOut(revision=None, saved_at=None)
    return SavedOut(revision=saved.draft.revision, saved_at=saved.draft.updated_at)


@router.put("/place", status_code=204)
async def save_place(body: PlaceIn, parts: Parts, me: Me) -> None:
    """Save where the caller is on this device; recovery starts there."""
    await parts.autosave.save(me, body.workspace_id, place_now=body.place)
