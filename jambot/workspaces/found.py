"""What the history and its search answer with, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from jambot.clock import iso
from jambot.db.repositories.search import MARK_BEGIN, MARK_END
from jambot.workspaces.present import row_view
from jambot.workspaces.view import WorkspaceRow
from jambot.workspaces.words import Piece, pieces_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """Somebody else's workspace, with the names of the domain it carries and of its owner."""

    row: WorkspaceRow
    domain: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPage:
    """Other people's workspaces, the one used last first. `next_cursor` is None on the last page."""

    rows: tuple[SharedRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """Workspaces, pinned first, then by last activity. `next_cursor` is None on the last page.

    `total` counts the whole list and is there only when it was asked for.
    """

    rows: tuple[WorkspaceRow, ...]
    next_cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHit:
    """A message with the words looked for. `pieces` are plain text; nothing in them is markup."""

    workspace_id: str
    workspace_name: str
    message_id: str
    sequence: int
    role: str
    created_at: str
    pieces: tuple[Piece, ...]

    @property
    def snippet(self) -> str:
        """The snippet without its marks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Messages, the newest first."""

    hits: tuple[MessageHit, ...]
    next_cursor: str | None


def shared_row(row: Mapping[Any, Any]) -> SharedRow:
    """A row of `repositories.domain_pages.shared_with`."""
    return SharedRow(
        # On which device its owner works is nobody else's business.
        row=replace(row_view(row), last_device=""),
        domain=row["domain_name"],
        owner=row["owner_name"] or row["owner_email"],
    )


def hit_of(row: Mapping[Any, Any]) -> MessageHit:
    """The hit in a row of `repositories.search.messages`."""
    created: datetime = row["created_at"]
    return MessageHit(
        workspace_id=row["workspace_id"],
        workspace_name=row["workspace_name"],
        message_id=row["message_id"],
        sequence=row["sequence"],
        role=row["role"],
        created_at=iso(created),
        pieces=pieces_of(row["snippet"], MARK_BEGIN, MARK_END),
    )
