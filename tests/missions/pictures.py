"""Small missions to look at: builders for the pure rules."""

from __future__ import annotations

from datetime import UTC, datetime

from jambot.ids import AssetId, HopId, MissionId, ToolStepId
from jambot.missions.facts import AskMode, AssetFact, HopFact, MissionFact, SideEffect, StepFact
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, StepStatus

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

READY = StepStatus.READY_TO_EXECUTE
DONE = StepStatus.COMPLETED


def step(n: int, status: StepStatus = READY, **more) -> StepFact:
    return StepFact(
        **{"id": ToolStepId(f"s{n}"), "sequence": n, "name": f"step {n}", "tool_id": "t", "status": status, **more}
    )


def unsafe(n: int, status: StepStatus = READY, **more) -> StepFact:
    return step(n, status, side_effect=SideEffect.UNSAFE, **more)


def hop(*steps: StepFact, status: HopStatus = HopStatus.EXECUTING, n: int = 1, final: bool = True) -> HopFact:
    return HopFact(id=HopId(f"h{n}"), sequence=n, name=f"hop {n}", status=status, is_final=final, steps=steps)


def asset(name: str, status: AssetStatus = AssetStatus.READY, *, output: bool = False) -> AssetFact:
    return AssetFact(id=AssetId(name), name=name, status=status, is_output=output)


def mission(
    *hops: HopFact,
    status: MissionStatus = MissionStatus.IN_PROGRESS,
    assets: tuple[AssetFact, ...] = (),
    ask: AskMode = AskMode.SIDE_EFFECTS,
) -> MissionFact:
    return MissionFact(id=MissionId("m"), status=status, hops=hops, assets=assets, ask=ask)
