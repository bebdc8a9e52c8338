"""What a person can read of missions: what one is now, what a workspace has had, what a retry would cost."""

from __future__ import annotations

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.repositories import missions as rows_of
from jambot.ids import MissionId, ToolStepId
from jambot.missions import ledger
from jambot.missions.retry import RetryPrice, RetryScope, retry_price
from jambot.missions.tool_rights import ToolRights
from jambot.missions.view import MissionPanel, MissionSummary, panel_of, summary_of
from jambot.tools.registry import Tool
from jambot.workspaces.present import proposal_view
from jambot.workspaces.view import ProposalView


class Reading:
    """The reading half of `MissionService`; not used by itself. Nothing here changes or wakes anything."""

    def __init__(self, *, work: UnitOfWork, clock: Clock, rights: ToolRights) -> None:
        self._work, self._clock, self._rights = work, clock, rights

    async def tools(self, me: Principal) -> tuple[Tool, ...]:
        """Every tool the caller may use, by id."""
        now = self._clock.now()
        return await self._work.read(lambda session: self._rights.open_to(session, me.user_id, now))

    async def view(self, me: Principal, mission_id: str) -> MissionPanel:
        """The mission as its panel shows it."""
        return await self._work.read(lambda s: panel_of(rows_of.require_rows(s, mission_id, user_id=me.user_id)))

    async def current(self, me: Principal, workspace_id: str) -> tuple[MissionPanel | None, ProposalView | None]:
        """A workspace's present mission and the proposal that waits there, of one moment."""

        def query(session: rows_of.Session) -> tuple[MissionPanel | None, ProposalView | None]:
            workspace = rows_of.require_workspace(session, user_id=me.user_id, workspace_id=workspace_id)
            waiting = rows_of.pending_proposals(session, workspace.id)
            mission = None
            if workspace.mission_id is not None:
                mission = panel_of(rows_of.require_rows(session, workspace.mission_id, user_id=me.user_id))
            return mission, proposal_view(waiting[-1]) if waiting else None

        return await self._work.read(query)

    async def proposal(self, me: Principal, proposal_id: str) -> ProposalView:
        return proposal_view(
            await self._work.read(lambda s: rows_of.require_proposal(s, user_id=me.user_id, proposal_id=proposal_id))
        )

    async def history(self, me: Principal, workspace_id: str) -> tuple[MissionSummary, ...]:
        """Every mission a workspace has had, newest first."""

        def query(session: rows_of.Session) -> tuple[MissionSummary, ...]:
            workspace = rows_of.require_workspace(session, user_id=me.user_id, workspace_id=workspace_id)
            return tuple(summary_of(row) for row in rows_of.missions_of(session, workspace_id=workspace.id))

        return await self._work.read(query)

    async def mission_of_step(self, me: Principal, step_id: str) -> MissionId:
        """The mission a step belongs to, for whoever has only the step's id."""
        return MissionId(
            await self._work.read(lambda s: rows_of.mission_of_step(s, user_id=me.user_id, step_id=step_id))
        )

    async def price_of_retry(
        self, me: Principal, mission_id: str, scope: RetryScope, *, step_id: str | None = None
    ) -> RetryPrice:
        """What that retry would run, keep and do a second time."""
        rows = await self._work.read(lambda s: rows_of.require_rows(s, mission_id, user_id=me.user_id))
        return retry_price(ledger.fact_of(rows), scope, step_of(step_id))


def step_of(step_id: str | None) -> ToolStepId | None:
    """The step a retry begins at, as a caller named it; None for the whole mission."""
    return ToolStepId(step_id) if step_id is not None else None
