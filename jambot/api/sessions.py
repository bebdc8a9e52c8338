"""/api/sessions: workspaces."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from jambot.access import Principal
from jambot.api.deps import Admin, Me, Parts
from jambot.api.session_shapes import (
    ChatOut,
    ContentsOut,
    HitOut,
    HitsOut,
    MovedOut,
    NewSession,
    SessionChange,
    SessionDetail,
    SessionMade,
    SessionOut,
    SessionsOut,
)
from jambot.errors import InvalidInput
from jambot.services import Services
from jambot.workspaces.facts import WorkspaceFacts
from jambot.workspaces.search import LARGEST_PAGE, HistoryPage

router = APIRouter(prefix="/sessions", tags=["sessions"])

PerPage = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]
Words = Annotated[str, Query(max_length=10_240)]
Cursor = Annotated[str | None, Query(max_length=4_096)]
IfMatch = Annotated[str | None, Header(max_length=64)]
IdempotencyKey = Annotated[str | None, Header(min_length=1, max_length=128)]


@router.post("/", status_code=201)
async def create_session(body: NewSession, parts: Parts, me: Me, idempotency_key: IdempotencyKey = None) -> SessionMade:
    """Make a workspace with its chat. The same `Idempotency-Key` again is the same workspace."""
    made = await parts.workspaces.create_user_session(
        me,
        name=body.name or "",
        description=body.description or "",
        session_metadata=body.session_metadata,
        key=idempotency_key,
    )
    return SessionMade(user_session=SessionOut.of(made), chat=ChatOut.empty(made))


@router.get("/")
async def list_sessions(
    parts: Parts,
    me: Me,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    per_page: PerPage = 20,
    status: Annotated[str | None, Query(max_length=32)] = None,
    q: Words = "",
    cursor: Cursor = None,
    trash: bool = False,
) -> SessionsOut:
    """Workspaces, pinned first, then by last activity: by `cursor`, or by `page` with a `total`.

    `q` asks for words in the title. `trash` lists the trash instead.
    """
    found = await _found(parts, me, page, per_page, status, q, cursor, trash=trash)
    return SessionsOut.of(found, page=page, per_page=per_page)


async def _found(
    parts: Services,
    me: Principal,
    page: int,
    per_page: int,
    status: str | None,
    q: str,
    cursor: str | None,
    *,
    trash: bool,
) -> HistoryPage:
    if cursor is None and not q.strip() and not trash:
        return await parts.history.numbered_page(me, number=page, limit=per_page, status=status)
    return await parts.history.page(me, query=q, status=status, trash=trash, cursor=cursor, limit=per_page)


@router.get("/search")
async def search_messages(parts: Parts, me: Me, q: Words, per_page: PerPage = 20, cursor: Cursor = None) -> HitsOut:
    """Messages with every word of `q`, the newest first; the last word may be a beginning."""
    found = await parts.history.search(me, q, cursor=cursor, limit=per_page)
    return HitsOut(hits=[HitOut.of(hit) for hit in found.hits], next_cursor=found.next_cursor)


@router.get("/active")
async def active_session(parts: Parts, me: Me) -> SessionDetail | None:
    """The active workspace used last, which counts as using it; null when there is none."""
    found = await parts.workspaces.get_active_session(me)
    return None if found is None else await _detail(parts, me, found)


@router.post("/admin/cleanup/abandon")
async def abandon_sessions(parts: Parts, me: Admin) -> MovedOut:
    """Move everybody's long unused workspaces to abandoned, as the hourly job does."""
    return MovedOut(moved=await parts.lifecycle.abandon_inactive_sessions(actor=me.user_id))


@router.post("/admin/cleanup/archive")
async def archive_sessions(parts: Parts, me: Admin) -> MovedOut:
    """Move workspaces abandoned for long to archived, as the hourly job does."""
    return MovedOut(moved=await parts.lifecycle.archive_abandoned(actor=me.user_id))


@router.delete("/admin/cleanup/delete")
async def purge_sessions(parts: Parts, _me: Admin) -> MovedOut:
    """Delete for ever what has been in the trash for long enough, as the hourly job does."""
    return MovedOut(moved=await parts.lifecycle.purge())


@router.get("/{session_id}")
async def get_session(session_id: str, parts: Parts, me: Me, response: Response) -> SessionDetail:
    """One workspace with its last messages and its present mission. Looking changes nothing."""
    found = await parts.workspaces.get(me, session_id)
    response.headers["ETag"] = _tag(found)
    return await _detail(parts, me, found)


@router.put("/{session_id}")
async def update_session(
    session_id: str,
    body: SessionChange,
    parts: Parts,
    me: Me,
    response: Response,
    merge: bool = False,
    if_match: IfMatch = None,
) -> SessionOut:
    """Change what is given. Metadata replaces what is there, or merges into it by key with `merge`."""
    changed = await parts.workspaces.update(
        me,
        session_id,
        name=body.name,
        description=body.description,
        status=body.status,
        session_metadata=body.session_metadata,
        metadata_mode="merge" if merge else "replace",
        pinned=body.pinned,
        folder=body.folder,
        version=_version(if_match),
    )
    response.headers["ETag"] = _tag(changed)
    return SessionOut.of(changed)


@router.delete("/{session_id}")
async def delete_session(session_id: str, parts: Parts, me: Me, forever: bool = False) -> ContentsOut:
    """Move a workspace to the trash and say what is in it. With `forever`, delete one that is there already."""
    if forever:
        return ContentsOut(**asdict(await parts.trash.delete_forever(me, session_id)))
    await parts.trash.put(me, session_id)
    return ContentsOut(**asdict(await parts.trash.contents(me, session_id)))


@router.post("/{session_id}/restore")
async def restore_session(session_id: str, parts: Parts, me: Me) -> SessionOut:
    """Take a workspace out of the trash."""
    await parts.trash.restore(me, session_id)
    return SessionOut.of(await parts.workspaces.get(me, session_id))


@router.post("/{session_id}/reset-metadata")
async def reset_metadata(session_id: str, parts: Parts, me: Me) -> SessionOut:
    """Set metadata that cannot be read aside and begin with empty one."""
    return SessionOut.of(await parts.workspaces.reset_metadata(me, session_id))


@router.post("/{session_id}/link-mission/{mission_id}")
async def link_mission(session_id: str, mission_id: str, parts: Parts, me: Me) -> SessionOut:
    """Make a mission of this workspace its present one; 400 when it is not yours or not of this workspace."""
    return SessionOut.of(await parts.workspaces.link_mission_to_session(me, session_id, mission_id))


@router.post("/{session_id}/activity")
async def record_activity(session_id: str, parts: Parts, me: Me) -> SessionOut:
    """Say that the workspace is being worked in."""
    return SessionOut.of(await parts.workspaces.update_session_activity(me, session_id))


@router.post("/{session_id}/complete")
async def complete_session(session_id: str, parts: Parts, me: Me) -> SessionOut:
    """List the workspace under completed."""
    return SessionOut.of(await parts.workspaces.complete(me, session_id))


async def _detail(parts: Services, me: Principal, facts: WorkspaceFacts) -> SessionDetail:
    view = await parts.recovery.open(me, facts.row.id, me.device_id)
    return SessionDetail(user_session=SessionOut.of(facts), chat=ChatOut.of(view), mission=view.mission)


def _tag(facts: WorkspaceFacts) -> str:
    return f'"{facts.row.version}"'


def _version(if_match: str | None) -> int | None:
    """The version in an If-Match; None when any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidInput("If-Match must carry the version of an ETag.")
    return int(text)
