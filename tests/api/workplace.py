"""The parts that chats, files and missions need, put beside those of sign-in. Real ones, with the model that ships."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from jambot.assistant.speech import Reply
from jambot.assistant.turns import Turns
from jambot.ids import MissionId
from jambot.missions.service import MissionService
from jambot.services import Services, set_services
from jambot.sessions.ciphers import KeyRing
from jambot.workspaces.assets import AssetService
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.chat import ChatService
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.lifecycle import Lifecycle
from jambot.workspaces.recovery import Recovery
from jambot.workspaces.search import History
from jambot.workspaces.service import WorkspaceService
from jambot.workspaces.story import new_workspace
from jambot.workspaces.trash import Trash
from tests.assistant.scripted import shipped_model


class NotedWakes:
    """Notes which missions were woken; running them has tests of its own."""

    def __init__(self) -> None:
        self.woken: list[str] = []

    async def wake(self, mission_id: MissionId) -> None:
        self.woken.append(mission_id)


@asynccontextmanager
async def workplace(parts: Services, *, reply: Reply | None = None) -> AsyncIterator[Services]:
    work, clock, bus, settings = parts.work, parts.clock, parts.bus, parts.settings
    turns = Turns(work=work, clock=clock, bus=bus, reply=reply or shipped_model(settings), is_repeatable=reply is None)
    sealed = KeyRing([b"m" * 32], purpose="workspace-metadata")
    autosave = Autosave(work=work, clock=clock)
    trash = Trash(work=work, clock=clock, blobs=parts.blobs, keep_for=timedelta(days=30))
    built = replace(
        parts,
        workspaces=WorkspaceService(work=work, clock=clock, cipher=sealed),
        history=History(work=work, clock=clock, cursors=Cursors(b"c" * 32)),
        trash=trash,
        recovery=Recovery(work=work, clock=clock, cipher=sealed, autosave=autosave),
        autosave=autosave,
        lifecycle=Lifecycle(
            work=work,
            clock=clock,
            trash=trash,
            abandon_after=timedelta(hours=24),
            archive_after=timedelta(days=7),
        ),
        chats=ChatService(work=work, clock=clock),
        assets=AssetService(work=work, clock=clock, blobs=parts.blobs, settings=settings),
        missions=MissionService(work=work, clock=clock, runner=NotedWakes()),
        turns=turns,
    )
    set_services(built)
    yield built
    await turns.aclose()


async def workspace_for(parts: Services, user_id: str) -> tuple[str, str]:
    """A workspace of this person: its id and its chat's."""
    made = await parts.work.write(lambda tx: new_workspace(tx, user_id=user_id, now=parts.clock.now()))
    return made.id, made.chat_id
