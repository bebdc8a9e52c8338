"""What goes into a reply and what comes out of it, the same for every model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jambot.llm.draft import MissionDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryMessage:
    """One earlier message, oldest first in a history; the last one is what the user just said."""

    role: Literal["user", "assistant", "system"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextAsset:
    """An asset of the workspace. `profile` is `Profile.to_json()` of a table, None for what is not one (yet)."""

    id: str
    name: str
    kind: str
    summary: str = ""
    profile: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantContext:
    """What is at hand while a reply is made.

    Attributes:
        assets: of the workspace.
        pinned: the names of the workspaces the person keeps on top, each with its mission.
    """

    assets: tuple[ContextAsset, ...] = ()
    pinned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarifyQuestion:
    """`id` names what is missing (`measure`, `x`, ...); `options` are the answers offered, free text is allowed."""

    id: str
    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMission:
    draft: MissionDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarification:
    """At most four questions, to be shown as one form. Their text is also streamed, so a plain chat suffices."""

    questions: tuple[ClarifyQuestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The last event. Token counts are the provider's, or an estimate for the embedded model."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0


ReplyEvent = TextDelta | ProposedMission | Clarification | Done
