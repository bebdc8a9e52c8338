"""Follows the story of a workspace: first what was missed, then what happens, each event once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from jambot.access import Principal
from jambot.clock import Clock, iso
from jambot.db.models import WorkspaceEvent
from jambot.db.repositories import domains
from jambot.db.repositories import workspaces as rows
from jambot.db.unit_of_work import UnitOfWork
from jambot.errors import GrantExpired, NotFound
from jambot.events import EventBus, listening
from jambot.events.types import LoginEnded, access_topic, login_topic, workspace_topic
from jambot.workspaces.present import as_dict

QUIET_S = 15.0
LONGEST_S = 600.0
PER_READ = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEvent:
    """`data` carries ids and states, never a person's text."""

    sequence: int
    kind: str
    data: dict[str, Any]
    at: str


async def follow_story(
    me: Principal,
    workspace_id: str,
    *,
    after: int,
    work: UnitOfWork,
    bus: EventBus,
    clock: Clock,
    quiet_s: float = QUIET_S,
    longest_s: float = LONGEST_S,
) -> AsyncGenerator[StoryEvent | None, None]:
    """Every event behind sequence `after`; None when nothing happened for `quiet_s`.

    Ends when the login ends, when the workspace is gone or closed to the caller, and after `longest_s` in any case:
    whoever wants more asks again with the last sequence. No transaction is open while it waits.

    Raises:
        NotFound: before the first value, when it is not there or not yours.
    """
    until = asyncio.get_running_loop().time() + longest_s

    def query(session: Session) -> list[WorkspaceEvent]:
        workspace = domains.readable(session, user_id=me.user_id, workspace_id=workspace_id, now=clock.now())
        return rows.events_after(session, workspace.id, after, limit=PER_READ)

    # Listening begins before the first look: what happens between the two is not missed.
    topics = (workspace_topic(workspace_id), login_topic(me.login_id), access_topic(me.user_id))
    async with listening(bus, *topics) as heard:
        is_first = True
        while asyncio.get_running_loop().time() < until:
            try:
                found = await work.read(query)
            except (NotFound, GrantExpired):
                if is_first:
                    raise
                # It was taken away while it was followed.
                return
            is_first = False
            for row in found:
                after = row.sequence
                yield StoryEvent(sequence=row.sequence, kind=row.kind, data=as_dict(row.data), at=iso(row.at))
            if len(found) == PER_READ:
                continue
            left_s = until - asyncio.get_running_loop().time()
            try:
                happened = [await asyncio.wait_for(heard.next(), min(quiet_s, left_s)), *heard.take_waiting()]
            except TimeoutError:
                yield None
                continue
            if any(isinstance(event, LoginEnded) for event in happened):
                return
