"""The addresses of the pages."""

from __future__ import annotations

from urllib.parse import urlencode

HOME = "/"
NEW = "/new"
WORKSPACE = "/w/[workspace_id]"
LOGIN = "/login"
SETUP = "/setup"
REGISTER = "/register"
RESET = "/reset"
HISTORY = "/history"
TRASH = "/trash"
SETTINGS = "/settings"
ADMIN = "/admin"
ADMIN_PEOPLE = "/admin/people"
ADMIN_WORKSPACES = "/admin/workspaces"
ADMIN_DOMAINS = "/admin/domains"
ADMIN_CLEAN_UPS = "/admin/clean-ups"
ADMIN_AUDIT = "/admin/audit"


def workspace(workspace_id: str) -> str:
    """The address of one workspace."""
    return f"/w/{workspace_id}"


def history(*, query: str = "", status: str = "", cursor: str = "") -> str:
    """The address of one page of the history; empty filters stay out of it."""
    chosen = {name: value for name, value in (("q", query), ("status", status), ("cursor", cursor)) if value}
    return f"{HISTORY}?{urlencode(chosen)}" if chosen else HISTORY


def trash(*, cursor: str = "") -> str:
    """The address of one page of the Trash."""
    return f"{TRASH}?{urlencode({'cursor': cursor})}" if cursor else TRASH


def message(workspace_id: str, message_id: str) -> str:
    """The address of a message: its workspace, opened at that spot."""
    return f"/w/{workspace_id}#m-{message_id}"


def login(*, back_to: str = "") -> str:
    """The sign-in page, which returns to `back_to` when that is a page of ours."""
    return f"{LOGIN}?{urlencode({'next': back_to})}" if is_ours(back_to) else LOGIN


def is_ours(path: str) -> bool:
    """Whether `path` is a plain path on this site, so that following it cannot leave the site."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def asset_content(asset_id: str, *, inline: bool = False) -> str:
    """Where the browser downloads an asset, or shows it when it is a picture."""
    return f"/api/assets/{asset_id}/content" + ("?inline=1" if inline else "")
