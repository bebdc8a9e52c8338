"""/api/admin/sessions: sessions of every kind, one from close by, actions on many, and an export. For admins only."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, StringConstraints

from jambot.admin.actions import MOST_CHOSEN, Doing, Impact, Selection
from jambot.admin.inspector import SessionDetail
from jambot.admin.operations import Operation
from jambot.admin.session_log import LogEntry
from jambot.admin.session_rows import Filter, SessionRow
from jambot.api.deps import Admin, Parts
from jambot.api.schemas import Body
from jambot.clock import iso
from jambot.sessions.search import Order

router = APIRouter(prefix="/admin", tags=["admin sessions"])
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]
Life = Literal["", "active", "idle", "expiring", "expired", "any"]
Moment = Annotated[datetime | None, Query(description="With a zone; from it on, or before it.")]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = tuple(SessionRow.__slots__)


class SessionsOut(BaseModel):
    """A page. `older` and `newer` are cursors, null at either end."""

    sessions: list[SessionRow]
    older: str | None
    newer: str | None


class CountOut(BaseModel):
    """How many match; `is_exact` is false where only a part was counted."""

    count: int
    is_exact: bool


class FilterIn(Body):
    """Which sessions, as the filters of the list."""

    kinds: Annotated[list[Annotated[str, StringConstraints(max_length=32)]], Field(max_length=20)] = []
    state: Life = ""
    person: Annotated[str, StringConstraints(max_length=200)] = ""
    address: Annotated[str, StringConstraints(max_length=200)] = ""
    device: Annotated[str, StringConstraints(max_length=200)] = ""
    created_since: datetime | None = None
    created_until: datetime | None = None
    used_since: datetime | None = None
    used_until: datetime | None = None

    def filter(self) -> Filter:
        spans = ("created_since", "created_until", "used_since", "used_until")
        moments = {name: _aware(getattr(self, name)) for name in spans}
        return Filter(**{**self.model_dump(), **moments, "kinds": tuple(self.kinds)})


class SelectionIn(Body):
    """Sessions by their handles, or all that match a filter."""

    doing: Literal["extend", "expire", "sign_out", "revoke"]
    handles: Annotated[list[Annotated[str, StringConstraints(max_length=36)]], Field(max_length=MOST_CHOSEN)] = []
    matching: FilterIn | None = None

    def selection(self) -> Selection:
        matching = None if self.matching is None else self.matching.filter()
        return Selection(handles=tuple(self.handles), matching=matching)


class ActIn(SelectionIn):
    """`counted_at` of the preview: what was made since then is left alone."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    counted_at: datetime | None = None


class OperationsOut(BaseModel):
    operations: list[Operation]


class LogOut(BaseModel):
    entries: list[LogEntry]


def asked(
    kind: Annotated[list[str] | None, Query(max_length=20)] = None,
    state: Life = "",
    q: Word = "",
    address: Word = "",
    device: Word = "",
    created_from: Moment = None,
    created_to: Moment = None,
    used_from: Moment = None,
    used_to: Moment = None,
) -> Filter:
    """The filter in a query."""
    return Filter(
        kinds=tuple(kind or ()),
        state=state,
        person=q,
        address=address,
        device=device,
        created_since=_aware(created_from),
        created_until=_aware(created_to),
        used_since=_aware(used_from),
        used_until=_aware(used_to),
    )


Asked = Annotated[Filter, Depends(asked)]


@router.get("/sessions")
async def list_sessions(
    parts: Parts,
    me: Admin,
    wanted: Asked,
    sort: Order = Order.CREATED,
    up: bool = False,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> SessionsOut:
    """Sessions of every kind and of everybody; no contents, and nothing that opens one."""
    page = await parts.desk.table.page(me, wanted, order=sort, descending=not up, cursor=cursor, limit=limit)
    return SessionsOut(sessions=list(page.rows), older=page.older, newer=page.newer)


@router.get("/sessions/count")
async def count_sessions(parts: Parts, me: Admin, wanted: Asked) -> CountOut:
    """How many sessions match; exact where that is quick."""
    found = await parts.desk.table.estimate(me, wanted)
    return CountOut(count=found.count, is_exact=found.is_exact)


@router.get("/sessions/export", response_class=StreamingResponse)
async def export_sessions(
    parts: Parts,
    me: Admin,
    wanted: Asked,
    format: Literal["csv", "jsonl"] = "csv",
    sort: Order = Order.CREATED,
    up: bool = False,
) -> StreamingResponse:
    """Every session that matches, as CSV or JSON lines, sent while it is read. That it was asked for is audited."""
    pages = parts.desk.table.exported(me, wanted, order=sort, descending=not up)
    first = await anext(pages)
    lines = _csv(first, pages) if format == "csv" else _jsonl(first, pages)
    media = "text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson"
    name = f"sessions-{parts.clock.now():%Y-%m-%d-%H%M}.{format}"
    return StreamingResponse(lines, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/sessions/{handle}")
async def inspect_session(handle: str, parts: Parts, me: Admin) -> SessionDetail:
    """One session: its terms and counts, and what happened to it; of one that is gone what its log still knows."""
    return await parts.desk.inspector.inspect(me, handle)


@router.post("/sessions/preview")
async def preview_action(body: SelectionIn, parts: Parts, me: Admin) -> Impact:
    """What an action would hit at this moment; changes nothing."""
    return await parts.desk.operations.preview(me, Doing(body.doing), body.selection())


@router.post("/sessions/actions", status_code=202)
async def act_on_sessions(body: ActIn, parts: Parts, me: Admin) -> Operation:
    """Begin an action on sessions; it goes on by itself, and the answer says where to look how far it is."""
    return await parts.desk.operations.start(
        me, Doing(body.doing), body.selection(), reason=body.reason, counted_at=_aware(body.counted_at)
    )


@router.get("/operations")
async def list_operations(parts: Parts, me: Admin) -> OperationsOut:
    """The last actions of this process, newest first."""
    return OperationsOut(operations=parts.desk.operations.newest(me))


@router.get("/operations/{operation_id}")
async def read_operation(operation_id: str, parts: Parts, me: Admin, wait: bool = False) -> Operation:
    """How far an action is; with `wait` the answer comes when it is over."""
    if wait:
        return await parts.desk.operations.finished(me, operation_id)
    return parts.desk.operations.find(me, operation_id)


@router.delete("/operations/{operation_id}")
async def stop_operation(operation_id: str, parts: Parts, me: Admin) -> Operation:
    """Stop an action where it is; what is done stays done."""
    return await parts.desk.operations.stop(me, operation_id)


@router.get("/session-log")
async def list_session_log(
    parts: Parts,
    me: Admin,
    q: Word = "",
    event: Literal["", "created", "updated", "refreshed", "deleted", "expired", "evicted", "locked"] = "",
    kind: Annotated[str, Query(max_length=32)] = "",
    after: Annotated[str, Query(max_length=36)] = "",
    before: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LogOut:
    """What happened to sessions in the last week, newest first."""
    people = await parts.desk.table.people(q)
    found = await parts.desk.log.newest(
        user_ids=people, event=event, kind=kind, after=after, before=before, limit=limit
    )
    return LogOut(entries=found)


async def _csv(first: Sequence[SessionRow], pages: AsyncIterator[Sequence[SessionRow]]) -> AsyncIterator[str]:
    yield _csv_lines([_COLUMNS])
    yield _csv_lines([[_cell(each) for each in asdict(row).values()] for row in first])
    async for rows in pages:
        yield _csv_lines([[_cell(each) for each in asdict(row).values()] for row in rows])


async def _jsonl(first: Sequence[SessionRow], pages: AsyncIterator[Sequence[SessionRow]]) -> AsyncIterator[str]:
    yield "".join(_json_line(row) for row in first)
    async for rows in pages:
        yield "".join(_json_line(row) for row in rows)


def _json_line(row: SessionRow) -> str:
    return json.dumps(asdict(row), default=iso, ensure_ascii=False) + "\n"


def _csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, datetime):
        return iso(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
