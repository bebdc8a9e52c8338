"""The demo workspace, really run."""

import asyncio

import pytest

from jambot.access import Principal, Role
from jambot.assistant.demo import NAME, STAGED_FAILURE, Demo
from jambot.clock import SystemClock
from jambot.db import MemoryBlobs
from jambot.db.models import User, UserSession
from jambot.events import listening
from jambot.events.types import MissionChanged, workspace_topic
from jambot.ids import LoginId, UserId, new_id
from jambot.missions.retry import RetryScope
from jambot.missions.service import MissionService
from jambot.missions.workflow import MissionRunner
from jambot.workspaces.assets import AssetService


@pytest.fixture
async def me(work):
    user = User(id=new_id(), email="ada@example.org", email_key="ada@example.org", created_at=SystemClock().now())
    await work.write(lambda tx: tx.add(user))
    return Principal(user_id=UserId(user.id), login_id=LoginId(new_id()), role=Role.ADMIN, email=user.email, name="Ada")


@pytest.fixture
async def parts(work, bus, settings):
    clock, blobs = SystemClock(), MemoryBlobs()
    assets = AssetService(work=work, clock=clock, blobs=blobs, settings=settings)
    runner = MissionRunner(settings=settings, work=work, blobs=blobs, clock=clock)
    missions = MissionService(work=work, clock=clock, runner=runner)
    await runner.start()
    yield Demo(work=work, clock=clock, bus=bus, assets=assets, missions=missions), missions, assets
    await runner.stop()


async def test_the_demo_holds_a_finished_mission_a_failed_step_and_a_proposal(work, bus, me, parts):
    demo, missions, assets = parts
    workspace_id = await demo.make(me)
    assert await demo.make(me) == workspace_id, "everybody has at most one"
    await demo.settled()

    workspace = await work.read(lambda session: session.get(UserSession, workspace_id))
    assert (workspace.name, workspace.is_demo) == (NAME, True)
    finished = [each for each in await missions.history(me, workspace_id) if each.status == "completed"]
    assert len(finished) == 1
    results = (await assets.page(me, workspace_id=workspace_id)).assets
    assert {"table", "chart"} <= {each.type for each in results if each.status == "ready" and each.role != "input"}

    present, proposal = await missions.current(me, workspace_id)
    assert proposal is not None
    failed = [step for hop in present.mission.hops for step in hop.steps if step.status == "failed"]
    assert [step.error_message for step in failed] == [STAGED_FAILURE]

    async with listening(bus, workspace_topic(workspace_id)) as heard:
        await missions.retry(me, present.mission.id, RetryScope.STEP, step_id=failed[0].id)
        async with asyncio.timeout(60):
            while True:
                event = await heard.next()
                if isinstance(event, MissionChanged) and event.status == "completed":
                    break
