"""A mission as the assistant would like it: plain facts, nothing is saved until the user accepts.

    MissionDraft
    |- inputs, outputs, intermediates: AssetDraft
    |- hops: HopDraft, in order, the last one final
       |- steps: ToolStepDraft, in order
          |- parameter_mapping: parameter -> Literal | FromAsset
          |- result_mapping:    result    -> ToAsset | Discard

Assets are named inside one draft by `AssetDraft.name`, which is unique there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from typing import Literal as OneOf

AssetKind = OneOf["table", "chart", "text", "file", "json"]
AssetRole = OneOf["input", "output", "intermediate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FromAsset:
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToAsset:
    asset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDraft:
    """`asset_id` names the existing asset of an input; what is yet to be made has none."""

    name: str
    kind: AssetKind
    role: AssetRole
    description: str = ""
    asset_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStepDraft:
    tool_id: str
    name: str
    description: str
    parameter_mapping: Mapping[str, Literal | FromAsset]
    result_mapping: Mapping[str, ToAsset | Discard]


@dataclass(frozen=True, slots=True, kw_only=True)
class HopDraft:
    """One stage. `inputs` and `output` are asset names; `alternatives` are ways not taken, in words."""

    name: str
    goal: str
    rationale: str
    alternatives: tuple[str, ...]
    success_criteria: tuple[str, ...]
    inputs: tuple[str, ...]
    output: str
    steps: tuple[ToolStepDraft, ...]
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionDraft:
    """`notes` are the assumptions and doubts the user should read before accepting."""

    name: str
    goal: str
    description: str
    success_criteria: tuple[str, ...]
    inputs: tuple[AssetDraft, ...]
    outputs: tuple[AssetDraft, ...]
    intermediates: tuple[AssetDraft, ...] = ()
    hops: tuple[HopDraft, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def assets(self) -> tuple[AssetDraft, ...]:
        return (*self.inputs, *self.intermediates, *self.outputs)


def draft_to_json(draft: MissionDraft) -> dict[str, Any]:
    """Plain JSON values. A parameter is `{"literal": v}` or `{"asset": name}`, a result `{"asset": name}` or
    `{"discard": true}`."""
    return {
        "name": draft.name,
        "goal": draft.goal,
        "description": draft.description,
        "success_criteria": list(draft.success_criteria),
        "inputs": [_asset_to_json(a) for a in draft.inputs],
        "outputs": [_asset_to_json(a) for a in draft.outputs],
        "intermediates": [_asset_to_json(a) for a in draft.intermediates],
        "hops": [_hop_to_json(h) for h in draft.hops],
        "notes": list(draft.notes),
    }


def draft_from_json(data: Mapping[str, Any]) -> MissionDraft:
    """The inverse of `draft_to_json`. Raises KeyError or TypeError when `data` is not one."""
    return MissionDraft(
        name=data["name"],
        goal=data["goal"],
        description=data["description"],
        success_criteria=tuple(data["success_criteria"]),
        inputs=tuple(AssetDraft(**a) for a in data["inputs"]),
        outputs=tuple(AssetDraft(**a) for a in data["outputs"]),
        intermediates=tuple(AssetDraft(**a) for a in data["intermediates"]),
        hops=tuple(_hop_from_json(h) for h in data["hops"]),
        notes=tuple(data["notes"]),
    )


def _asset_to_json(asset: AssetDraft) -> dict[str, Any]:
    return {
        "name": asset.name,
        "kind": asset.kind,
        "role": asset.role,
        "description": asset.description,
        "asset_id": asset.asset_id,
    }


def _hop_to_json(hop: HopDraft) -> dict[str, Any]:
    return {
        "name": hop.name,
        "goal": hop.goal,
        "rationale": hop.rationale,
        "alternatives": list(hop.alternatives),
        "success_criteria": list(hop.success_criteria),
        "inputs": list(hop.inputs),
        "output": hop.output,
        "is_final": hop.is_final,
        "steps": [
            {
                "tool_id": step.tool_id,
                "name": step.name,
                "description": step.description,
                "parameter_mapping": {k: _source_to_json(v) for k, v in step.parameter_mapping.items()},
                "result_mapping": {k: _target_to_json(v) for k, v in step.result_mapping.items()},
            }
            for step in hop.steps
        ],
    }


def _hop_from_json(data: Mapping[str, Any]) -> HopDraft:
    return HopDraft(
        name=data["name"],
        goal=data["goal"],
        rationale=data["rationale"],
        alternatives=tuple(data["alternatives"]),
        success_criteria=tuple(data["success_criteria"]),
        inputs=tuple(data["inputs"]),
        output=data["output"],
        is_final=data["is_final"],
        steps=tuple(
            ToolStepDraft(
                tool_id=step["tool_id"],
                name=step["name"],
                description=step["description"],
                parameter_mapping={k: _source_from_json(v) for k, v in step["parameter_mapping"].items()},
                result_mapping={k: _target_from_json(v) for k, v in step["result_mapping"].items()},
            )
            for step in data["steps"]
        ),
    )


def _source_to_json(source: Literal | FromAsset) -> dict[str, Any]:
    return {"literal": source.value} if isinstance(source, Literal) else {"asset": source.asset}


def _source_from_json(data: Mapping[str, Any]) -> Literal | FromAsset:
    return FromAsset(asset=data["asset"]) if "asset" in data else Literal(value=data["literal"])


def _target_to_json(target: ToAsset | Discard) -> dict[str, Any]:
    return {"asset": target.asset} if isinstance(target, ToAsset) else {"discard": True}


def _target_from_json(data: Mapping[str, Any]) -> ToAsset | Discard:
    return ToAsset(asset=data["asset"]) if "asset" in data else Discard()
