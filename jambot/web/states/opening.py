"""Which variables of the page belong to the open workspace, and which start anew whenever one is opened.

The browser remembers the first and shows them again before the server has answered (components/shelf.py). The rest
belongs to the tab: which parts of the page are open, the list of workspaces.
"""

from __future__ import annotations

from typing import Any

from jambot.web.asset_preview import AssetPreview
from jambot.web.shared_items import ClosedItem
from jambot.web.view_models import SessionItem

KEPT: dict[str, list[str]] = {
    "page": [
        "workspace_id",
        "chat_id",
        "messages",
        "has_older",
        "is_answering",
        "proposal",
        "mission",
        "hops",
        "events",
        "inputs",
        "outputs",
        "approvals",
        "asset_count",
        "figures",
        "draft",
        "draft_revision",
        "panel",
    ],
    "session": [
        "current_session",
        "session_metadata",
        "is_metadata_readable",
        "saved_revision",
        "saved_at",
        "shared_by",
    ],
    "stream": ["answer_id", "text"],
    "older": [],
}

# The place comes from the browser's own memory, which is newer than what the server knew when the workspace was opened.
FRESH: dict[str, dict[str, Any]] = {
    "page": {"preview": AssetPreview(), "editing": "", "away": [], "saved_place": "", "is_drawer_open": False},
    "session": {"session_error": "", "is_session_loading": False, "trashed": SessionItem(), "closed": ClosedItem()},
    "stream": {},
    "older": {"messages": []},
}

OF_THE_TAB: dict[str, list[str]] = {
    "page": ["is_panel_open", "is_sidebar_open", "is_sheet_open"],
    "session": [
        "is_live",
        "groups",
        "has_more",
        "is_listed",
        "waiting",
        "waiting_note",
        "recent",
        "error_reference",
        "shared",
    ],
    "stream": [],
    "older": [],
}
