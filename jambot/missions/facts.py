"""A mission as the rules see it: one frozen picture of its hops, steps and assets. Pure.

Rules take a `MissionFact` and answer with `Change`s; the database code turns rows into the one and applies the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from jambot.ids import AssetId, HopId, MissionId, ToolStepId
from jambot.missions.lifecycle import AssetStatus, HopStatus, MissionStatus, Status, StepStatus


class SideEffect(StrEnum):
    """What repeating a tool call does to the world: nothing, the same once more, or something a second time."""

    NONE = "none"
    IDEMPOTENT = "idempotent"
    UNSAFE = "unsafe"


class AskMode(StrEnum):
    """How often a mission asks its owner while it runs."""

    EVERY_HOP = "every_hop"
    SIDE_EFFECTS = "side_effects"
    RUN_ALL = "run_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFact:
    id: AssetId
    name: str
    status: AssetStatus
    is_output: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFact:
    """One tool step.

    `lease_until` is when its runner counts as dead (None: nobody holds it). `result_hash` is the hash of the inputs its
    recorded result was made from (None: there is no result); `input_hash` is that of what it would be given now (None:
    an input is missing). `has_acted`: an unsafe tool may already have done its work in the world. `allowed`: the owner
    said yes to the next run.
    """

    id: ToolStepId
    sequence: int
    name: str
    tool_id: str
    status: StepStatus
    side_effect: SideEffect = SideEffect.NONE
    inputs: tuple[AssetId, ...] = ()
    outputs: tuple[AssetId, ...] = ()
    lease_until: datetime | None = None
    result_hash: str | None = None
    input_hash: str | None = None
    has_acted: bool = False
    allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HopFact:
    id: HopId
    sequence: int
    name: str
    status: HopStatus
    is_final: bool = False
    steps: tuple[StepFact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entity's move to another status. `reason` is a sentence for the record, or empty."""

    id: str
    to: Status
    reason: str = ""
    # Forget the recorded result, so that the step runs again even when nothing it reads has changed.
    forget: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionFact:
    """A mission with its hops and steps in order of their sequence."""

    id: MissionId
    status: MissionStatus
    ask: AskMode = AskMode.SIDE_EFFECTS
    hops: tuple[HopFact, ...] = ()
    assets: tuple[AssetFact, ...] = ()

    def steps(self) -> Iterator[StepFact]:
        """Every step of every hop, in the order they run."""
        return (step for hop in self.hops for step in hop.steps)

    def assets_by_id(self) -> Mapping[AssetId, AssetFact]:
        return {asset.id: asset for asset in self.assets}

    def with_changes(self, changes: Iterable[Change]) -> MissionFact:
        """This picture after `changes`, none of which is checked here."""
        moves = {change.id: change for change in changes}
        if not moves:
            return self
        return replace(
            self,
            status=_moved(self.id, self.status, moves),
            hops=tuple(
                replace(
                    hop,
                    status=_moved(hop.id, hop.status, moves),
                    steps=tuple(_moved_step(step, moves) for step in hop.steps),
                )
                for hop in self.hops
            ),
            assets=tuple(replace(asset, status=_moved(asset.id, asset.status, moves)) for asset in self.assets),
        )


def _moved(id_: str, status: Status, moves: Mapping[str, Change]):
    change = moves.get(id_)
    return type(status)(change.to) if change else status


def _moved_step(step: StepFact, moves: Mapping[str, Change]) -> StepFact:
    change = moves.get(step.id)
    if change is None:
        return step
    status = StepStatus(change.to)
    return replace(
        step,
        status=status,
        result_hash=None if change.forget else step.result_hash,
        lease_until=step.lease_until if status is StepStatus.EXECUTING else None,
    )
