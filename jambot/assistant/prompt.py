"""What the model is given: the conversation so far and what is in the workspace. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jambot.llm.replies import AssistantContext, ContextAsset, HistoryMessage
from jambot.workspaces.view import AssetView, MessageView

MOST_MESSAGES = 40
MOST_CHARS = 60_000
MOST_ASSETS = 50
MOST_PINNED = 10
CONTINUE = "Continue your last answer exactly where it stopped. Do not repeat any of it."

_SPOKEN = {"user", "assistant", "system"}


def history_of(messages: Sequence[MessageView]) -> tuple[HistoryMessage, ...]:
    """The end of a conversation, oldest first, as far as it fits.

    The newest message always goes in whole; answers without text, and messages that are not speech, are left out.
    """
    kept: list[HistoryMessage] = []
    chars = 0
    for message in reversed(messages):
        if message.role not in _SPOKEN or not message.content:
            continue
        chars += len(message.content)
        if kept and (chars > MOST_CHARS or len(kept) == MOST_MESSAGES):
            break
        kept.append(HistoryMessage(role=message.role, content=message.content))  # type: ignore[arg-type]
    return tuple(reversed(kept))


def context_of(assets: Iterable[AssetView], *, pinned: Iterable[tuple[str, str]] = ()) -> AssistantContext:
    """What the workspace holds and the assistant may use: its ready assets, and what the person keeps on top.

    Args:
        pinned: name and mission of each pinned workspace; the mission is empty where there is none.
    """
    return AssistantContext(
        pinned=tuple(f"{name} (mission: {mission})" if mission else name for name, mission in pinned),
        assets=tuple(
            ContextAsset(
                id=asset.id,
                name=asset.name,
                kind=asset.type,
                summary=asset.summary,
                profile=asset.metadata.get("profile"),
            )
            for asset in assets
            if asset.status == "ready"
        ),
    )
