"""What a running mission does next. Pure: the picture and the time go in, one action comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jambot.clock import iso
from jambot.ids import HopId, ToolStepId
from jambot.missions.facts import AskMode, AssetFact, HopFact, MissionFact, SideEffect, StepFact
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus


class Verb(StrEnum):
    RUN_STEP = "run_step"
    REUSE_STEP = "reuse_step"
    PROPOSE_HOP = "propose_hop"
    ASK = "ask"
    COMPLETE = "complete"
    PAUSE = "pause"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The next thing to do, and with which hop or step.

    `reason` is a sentence for the owner. `look_again_at` is set on `nothing` when only time has to pass.
    """

    verb: Verb
    step_id: ToolStepId | None = None
    hop_id: HopId | None = None
    reason: str = ""
    look_again_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "verb": self.verb.value,
            "step_id": self.step_id,
            "hop_id": self.hop_id,
            "reason": self.reason,
            "look_again_at": iso(self.look_again_at) if self.look_again_at else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Action:
        again = data["look_again_at"]
        return cls(
            verb=Verb(data["verb"]),
            step_id=data["step_id"],
            hop_id=data["hop_id"],
            reason=data["reason"],
            look_again_at=datetime.fromisoformat(again) if again else None,
        )


def next_action(mission: MissionFact, now: datetime) -> Action:
    """The one thing to do next. Looking twice at the same picture gives the same answer."""
    if mission.status is not MissionStatus.IN_PROGRESS:
        return Action(verb=Verb.NOTHING, reason=f"The mission is {mission.status}.")
    for hop in mission.hops:
        if hop.status is not HopStatus.COMPLETED:
            return _next_in_hop(mission, hop, now)
    return _ending(mission)


def input_hash(tool_id: str, inputs: Mapping[str, Any], configs: Mapping[str, Any] | None = None) -> str:
    """One hash over everything a tool call reads; assets stand in `inputs` as their digest, never as their content."""
    canonical = json.dumps([tool_id, inputs, configs or {}], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_reusable(step: StepFact) -> bool:
    """Whether the recorded result is what a run would give now: same tool, same inputs, same settings."""
    return step.result_hash is not None and step.result_hash == step.input_hash


def _next_in_hop(mission: MissionFact, hop: HopFact, now: datetime) -> Action:
    match hop.status:
        case HopStatus.PLAN_STARTED | HopStatus.PLAN_READY | HopStatus.IMPL_STARTED:
            return Action(verb=Verb.PROPOSE_HOP, hop_id=hop.id)
        case HopStatus.PLAN_PROPOSED | HopStatus.IMPL_PROPOSED:
            return Action(verb=Verb.ASK, hop_id=hop.id, reason=f'Start the hop "{hop.name}"?')
        case HopStatus.FAILED | HopStatus.CANCELLED:
            return Action(verb=Verb.PAUSE, hop_id=hop.id, reason=f'The hop "{hop.name}" is {hop.status}.')
    if not hop.steps:
        return Action(verb=Verb.PROPOSE_HOP, hop_id=hop.id)
    assets = mission.assets_by_id()
    unfinished = next((step for step in hop.steps if step.status is not StepStatus.COMPLETED), None)
    if unfinished is None:
        return Action(verb=Verb.PAUSE, hop_id=hop.id, reason=f'The steps of "{hop.name}" are done, the hop is not.')
    return _next_for_step(mission.ask, hop, unfinished, assets, now)


def _next_for_step(
    ask: AskMode, hop: HopFact, step: StepFact, assets: Mapping[Any, AssetFact], now: datetime
) -> Action:
    def answer(verb: Verb, reason: str = "", again: datetime | None = None) -> Action:
        return Action(verb=verb, step_id=step.id, hop_id=hop.id, reason=reason, look_again_at=again)

    match step.status:
        case StepStatus.PROPOSED | StepStatus.READY_TO_CONFIGURE:
            return Action(verb=Verb.PROPOSE_HOP, hop_id=hop.id)
        case StepStatus.FAILED | StepStatus.CANCELLED:
            return answer(Verb.PAUSE, f'"{step.name}" is {step.status}.')
        case StepStatus.EXECUTING if step.lease_until is not None and step.lease_until > now:
            return answer(Verb.NOTHING, f'"{step.name}" is running.', step.lease_until)
        case StepStatus.EXECUTING if step.side_effect is not SideEffect.UNSAFE:
            return answer(Verb.RUN_STEP, f'"{step.name}" was interrupted and starts again.')
        case StepStatus.EXECUTING | StepStatus.INTERRUPTED:
            return answer(Verb.ASK, _again(step))
    missing = [assets[id_].name for id_ in step.inputs if id_ in assets and assets[id_].status is not AssetStatus.READY]
    if missing:
        return answer(Verb.PAUSE, f'"{step.name}" waits for {_listed(missing)}.')
    if is_reusable(step):
        return answer(Verb.REUSE_STEP, f'"{step.name}" has not changed; its result is reused.')
    if step.side_effect is SideEffect.UNSAFE and not step.allowed:
        if step.has_acted:
            return answer(Verb.ASK, _again(step))
        if ask is not AskMode.RUN_ALL:
            return answer(Verb.ASK, f'"{step.name}" acts outside this workspace. Run it?')
    return answer(Verb.RUN_STEP)


def _ending(mission: MissionFact) -> Action:
    if not any(hop.is_final for hop in mission.hops):
        return Action(verb=Verb.PROPOSE_HOP, reason="The goal is not reached yet.")
    missing = [asset.name for asset in mission.assets if asset.is_output and asset.status is not AssetStatus.READY]
    if missing:
        return Action(verb=Verb.PAUSE, reason=f"Every hop is done, but {_listed(missing)} was not made.")
    return Action(verb=Verb.COMPLETE)


def _again(step: StepFact) -> str:
    return f'"{step.name}" may have acted already. Running it again will do it a second time.'


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
