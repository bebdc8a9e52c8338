"""/api/missions and what belongs to them: proposals, hops, tool steps, approvals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from jambot.api.deps import Me, Parts
from jambot.api.schemas import Body
from jambot.errors import NotFound
from jambot.missions.facts import AskMode
from jambot.missions.retry import RetryPrice, RetryScope
from jambot.missions.view import MissionPanel, MissionSummary
from jambot.workspaces.view import HopView, ProposalView, StepView

router = APIRouter(tags=["missions"])


class WorkspaceMissions(BaseModel):
    """A workspace's present mission, the proposal that waits there, and every mission it has had, newest first."""

    mission: MissionPanel | None
    proposal: ProposalView | None
    missions: tuple[MissionSummary, ...]


class Accept(Body):
    """How often the mission asks while it runs; as it was proposed when absent."""

    ask: Annotated[AskMode, Field(strict=False)] | None = None


class Kill(Body):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Retry(Body):
    scope: Annotated[RetryScope, Field(strict=False)] = RetryScope.MISSION
    step_id: str | None = None


class RetryStep(Body):
    """`from_step` also runs later steps whose inputs have changed."""

    scope: Annotated[RetryScope, Field(strict=False)] = RetryScope.STEP


class Decision(Body):
    approve: bool


@router.get("/missions/")
async def list_missions(workspace_id: str, parts: Parts, me: Me) -> WorkspaceMissions:
    """The missions of a workspace."""
    mission, proposal = await parts.missions.current(me, workspace_id)
    return WorkspaceMissions(
        mission=mission, proposal=proposal, missions=await parts.missions.history(me, workspace_id)
    )


@router.get("/missions/{mission_id}")
async def read_mission(mission_id: str, parts: Parts, me: Me) -> MissionPanel:
    """A mission whole."""
    return await parts.missions.view(me, mission_id)


@router.get("/missions/{mission_id}/hops")
async def list_hops(mission_id: str, parts: Parts, me: Me) -> tuple[HopView, ...]:
    """A mission's hops with their steps, in order."""
    return (await parts.missions.view(me, mission_id)).mission.hops


@router.get("/missions/{mission_id}/tool-steps")
async def list_steps(mission_id: str, parts: Parts, me: Me) -> tuple[StepView, ...]:
    """A mission's tool steps, in order."""
    hops = (await parts.missions.view(me, mission_id)).mission.hops
    return tuple(step for hop in hops for step in hop.steps)


@router.post("/missions/{mission_id}/pause")
async def pause_mission(mission_id: str, parts: Parts, me: Me) -> MissionPanel:
    """Let the present step finish, then wait."""
    return await parts.missions.pause(me, mission_id)


@router.post("/missions/{mission_id}/resume")
async def resume_mission(mission_id: str, parts: Parts, me: Me) -> MissionPanel:
    """Go on after a pause."""
    return await parts.missions.resume(me, mission_id)


@router.post("/missions/{mission_id}/stop")
async def stop_mission(mission_id: str, parts: Parts, me: Me) -> MissionPanel:
    """Cancel what has not begun and keep every result."""
    return await parts.missions.stop(me, mission_id)


@router.post("/missions/{mission_id}/kill")
async def kill_mission(mission_id: str, body: Kill, parts: Parts, me: Me) -> MissionPanel:
    """Cancel everything now."""
    return await parts.missions.kill(me, mission_id, reason=body.reason)


@router.post("/missions/{mission_id}/retry")
async def retry_mission(mission_id: str, body: Retry, parts: Parts, me: Me) -> MissionPanel:
    """Run a step, everything from a step, or the whole mission again."""
    return await parts.missions.retry(me, mission_id, body.scope, step_id=body.step_id)


@router.get("/missions/{mission_id}/retry-price")
async def price_retry(
    mission_id: str, parts: Parts, me: Me, scope: RetryScope = RetryScope.MISSION, step_id: str | None = None
) -> RetryPrice:
    """What a retry would run, keep and do a second time."""
    return await parts.missions.price_of_retry(me, mission_id, scope, step_id=step_id)


@router.get("/proposals/{proposal_id}")
async def read_proposal(proposal_id: str, parts: Parts, me: Me) -> ProposalView:
    """A proposed mission."""
    return await parts.missions.proposal(me, proposal_id)


@router.post("/proposals/{proposal_id}/accept")
async def accept_proposal(proposal_id: str, parts: Parts, me: Me, body: Accept | None = None) -> MissionPanel:
    """Make the proposed mission and start it. Accepting twice gives the same mission."""
    return await parts.missions.accept(me, proposal_id, ask=body.ask if body else None)


@router.post("/proposals/{proposal_id}/reject")
async def reject_proposal(proposal_id: str, parts: Parts, me: Me) -> ProposalView:
    """Turn a proposal down."""
    return await parts.missions.reject(me, proposal_id)


@router.post("/proposals/{proposal_id}/change")
async def change_proposal(proposal_id: str, parts: Parts, me: Me) -> ProposalView:
    """Set a proposal aside for a better one."""
    return await parts.missions.ask_for_change(me, proposal_id)


@router.post("/approvals/{approval_id}")
async def decide(approval_id: str, body: Decision, parts: Parts, me: Me) -> MissionPanel:
    """Decide what a mission waits for. The first decision counts."""
    return await parts.missions.answer(me, approval_id, approve=body.approve)


@router.get("/tool-steps/{step_id}")
async def read_step(step_id: str, parts: Parts, me: Me) -> StepView:
    """A tool step with its result."""
    panel = await parts.missions.view(me, await parts.missions.mission_of_step(me, step_id))
    for hop in panel.mission.hops:
        for step in hop.steps:
            if step.id == step_id:
                return step
    raise NotFound


@router.post("/tool-steps/{step_id}/retry")
async def retry_step(step_id: str, parts: Parts, me: Me, body: RetryStep | None = None) -> MissionPanel:
    """Run this step again."""
    mission_id = await parts.missions.mission_of_step(me, step_id)
    scope = body.scope if body else RetryScope.STEP
    return await parts.missions.retry(me, mission_id, scope, step_id=step_id)
