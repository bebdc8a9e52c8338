from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jambot.access import Principal, Role
from jambot.clock import SystemClock
from jambot.db import MemoryBlobs, UnitOfWork
from jambot.db.models import Asset, User
from jambot.events import LocalBus
from jambot.ids import LoginId, UserId, WorkspaceId, new_id
from jambot.llm.draft import AssetDraft, Discard, FromAsset, HopDraft, Literal, MissionDraft, ToAsset, ToolStepDraft
from jambot.missions.service import MissionService
from jambot.missions.view import MissionPanel
from jambot.missions.workflow import MissionRunner
from jambot.settings import Settings
from jambot.workspaces import story
from tests.missions import bench_tools


@dataclass
class Place:
    """A person with a workspace and a table in it, and the parts that run their missions."""

    me: Principal
    workspace_id: WorkspaceId
    table_id: str
    work: UnitOfWork
    blobs: MemoryBlobs
    runner: MissionRunner
    missions: MissionService
    bus: LocalBus
    settings: Settings
    folder: Path

    def draft(self, *steps: ToolStepDraft, second_hop: tuple[ToolStepDraft, ...] = ()) -> MissionDraft:
        """A mission whose steps each make the asset of their name, the last one the output."""
        hops = [(steps, "First"), (second_hop, "Second")] if second_hop else [(steps, "Only")]
        names = [step.name for group, _ in hops for step in group]
        return MissionDraft(
            name="Work",
            goal="Get it done",
            description="",
            success_criteria=("It ran", "It ended"),
            inputs=(AssetDraft(name="sales", kind="table", role="input", asset_id=self.table_id),),
            intermediates=tuple(AssetDraft(name=name, kind="json", role="intermediate") for name in names[:-1]),
            outputs=(AssetDraft(name=names[-1], kind="json", role="output"),),
            hops=tuple(
                HopDraft(
                    name=title,
                    goal="Do it",
                    rationale="",
                    alternatives=(),
                    success_criteria=(),
                    inputs=(),
                    output=group[-1].name,
                    steps=group,
                    is_final=place == len(hops) - 1,
                )
                for place, (group, title) in enumerate(hops)
            ),
        )

    async def accepted(self, *steps: ToolStepDraft, **more: Any) -> MissionPanel:
        ask = more.pop("ask", None)
        proposed = await self.missions.propose(self.me, self.workspace_id, self.draft(*steps, **more))
        return await self.missions.accept(self.me, proposed.id, ask=ask)

    async def another(self) -> Place:
        """Another person's place, served by the same runner."""
        other = await make_place(self.work, self.bus, self.settings, self.folder, f"{new_id()}@example.org")
        other.missions = MissionService(
            work=self.work, clock=SystemClock(), runner=self.runner, find_tool=bench_tools.ACCEPTED.get
        )
        return other

    async def until(self, mission_id: str, *statuses: str) -> MissionPanel:
        """The panel once the mission has one of `statuses` and no step is running."""

        async def look() -> MissionPanel | None:
            panel = await self.missions.view(self.me, mission_id)
            return panel if panel.status in statuses and not panel.is_settling else None

        return await eventually(look)


async def eventually(look: Callable[[], Awaitable[Any]], *, within_s: float = 20) -> Any:
    """The first truthy answer of `look`."""
    async with asyncio.timeout(within_s):
        while not (found := await look()):  # noqa: ASYNC110 (the condition is in a database)
            await asyncio.sleep(0.02)
        return found


def note(name: str, *, reads: str | None = None, tool: str = "note", **literals: Any) -> ToolStepDraft:
    """A step that notes its name, makes an asset of that name, and may read another."""
    parameters: dict[str, Any] = {"name": Literal(value=name), **{k: Literal(value=v) for k, v in literals.items()}}
    if reads:
        parameters["table"] = FromAsset(asset=reads)
    return ToolStepDraft(
        tool_id=tool,
        name=name,
        description="",
        parameter_mapping=parameters,
        result_mapping={"result": ToAsset(asset=name)},
    )


__all__ = ["Discard", "Place", "eventually", "note"]


async def make_person(work: UnitOfWork, email: str) -> Principal:
    now = SystemClock().now()
    user = User(id=new_id(), email=email, email_key=email, created_at=now)
    await work.write(lambda tx: tx.add(user))
    return Principal(
        user_id=UserId(user.id), login_id=LoginId(new_id()), role=Role.USER, email=email, name=email.split("@")[0]
    )


async def make_place(
    work: UnitOfWork, bus: LocalBus, settings: Settings, folder: Path, email: str = "ada@example.org", at_once: int = 4
) -> Place:
    clock, blobs = SystemClock(), MemoryBlobs()
    me = await make_person(work, email)
    runner = MissionRunner(
        settings=settings, work=work, blobs=blobs, clock=clock, find_tool=bench_tools.TOOLS.get, at_once=at_once
    )
    table = Asset(id=new_id(), user_id=me.user_id, workspace_id="", name="sales", type="table", subtype="text/csv",
        scope_id="", content="a,b\n1,2\n", size_bytes=8, created_at=clock.now(), updated_at=clock.now())  # fmt: skip

    def change(tx: Any) -> str:
        workspace = story.new_workspace(tx, user_id=me.user_id, now=clock.now(), name="Work")
        table.workspace_id = table.scope_id = workspace.id
        tx.add(table)
        return workspace.id

    workspace_id = await work.write(change)
    return Place(
        me=me,
        workspace_id=WorkspaceId(workspace_id),
        table_id=table.id,
        work=work,
        blobs=blobs,
        runner=runner,
        missions=MissionService(work=work, clock=clock, runner=runner, find_tool=bench_tools.ACCEPTED.get),
        bus=bus,
        settings=settings,
        folder=folder,
    )


@pytest.fixture
async def place(
    work: UnitOfWork, bus: LocalBus, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """A person and their parts; the runner is not started."""
    monkeypatch.setenv(bench_tools.CALLS, str(tmp_path / "calls.txt"))
    return await make_place(work, bus, settings, tmp_path)


@pytest.fixture
async def alone(
    work: UnitOfWork, bus: LocalBus, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """The same, with room for one step at a time."""
    monkeypatch.setenv(bench_tools.CALLS, str(tmp_path / "calls.txt"))
    return await make_place(work, bus, settings, tmp_path, at_once=1)


@pytest.fixture
async def running(place: Place) -> AsyncIterator[Place]:
    """The same with the runner at work."""
    await place.runner.start()
    yield place
    from datetime import timedelta

    await place.runner.stop(drain=timedelta(seconds=0))
