"""Turns rows into what a page shows. Bad values in a row cost that value, never the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jambot.clock import iso
from jambot.db.models import Draft, Hop, Mission, Proposal, ToolStep, UserSession
from jambot.workspaces.asset_view import asset_view as asset_view
from jambot.workspaces.view import (
    DraftView,
    HopView,
    MissionView,
    ProposalView,
    StepView,
    WorkspaceRow,
    row_state,
)


def row_view(row: Mapping[Any, Any] | UserSession) -> WorkspaceRow:
    """The list row of a workspace, from its columns or its whole row."""
    values = row if isinstance(row, Mapping) else {name: getattr(row, name) for name in _ROW_COLUMNS}
    return WorkspaceRow(
        state=row_state(values["mission_status"]),
        last_activity_at=iso(values["last_activity_at"]),
        created_at=iso(values["created_at"]),
        deleted_at=_iso(values["deleted_at"]),
        domain=(values.get("domain") if isinstance(values, Mapping) else None) or "",
        **{name: values[name] for name in _ROW_PLAIN},
    )


_ROW_PLAIN = (
    "id",
    "name",
    "preview",
    "status",
    "pinned",
    "mission_status",
    "mission_done",
    "mission_total",
    "asset_count",
    "message_count",
    "is_demo",
    "last_device",
    "folder",
    "version",
    "domain_id",
)
_ROW_COLUMNS = (*_ROW_PLAIN, "last_activity_at", "created_at", "deleted_at")


def proposal_view(proposal: Proposal) -> ProposalView:
    content = as_dict(proposal.content)
    return ProposalView(
        id=proposal.id,
        status=proposal.status,
        name=str(content.get("name", "")),
        goal=str(content.get("goal", "")),
        description=str(content.get("description", "")),
        success_criteria=_texts(content.get("success_criteria")),
        inputs=_dicts(content.get("inputs")),
        outputs=_dicts(content.get("outputs")),
        hops=_dicts(content.get("hops")),
        notes=_texts(content.get("notes")),
        message_id=proposal.message_id,
    )


def mission_view(mission: Mission, hops: Sequence[Hop], steps: Iterable[ToolStep]) -> MissionView:
    """A mission whole; `hops` and `steps` are those of this mission, in any order."""
    by_hop: dict[str, list[ToolStep]] = {}
    for step in sorted(steps, key=lambda each: each.sequence):
        by_hop.setdefault(step.hop_id, []).append(step)
    return MissionView(
        id=mission.id,
        workspace_id=mission.workspace_id,
        proposal_id=mission.proposal_id,
        name=mission.name,
        description=mission.description,
        goal=mission.goal,
        status=mission.status,
        state=row_state(mission.status),
        ask_policy=mission.ask_policy,
        current_hop_id=mission.current_hop_id,
        success_criteria=_texts(mission.success_criteria),
        hops=tuple(hop_view(hop, by_hop.get(hop.id, ())) for hop in sorted(hops, key=lambda each: each.sequence)),
        created_at=iso(mission.created_at),
        updated_at=iso(mission.updated_at),
        completed_at=_iso(mission.completed_at),
        metadata=as_dict(mission.mission_metadata),
    )


def hop_view(hop: Hop, steps: Iterable[ToolStep]) -> HopView:
    return HopView(
        id=hop.id,
        sequence=hop.sequence,
        name=hop.name,
        description=hop.description,
        goal=hop.goal,
        rationale=hop.rationale,
        alternatives=_texts(hop.alternatives),
        success_criteria=_texts(hop.success_criteria),
        status=hop.status,
        is_final=hop.is_final,
        error_message=hop.error_message,
        steps=tuple(map(step_view, steps)),
        metadata=as_dict(hop.hop_metadata),
    )


def step_view(step: ToolStep) -> StepView:
    return StepView(
        id=step.id,
        tool_id=step.tool_id,
        sequence=step.sequence,
        name=step.name,
        description=step.description,
        status=step.status,
        side_effect=step.side_effect,
        attempt=step.attempt,
        reused=step.reused,
        cost_cents=step.cost_cents,
        duration_s=step.duration_s,
        error_message=step.error_message,
        started_at=_iso(step.started_at),
        completed_at=_iso(step.completed_at),
        heartbeat_at=_iso(step.heartbeat_at),
        parameter_mapping=as_dict(step.parameter_mapping),
        result_mapping=as_dict(step.result_mapping),
        execution_result=as_dict(step.execution_result),
        validation_errors=tuple(step.validation_errors or ()),
    )


def draft_view(draft: Draft | None) -> DraftView:
    if draft is None:
        return DraftView()
    return DraftView(
        text=draft.text,
        caret=draft.caret,
        revision=draft.revision,
        device_id=draft.device_id,
        updated_at=iso(draft.updated_at),
    )


def as_dict(value: Any) -> dict[str, Any]:
    """`value` when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _dicts(value: Any) -> tuple[dict[str, Any], ...]:
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
