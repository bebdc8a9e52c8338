"""The assistant's model: what it is given, what it gives back, and the embedded one that is always there."""

from jambot.llm.draft import MissionDraft
from jambot.llm.providers import ModelUnavailable
from jambot.llm.replies import (
    AssistantContext,
    Clarification,
    ClarifyQuestion,
    ContextAsset,
    Done,
    HistoryMessage,
    ProposedMission,
    ReplyEvent,
    TextDelta,
)
from jambot.llm.reply import stream_reply, warm_up

__all__ = [
    "AssistantContext",
    "Clarification",
    "ClarifyQuestion",
    "ContextAsset",
    "Done",
    "HistoryMessage",
    "MissionDraft",
    "ModelUnavailable",
    "ProposedMission",
    "ReplyEvent",
    "TextDelta",
    "stream_reply",
    "warm_up",
]
