"""What a person can do with missions: each use case is one unit of work, and belongs to its owner alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from jambot.access import Principal
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import Proposal
from jambot.db.repositories import missions as rows_of
from jambot.db.repositories.missions import MissionRows
from jambot.errors import InvalidInput, WrongState
from jambot.ids import MissionId, WorkspaceId
from jambot.llm.draft import MissionDraft
from jambot.meter import meter
from jambot.missions import acceptance, decisions, ledger
from jambot.missions._reading import Reading, step_of
from jambot.missions.facts import AskMode, Change
from jambot.missions.lifecycle import MissionStatus, require_one_of
from jambot.missions.proposal import ProposalStatus
from jambot.missions.retry import RetryScope, retry_changes
from jambot.missions.tool_rights import ToolRights
from jambot.missions.validation import FindTool
from jambot.missions.view import MissionPanel
from jambot.tools.registry import find_tool
from jambot.workspaces import story
from jambot.workspaces.present import proposal_view
from jambot.workspaces.view import ProposalView

M = MissionStatus


class Wakes(Protocol):
    """Whoever runs missions."""

    async def wake(self, mission_id: MissionId) -> None:
        """A mission may have something to do now. Calling once too often does nothing."""
        ...


class MissionService(Reading):
    """Proposals and missions of people. Every method that names another's row raises NotFound.

    What only reads is in `_reading`; here is what changes something, and wakes whoever runs missions.
    """

    def __init__(
        self,
        *,
        work: UnitOfWork,
        clock: Clock,
        runner: Wakes,
        find_tool: FindTool = find_tool,
        rights: ToolRights | None = None,
    ) -> None:
        super().__init__(work=work, clock=clock, rights=rights or ToolRights(find=find_tool))
        self._runner = runner

    async def propose(
        self,
        me: Principal,
        workspace_id: str,
        draft: MissionDraft,
        *,
        ask: AskMode = AskMode.SIDE_EFFECTS,
        message_id: str | None = None,
    ) -> ProposalView:
        """Keep a proposal for its owner to decide on; nothing else exists yet. One that still waits gives way.

        Raises:
            UnsoundProposal: everything that is wrong with the draft.
        """
        now = self._clock.now()
        row = await self._work.write(
            lambda tx: decisions.store_proposal(
                tx,
                user_id=me.user_id,
                workspace_id=WorkspaceId(workspace_id),
                draft=draft,
                ask=ask,
                message_id=message_id,
                find_tool=self._rights.finder(tx, me.user_id, now),
                now=now,
            )
        )
        return proposal_view(row)

    async def accept(self, me: Principal, proposal_id: str, *, ask: AskMode | None = None) -> MissionPanel:
        """Make the proposed mission and start it. Accepting twice gives the same mission.

        Raises:
            WrongState: the proposal was turned down, or another mission is at work in the workspace.
            UnsoundProposal: an input or a tool is no longer there.
        """
        now = self._clock.now()

        def change(tx: Tx) -> MissionId:
            row = rows_of.require_proposal(tx, user_id=me.user_id, proposal_id=proposal_id, lock=True)
            workspace = rows_of.require_workspace(tx, user_id=me.user_id, workspace_id=row.workspace_id)
            find = self._rights.finder(tx, me.user_id, now)
            return acceptance.accept_proposal(tx, row, workspace, find_tool=find, ask=ask, now=now, device=me.device)

        mission_id = await self._work.write(change)
        meter.count("missions")
        return await self._go(me, mission_id)

    async def reject(self, me: Principal, proposal_id: str) -> ProposalView:
        """Turn a proposal down. Raises WrongState when it is decided otherwise."""
        return await self._decide(me, proposal_id, ProposalStatus.REJECTED)

    async def ask_for_change(self, me: Principal, proposal_id: str) -> ProposalView:
        """Set a proposal aside for a better one. Raises WrongState when it is decided otherwise."""
        return await self._decide(me, proposal_id, ProposalStatus.SUPERSEDED)

    async def pause(self, me: Principal, mission_id: str) -> MissionPanel:
        """Let the present step finish, then wait. Raises WrongState."""
        return await self._change(me, mission_id, lambda rows: decisions.to(rows, M.PAUSED, "Paused by its owner."))

    async def resume(self, me: Principal, mission_id: str) -> MissionPanel:
        """Go on after a pause. Raises WrongState when it is not paused, or a failed hop has to be retried first."""
        return await self._change(me, mission_id, decisions.resumed)

    async def stop(self, me: Principal, mission_id: str) -> MissionPanel:
        """Cancel what has not begun; the present step may still hand in its result, and results are kept."""

        def changes(rows: MissionRows) -> Iterable[Change]:
            require_one_of(M(rows.mission.status), M.AWAITING_APPROVAL, M.IN_PROGRESS, M.PAUSED)
            return decisions.to(rows, M.CANCELLED, "Stopped by its owner.")

        return await self._change(me, mission_id, changes)

    async def kill(self, me: Principal, mission_id: str, *, reason: str) -> MissionPanel:
        """Cancel everything now; what the present step still brings is refused.

        Raises:
            InvalidInput: no reason was given.
            WrongState: nothing of the mission is going on.
        """
        reason = reason.strip()
        if not reason:
            raise InvalidInput("Say why the mission is killed.")

        return await self._change(me, mission_id, lambda rows: decisions.killed(rows, reason))

    async def retry(
        self, me: Principal, mission_id: str, scope: RetryScope, *, step_id: str | None = None
    ) -> MissionPanel:
        """Run a step, everything from a step, or the whole mission again. Raises WrongState, NotFound."""
        return await self._change(
            me, mission_id, lambda rows: retry_changes(ledger.fact_of(rows), scope, step_of(step_id)), reset=True
        )

    async def answer(self, me: Principal, approval_id: str, *, approve: bool) -> MissionPanel:
        """Decide what a mission waits for; the first decision counts. Raises WrongState after another."""
        now = self._clock.now()

        def change(tx: Tx) -> MissionId:
            approval = rows_of.require_approval(tx, user_id=me.user_id, approval_id=approval_id)
            rows = rows_of.require_rows(tx, approval.mission_id, user_id=me.user_id, lock=True)
            wanted = "approved" if approve else "rejected"
            if approval.status == wanted:
                return MissionId(rows.mission.id)
            if approval.status != "pending":
                raise WrongState(f"Approval must be pending, current: {approval.status}", current=approval.status)
            approval.status, approval.decided_at, approval.decided_by_device = wanted, now, me.device_id
            changes = decisions.approved(rows, approval) if approve else decisions.turned_down(rows, approval)
            ledger.apply(tx, rows, changes, now=now, actor=me.user_id, reset=True)
            self._touch(tx, rows, now)
            return MissionId(rows.mission.id)

        return await self._go(me, await self._work.write(change))

    async def _change(
        self, me: Principal, mission_id: str, decide: Callable[[MissionRows], Iterable[Change]], *, reset: bool = False
    ) -> MissionPanel:
        now = self._clock.now()

        def change(tx: Tx) -> MissionId:
            rows = rows_of.require_rows(tx, mission_id, user_id=me.user_id, lock=True)
            ledger.apply(tx, rows, decide(rows), now=now, actor=me.user_id, reset=reset)
            if rows.mission.status != M.AWAITING_APPROVAL:
                decisions.withdraw(rows, now)
            self._touch(tx, rows, now)
            return MissionId(rows.mission.id)

        return await self._go(me, await self._work.write(change))

    async def _decide(self, me: Principal, proposal_id: str, status: ProposalStatus) -> ProposalView:
        now = self._clock.now()

        def change(tx: Tx) -> Proposal:
            row = rows_of.require_proposal(tx, user_id=me.user_id, proposal_id=proposal_id, lock=True)
            if row.status == status:
                return row
            if row.status != ProposalStatus.PENDING:
                raise WrongState(f"Proposal must be pending, current: {row.status}", current=row.status)
            decisions.settle(tx, row, status, now)
            return row

        return proposal_view(await self._work.write(change))

    async def _go(self, me: Principal, mission_id: MissionId) -> MissionPanel:
        await self._runner.wake(mission_id)
        return await self.view(me, mission_id)

    def _touch(self, tx: Tx, rows: MissionRows, now: datetime) -> None:
        mission = rows.mission
        workspace = rows_of.require_workspace(tx, user_id=mission.user_id, workspace_id=mission.workspace_id)
        if mission.status == M.IN_PROGRESS:
            acceptance.make_present(tx, workspace, mission)
        story.wake(tx, workspace, now)
