"""What a model has said so far in one answer."""

from __future__ import annotations

from typing import Any

from jambot.clean import clean_text
from jambot.errors import Unavailable
from jambot.llm.draft import MissionDraft
from jambot.llm.replies import Clarification, Done, ProposedMission, ReplyEvent, TextDelta

MOST_CHARS = 200_000


class Heard:
    """Text, the last proposed mission, and what else the message will carry: questions, the model, its tokens."""

    def __init__(self, so_far: str) -> None:
        self.text = so_far
        self.draft: MissionDraft | None = None
        self.metadata: dict[str, Any] = {}

    def take(self, event: ReplyEvent) -> None:
        """Take in what the model says next. Raises `Unavailable` once it says too much."""
        match event:
            case TextDelta(text=text):
                self.text += clean_text(text)
                if len(self.text) > MOST_CHARS:
                    self.text = self.text[:MOST_CHARS]
                    raise Unavailable("The answer grew too long and was cut here.")
            case ProposedMission(draft=draft):
                self.draft = draft
            case Clarification(questions=questions):
                self.metadata["questions"] = [
                    {"id": each.id, "text": each.text, "options": list(each.options)} for each in questions
                ]
            case Done(model=model):
                self.metadata |= {
                    "model": model,
                    "input_tokens": event.input_tokens,
                    "output_tokens": event.output_tokens,
                }
