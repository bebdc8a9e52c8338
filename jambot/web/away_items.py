"""What happened while a person was away, each line with the place it leads to."""

from __future__ import annotations

from dataclasses import dataclass

from jambot.workspaces.view import AwayLine


@dataclass(frozen=True, kw_only=True)
class AwayItem:
    """`where` is `message` or `asset` with the id in `target`, else the tab of the panel that tells more."""

    text: str = ""
    where: str = "timeline"
    target: str = ""


_WHERE = {"message": "message", "asset": "asset", "mission": "mission", "approval": "mission", "proposal": "mission"}


def away_item(line: AwayLine) -> AwayItem:
    """`line` as a link; a message or a result without an id leads to the timeline."""
    where = _WHERE.get(line.kind.partition(".")[0], "timeline")
    if where in {"message", "asset"} and not line.target:
        where = "timeline"
    return AwayItem(text=line.text, where=where, target=line.target or "")
