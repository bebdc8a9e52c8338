"""What a person had done for them lately, wherever it was."""

from __future__ import annotations

from jambot.access import Principal
from jambot.clock import iso
from jambot.db import UnitOfWork
from jambot.db.repositories import missions as rows
from jambot.ids import MissionId
from jambot.missions.view import DoneMission

LONGEST_ASKED = 160


class Finished:
    def __init__(self, *, work: UnitOfWork) -> None:
        self._work = work

    async def last(self, me: Principal, *, limit: int = 3) -> tuple[DoneMission, ...]:
        """Finished missions of the workspaces used last, one a workspace. What was asked is given only whole."""
        found = await self._work.read(lambda session: rows.finished_last(session, me.user_id, limit=limit))
        return tuple(
            DoneMission(
                id=MissionId(mission.id),
                workspace_id=mission.workspace_id,
                workspace=name,
                goal=mission.goal,
                asked=asked if len(asked) <= LONGEST_ASKED else "",
                at=iso(mission.completed_at or mission.status_changed_at),
            )
            for mission, name, asked in found
        )
