"""/api/sessions/{id}/events: the story of a workspace as server-sent events."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse

from jambot.api.at_once import per_person
from jambot.api.deps import Me, Parts
from jambot.workspaces.following import LONGEST_S, StoryEvent, follow_story

router = APIRouter(tags=["sessions"])


# One for all routes that stream: what is counted is what a person holds open.
one_stream = Depends(per_person(50, "streams"))


@router.get("/sessions/{session_id}/events", response_class=StreamingResponse, dependencies=[one_stream])
async def follow_session(
    session_id: str,
    parts: Parts,
    me: Me,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """Every event behind the sequence `after`, then those to come. `Last-Event-ID` continues where a stream broke off.

    The stream ends by itself after ten minutes and when the login ends.
    """
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        after = max(after, int(last_event_id))
    # Asked before the answer begins: afterwards "not found" could not be said any more.
    await parts.workspaces.require_readable(me, session_id)
    # A login that ends by its clock tells nobody: the stream ends with it, and whoever is still there asks again.
    longest_s = min(LONGEST_S, (await parts.auth.ends_in(me)).total_seconds())
    story = follow_story(
        me, session_id, after=after, work=parts.work, bus=parts.bus, clock=parts.clock, longest_s=longest_s
    )
    return StreamingResponse(
        _lines(story),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _lines(story: AsyncGenerator[StoryEvent | None, None]) -> AsyncGenerator[str, None]:
    async with aclosing(story):
        async for event in story:
            yield ": quiet\n\n" if event is None else _line(event)


def _line(event: StoryEvent) -> str:
    data = json.dumps({"sequence": event.sequence, "at": event.at, **event.data})
    return f"id: {event.sequence}\nevent: {event.kind}\ndata: {data}\n\n"
