"""A process that saves a draft and a place in one commit, to be killed at a named place."""

from __future__ import annotations

import asyncio

from jambot.access import Principal
from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.ids import WorkspaceId
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.drafts import DraftWrite


def main(url: str, me: Principal, workspace_id: WorkspaceId) -> None:
    """Save the text "new" and the place "new", over what is there in revision 1."""
    asyncio.run(_save(url, me, workspace_id))


async def _save(url: str, me: Principal, workspace_id: WorkspaceId) -> None:
    work = UnitOfWork(url, LocalBus())
    draft = DraftWrite(text="new", base_revision=1)
    await Autosave(work=work, clock=SystemClock()).save(me, workspace_id, draft=draft, place_now={"message": "new"})
    work.close()
