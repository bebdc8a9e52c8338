"""Where a mission that the model proposes goes: into the commit that settles the answer proposing it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from jambot.assistant.answer import AnswerRow
from jambot.db.unit_of_work import Tx
from jambot.ids import UserId, WorkspaceId
from jambot.llm.draft import MissionDraft
from jambot.missions.decisions import store_proposal
from jambot.missions.facts import AskMode
from jambot.missions.tool_rights import ToolRights

EVERYBODYS = ToolRights()
"""What is there when the settings close no tool."""


class KeepProposal(Protocol):
    """Keeps a mission that the model proposes, waiting for a yes or no; the proposal's id. May refuse it."""

    def __call__(self, tx: Tx, row: AnswerRow, draft: MissionDraft, now: datetime) -> str: ...


def keep_proposal(
    tx: Tx, row: AnswerRow, draft: MissionDraft, now: datetime, *, rights: ToolRights = EVERYBODYS
) -> str:
    """Keep a mission as `MissionService.propose` does. Raises `UnsoundProposal`, `NotFound`."""
    return store_proposal(
        tx,
        user_id=UserId(row.user_id),
        workspace_id=WorkspaceId(row.workspace_id),
        draft=draft,
        ask=AskMode.SIDE_EFFECTS,
        message_id=row.message_id,
        find_tool=rights.finder(tx, row.user_id, now),
        now=now,
    ).id
