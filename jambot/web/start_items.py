"""What the start page offers: the work to go on with, and questions this person asked before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.web import routes
from jambot.web.strings import t
from jambot.web.view_models import SessionItem
from jambot.web.when import age, ago

if TYPE_CHECKING:
    from jambot.missions.view import DoneMission

# What waits for a person comes before what goes on by itself; what was pinned comes before what was merely used last.
_FIRST = ("waiting", "interrupted", "failed", "paused", "running")


@dataclass(frozen=True, kw_only=True)
class StarterItem:
    """A mission that was finished, to be asked for once more where its files are."""

    id: str = ""
    text: str = ""
    href: str = ""
    workspace: str = ""
    age: str = ""
    at: str = ""


def first_to_continue(rows: Sequence[SessionItem]) -> SessionItem:
    """The one workspace to go on with: what waits longest is not known, so what waits and was used last."""
    for state in _FIRST:
        for row in rows:
            if row.state == state and not row.is_demo:
                return row
    return rows[0] if rows else SessionItem()


def continue_note(row: SessionItem, now: datetime) -> str:
    """Where it stands, and when and on which device it was worked in last."""
    standing = f"{row.mission} {row.word[:1].lower()}{row.word[1:]}" if row.mission else row.preview
    where = f"{t('start.you_on')} {row.device}, {ago(row.at, now)}" if row.device else ago(row.at, now)
    return " · ".join(part for part in (standing, where) if part)


def starter_item(mission: DoneMission, now: datetime) -> StarterItem:
    text = mission.asked or mission.goal
    return StarterItem(
        id=mission.id,
        text=text,
        href=routes.workspace(mission.workspace_id),
        workspace="" if mission.workspace == text else mission.workspace,
        age=age(mission.at, now),
        at=mission.at,
    )
