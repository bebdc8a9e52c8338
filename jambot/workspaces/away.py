"""What happened while a person was away, in a few lines. Pure: from the story's events to sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jambot.workspaces.view import AwayLine

MOST_LINES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event of a workspace's story."""

    sequence: int
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


# (kind, status) -> (one, several, key of the id to jump to). In the order of what matters most to someone coming back.
_LINES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("mission.changed", "awaiting_approval"): ("The mission waits for you", "Missions wait for you", "mission_id"),
    ("approval.changed", "pending"): ("A question waits for you", "{n} questions wait for you", "mission_id"),
    ("mission.changed", "failed"): ("The mission failed", "{n} missions failed", "mission_id"),
    ("mission.changed", "paused"): ("The mission is paused", "The mission is paused", "mission_id"),
    ("mission.changed", "completed"): ("The mission is finished", "{n} missions are finished", "mission_id"),
    ("mission.changed", "cancelled"): ("The mission was cancelled", "{n} missions were cancelled", "mission_id"),
    ("step.progress", "failed"): ("A step failed", "{n} steps failed", "step_id"),
    ("step.progress", "interrupted"): ("A step was interrupted", "{n} steps were interrupted", "step_id"),
    ("approval.changed", "expired"): ("A question expired", "{n} questions expired", "mission_id"),
    ("proposal.changed", "pending"): ("A mission is proposed", "Missions are proposed", "proposal_id"),
    ("message.settled", "failed"): ("An answer failed", "{n} answers failed", "message_id"),
    ("message.settled", "interrupted"): ("An answer was interrupted", "{n} answers were interrupted", "message_id"),
    ("message.settled", "complete"): ("An answer arrived", "{n} answers arrived", "message_id"),
    ("asset.changed", "ready"): ("A result is ready", "{n} results are ready", "asset_id"),
    ("asset.changed", "error"): ("A result could not be made", "{n} results could not be made", "asset_id"),
    ("workspace.restored", ""): ("It was restored from the trash", "It was restored from the trash", ""),
}
_PASSING = frozenset({"mission.changed", "approval.changed", "proposal.changed"})
"""Kinds of which only a thing's latest state is worth telling: nobody needs "paused" of a mission that is finished."""

_THING = {"mission.changed": "mission_id", "approval.changed": "approval_id", "proposal.changed": "proposal_id"}


def away_lines(events: Sequence[Happened]) -> tuple[AwayLine, ...]:
    """At most five lines about `events`, oldest first in, what needs the person first out; empty for quiet times."""
    groups: dict[tuple[str, str], list[Happened]] = {}
    for event in _latest(events):
        groups.setdefault((event.kind, str(event.data.get("status", ""))), []).append(event)
    lines = []
    for key, (one, several, target) in _LINES.items():
        if found := groups.get(key):
            text = one if len(found) == 1 else several.format(n=len(found))
            lines.append(AwayLine(kind=key[0], text=text, target=found[-1].data.get(target)))
    return tuple(lines[:MOST_LINES])


def _latest(events: Sequence[Happened]) -> list[Happened]:
    last = {
        (event.kind, event.data.get(_THING[event.kind])): event.sequence for event in events if event.kind in _PASSING
    }
    return [
        event
        for event in events
        if event.kind not in _PASSING or last[event.kind, event.data.get(_THING[event.kind])] == event.sequence
    ]
