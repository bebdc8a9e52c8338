"""/api/admin/sessions: sessions of every kind, one from close by, actions on many, and an export. For admins only."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from jambot.admin.inspector import SessionDetail
from jambot.admin.session_log import LogEntry
from jambot.admin.session_rows import Filter, SessionRow
from jambot.api.at_once import per_person
from jambot.api.deps import Admin, Parts
from jambot.clock import iso
from jambot.sessions.search import Order

router = APIRouter(prefix="/admin", tags=["admin sessions"])
Word = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]
Life = Literal["", "active", "idle", "expiring", "expired", "any"]
Moment = Annotated[datetime | None, Query(description="With a zone; from it on, or before it.")]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = tuple(SessionRow.__slots__)
_values = attrgetter(*_COLUMNS)


class SessionsOut(BaseModel):
    """A page. `older` and `newer` are cursors, null at either end."""

    sessions: list[SessionRow]
    older: str | None
    newer: str | None


class CountOut(BaseModel):
    """How many match; `is_exact` is false where only a part was counted."""

    count: int
    is_exact: bool


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
        created_since=aware(created_from),
        created_until=aware(created_to),
        used_since=aware(used_from),
        used_until=aware(used_to),
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


@router.get("/sessions/export", response_class=StreamingResponse, dependencies=[Depends(per_person(2, "exports"))])
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
    lines = _csv(first, pages) if format == "csv" else _written(jsonl_text, first, pages)
    media = "text/csv; charset=utf-8" if format == "csv" else "application/x-ndjson"
    name = f"sessions-{parts.clock.now():%Y-%m-%d-%H%M}.{format}"
    return StreamingResponse(lines, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/sessions/{handle}")
async def inspect_session(handle: str, parts: Parts, me: Admin) -> SessionDetail:
    """One session: its terms and counts, and what happened to it; of one that is gone what its log still knows."""
    return await parts.desk.inspector.inspect(me, handle)


@router.get("/session-log")
async def list_session_log(
    parts: Parts,
    me: Admin,
    q: Word = "",
    event: Literal["", "created", "updated", "refreshed", "deleted", "expired", "evicted", "locked", "conflict"] = "",
    kind: Annotated[str, Query(max_length=32)] = "",
    after: Annotated[str, Query(max_length=36)] = "",
    before: Annotated[str, Query(max_length=36)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LogOut:
    """What happened to sessions in the last week, newest first."""
    people = await parts.desk.table.people(q)
    found = await parts.desk.log.newest(
        me, user_ids=people, event=event, kind=kind, after=after, before=before, limit=limit
    )
    return LogOut(entries=found)


async def _written(
    write: Callable[[Sequence[SessionRow]], str],
    first: Sequence[SessionRow],
    pages: AsyncIterator[Sequence[SessionRow]],
) -> AsyncIterator[str]:
    """Each page as text. Written in a thread of its own: a thousand rows would hold everybody else up."""
    yield await asyncio.to_thread(write, first)
    async for rows in pages:
        yield await asyncio.to_thread(write, rows)


async def _csv(first: Sequence[SessionRow], pages: AsyncIterator[Sequence[SessionRow]]) -> AsyncIterator[str]:
    yield _csv_lines([_COLUMNS])
    async for text in _written(csv_text, first, pages):
        yield text


def csv_text(rows: Sequence[SessionRow]) -> str:
    """The rows as lines of CSV."""
    return _csv_lines([[_cell(value) for value in _values(row)] for row in rows])


def jsonl_text(rows: Sequence[SessionRow]) -> str:
    """The rows as JSON, one a line."""
    return "".join(
        json.dumps(dict(zip(_COLUMNS, _values(row), strict=True)), default=iso, ensure_ascii=False) + "\n"
        for row in rows
    )


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


def aware(moment: datetime | None) -> datetime | None:
    """A moment without a zone is meant in UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
