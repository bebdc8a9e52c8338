"""What a workspace page shows, as plain frozen values: nothing here can reach the database again.

    WorkspaceView
    |- row: WorkspaceRow               what the sidebar shows of it
    |- messages: MessageView, ...      the last window, oldest first
    |- streaming: MessageView | None   the answer being written, also the last of `messages`
    |- proposal: ProposalView | None   what waits for a yes or no
    |- mission: MissionView | None
    |  |- hops: HopView, ...
    |     |- steps: StepView, ...
    |- assets: AssetView, ...          newest first
    |- draft: DraftView, place: dict, away: AwayLine, ...

Every moment is a text of `clock.iso`, so `dataclasses.asdict` of any of these is JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

RowState = Literal["running", "waiting", "failed", "done", "paused", "interrupted", "idle"]

_STATES: dict[str, RowState] = {
    "in_progress": "running",
    "awaiting_approval": "waiting",
    "failed": "failed",
    "completed": "done",
    "paused": "paused",
    "interrupted": "interrupted",
}


def row_state(mission_status: str | None) -> RowState:
    """The icon of a workspace in a list: what its present mission is doing; idle without one."""
    return _STATES.get(mission_status or "", "idle")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceRow:
    """One line of the history."""

    id: str
    name: str
    preview: str
    status: str
    state: RowState
    pinned: bool
    mission_status: str | None
    mission_done: int
    mission_total: int
    asset_count: int
    message_count: int
    last_activity_at: str
    created_at: str
    is_demo: bool
    deleted_at: str | None
    last_device: str
    folder: str = ""
    version: int = 1
    domain_id: str | None = None
    domain: str = ""
    """The name of the domain it carries, whose members see it; empty for one that is its owner's alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedView:
    """Through which domain somebody sees a workspace that is not theirs, and whose it is."""

    domain: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedView:
    """What was open to somebody by a grant that has ended: through which domain, and why it ended, in a word.

    `why` is time, ended, mission, grantor or deleted.
    """

    domain: str
    why: str
    ended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    id: str
    sequence: int
    role: str
    content: str
    status: str
    created_at: str
    error_message: str = ""
    client_id: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """`summary` is the short form of the content; the content itself has its own address."""

    id: str
    name: str
    type: str
    subtype: str
    role: str
    status: str
    size_bytes: int
    summary: str
    created_at: str
    metadata: dict[str, Any] = field(default_factory=dict)
    error_message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """A mission that does not exist yet. `inputs`, `outputs` and `hops` are as in `llm.draft.draft_to_json`."""

    id: str
    status: str
    name: str
    goal: str
    description: str
    success_criteria: tuple[str, ...]
    inputs: tuple[dict[str, Any], ...]
    outputs: tuple[dict[str, Any], ...]
    hops: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    id: str
    tool_id: str
    sequence: int
    name: str
    description: str
    status: str
    side_effect: str
    attempt: int
    reused: bool
    cost_cents: float
    duration_s: float | None
    error_message: str
    started_at: str | None
    completed_at: str | None
    heartbeat_at: str | None
    parameter_mapping: dict[str, Any] = field(default_factory=dict)
    result_mapping: dict[str, Any] = field(default_factory=dict)
    execution_result: dict[str, Any] = field(default_factory=dict)
    validation_errors: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HopView:
    id: str
    sequence: int
    name: str
    description: str
    goal: str
    rationale: str
    alternatives: tuple[str, ...]
    success_criteria: tuple[str, ...]
    status: str
    is_final: bool
    error_message: str
    steps: tuple[StepView, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionView:
    id: str
    workspace_id: str
    proposal_id: str | None
    name: str
    description: str
    goal: str
    status: str
    state: RowState
    ask_policy: str
    current_hop_id: str | None
    success_criteria: tuple[str, ...]
    hops: tuple[HopView, ...]
    created_at: str
    updated_at: str
    completed_at: str | None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def steps_total(self) -> int:
        return sum(len(hop.steps) for hop in self.hops)

    @property
    def steps_done(self) -> int:
        return sum(step.status == "completed" for hop in self.hops for step in hop.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What is typed and not sent. Revision 0 = nothing was ever saved."""

    text: str = ""
    caret: int = 0
    revision: int = 0
    device_id: str = ""
    updated_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwayLine:
    """One line of "While you were away". `target` is the id of the message, mission or asset to jump to, if any."""

    kind: str
    text: str
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceView:
    """One workspace whole, as of one moment. `last_event` is the event sequence it is up to date with."""

    row: WorkspaceRow
    description: str
    chat_id: str
    messages: tuple[MessageView, ...]
    has_older: bool
    streaming: MessageView | None
    proposal: ProposalView | None
    mission: MissionView | None
    assets: tuple[AssetView, ...]
    draft: DraftView
    place: dict[str, Any]
    away: tuple[AwayLine, ...]
    metadata: dict[str, Any]
    metadata_readable: bool
    last_event: int
    shared: SharedView | None = None
