"""Workspaces of others that are open to a person, as the sidebar and the history list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.web import routes
from jambot.web.strings import t
from jambot.web.when import age

if TYPE_CHECKING:
    from jambot.workspaces.found import SharedRow


@dataclass(frozen=True, kw_only=True)
class SharedItem:
    """Somebody else's workspace with the domain through which it is seen."""

    id: str = ""
    name: str = ""
    href: str = ""
    domain: str = ""
    owner: str = ""
    state: str = "idle"
    word: str = ""
    age: str = ""
    at: str = ""


def shared_item(shared: SharedRow, now: datetime) -> SharedItem:
    """`shared` as a line of the list."""
    row = shared.row
    return SharedItem(
        id=row.id,
        name=row.name or t("top.untitled"),
        href=routes.workspace(row.id),
        domain=shared.domain,
        owner=shared.owner,
        state=row.state,
        word=t(f"state.{row.state}"),
        age=age(row.last_activity_at, now),
        at=row.last_activity_at,
    )
