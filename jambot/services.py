"""Every part of the app and what it is made of, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jambot.clock import Clock
from jambot.db import BlobStore, UnitOfWork
from jambot.events import EventBus
from jambot.settings import Settings

if TYPE_CHECKING:
    from jambot.admin.service import AdminService
    from jambot.assistant.demo import Demo
    from jambot.assistant.turns import Turns
    from jambot.auth.logins import Logins
    from jambot.auth.service import AuthService
    from jambot.missions.service import MissionService
    from jambot.missions.workflow import MissionRunner
    from jambot.sessions import SessionManager
    from jambot.workspaces.assets import AssetService
    from jambot.workspaces.autosave import Autosave
    from jambot.workspaces.chat import ChatService
    from jambot.workspaces.lifecycle import Lifecycle
    from jambot.workspaces.recovery import Recovery
    from jambot.workspaces.search import History
    from jambot.workspaces.service import WorkspaceService
    from jambot.workspaces.trash import Trash


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts the two faces may call."""

    settings: Settings
    clock: Clock
    bus: EventBus
    work: UnitOfWork
    blobs: BlobStore
    sessions: SessionManager
    auth: AuthService
    logins: Logins
    workspaces: WorkspaceService
    history: History
    trash: Trash
    recovery: Recovery
    autosave: Autosave
    lifecycle: Lifecycle
    chats: ChatService
    assets: AssetService
    missions: MissionService
    runner: MissionRunner
    turns: Turns
    admin: AdminService
    demo: Demo


_current: Services | None = None


def services() -> Services:
    """The parts of this process, built from the environment at first use."""
    global _current
    if _current is None:
        _current = build(Settings())
    return _current


def set_services(parts: Services | None) -> None:
    """Use `parts` in this process from now on: for tests, and for a server that built its own."""
    global _current
    _current = parts


def build(settings: Settings) -> Services:
    """Put the app together. Opens the database, starts nothing."""
    raise NotImplementedError
