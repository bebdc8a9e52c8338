"""A mission's name in the words of the person who asked for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from jambot.llm.intent import Chart, Clarify, Intent, Question, Report, TableInfo
from jambot.llm.understand import NO_DAY, understand

MOST_CHARS = 70
_ASKING = re.compile(
    r"(?:please|can you|could you|would you|i want to see|i want|i need|give me|show me|show|tell me|draw|plot|chart|"
    r"graph|make|create|bitte|kannst du|ich möchte|ich will|gib mir|zeige mir|zeig mir|zeige|zeig|erstelle|mach|"
    r"a chart of|a chart|ein diagramm|mir|me|the|an|a|die|den|das|der|einen|eine|ein|of|von)\s+",
    re.IGNORECASE,
)
_COURTESY = re.compile(r",?\s+(?:please|bitte|thanks|danke)$", re.IGNORECASE)


def name_in_words(phrases: Sequence[str], intent: Intent, tables: Sequence[TableInfo], *, today: date = NO_DAY) -> str:
    """The request behind `intent` without its politeness; empty when it means nothing without what was said before."""
    if not phrases:
        return ""
    said = phrases[-1]
    if len(phrases) > 1 and understand([said], tables, today=today) != intent:
        before = understand(phrases[:-1], tables, today=today)
        if not isinstance(before, Clarify) or _is_grouped_otherwise(before, intent):
            return ""
        said = before.phrase
    return _without_asking(said)


def _is_grouped_otherwise(asked: Clarify, intent: Intent) -> bool:
    """Whether the answer put something else along the axis than the time that was asked for."""
    query = intent.query if isinstance(intent, Chart | Question | Report) else None
    return query is not None and query.granularity is None and "x" in asked.choices


def _without_asking(said: str) -> str:
    words = _COURTESY.sub("", " ".join(said.split()).strip(" .!?,;:"))
    while found := _ASKING.match(words):
        words = words[found.end() :].lstrip(" ,:")
    if len(words) > MOST_CHARS or " " not in words:
        return ""
    return words[0].upper() + words[1:]
