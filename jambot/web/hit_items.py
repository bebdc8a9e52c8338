"""What a search found, as the lines below the table of the history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from jambot.web import routes
from jambot.web.strings import t
from jambot.web.when import age

if TYPE_CHECKING:
    from jambot.workspaces.search import MessageHit


@dataclass(frozen=True, kw_only=True)
class HitPiece:
    text: str = ""
    is_found: bool = False


@dataclass(frozen=True, kw_only=True)
class HitItem:
    """A message that has the words looked for, with a piece of its text. Several of one workspace stand together;
    only the first of them has its name."""

    id: str = ""
    workspace: str = ""
    who: str = ""
    href: str = ""
    pieces: list[HitPiece] = field(default_factory=list)
    age: str = ""
    at: str = ""


def hit_items(hits: Iterable[MessageHit], now: datetime) -> list[HitItem]:
    """`hits` as lines under the table of the history: by workspace, the one with the newest hit first."""
    together: dict[str, list[MessageHit]] = {}
    for hit in hits:
        together.setdefault(hit.workspace_id, []).append(hit)
    return [_hit_item(hit, now, is_first=hit is same[0]) for same in together.values() for hit in same]


def _hit_item(hit: MessageHit, now: datetime, *, is_first: bool) -> HitItem:
    return HitItem(
        id=hit.message_id,
        workspace=(hit.workspace_name or t("top.untitled")) if is_first else "",
        who=t("chat.you") if hit.role == "user" else t("chat.assistant"),
        href=routes.message(hit.workspace_id, hit.message_id),
        pieces=[HitPiece(text=piece.text.replace("**", ""), is_found=piece.found) for piece in hit.pieces],
        age=age(hit.created_at, now),
        at=hit.created_at,
    )
