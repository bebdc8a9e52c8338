"""A tool that carries a domain: not there for others, and stopped for whom its domain is closed to meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from pydantic import ValidationError

from jambot.clock import SystemClock
from jambot.db.models import Domain, DomainMember, Grant, User
from jambot.ids import new_id
from jambot.missions.proposal import UnsoundProposal
from jambot.missions.service import MissionService
from jambot.missions.tool_rights import ToolRights
from jambot.missions.workflow import MissionRunner
from jambot.settings import Settings
from jambot.tools.registry import all_tools
from tests.missions import bench_tools
from tests.missions.bench_tools import count
from tests.missions.conftest import Place, eventually, note

CARRIED = {"note": "Finance"}


async def open_finance(place: Place) -> str:
    """Somebody who may, opens the domain to the place's person for an hour; the grant's id."""
    now = SystemClock().now()
    owner = User(email="owner@example.org", email_key="owner@example.org", role="user", created_at=now)
    domain = Domain(name="Finance", name_key="finance", created_at=now)
    grant = Grant(id=new_id(), user_id=place.me.user_id, granted_at=now, ends_at=now + timedelta(hours=1))

    def add(tx) -> None:
        tx.add_all([owner, domain])
        tx.flush()
        tx.add(DomainMember(domain_id=domain.id, user_id=owner.id, role="owner", added_at=now))
        grant.domain_id, grant.granted_by = domain.id, owner.id
        tx.add(grant)

    await place.work.write(add)
    return grant.id


async def end(place: Place, grant_id: str) -> None:
    def change(tx) -> None:
        tx.get(Grant, grant_id).ended_at = SystemClock().now()

    await place.work.write(change)


@pytest.fixture
async def gated(place: Place) -> AsyncIterator[Place]:
    """The place, where the tool `note` carries a domain; its runner runs."""
    place.runner = MissionRunner(
        settings=place.settings,
        work=place.work,
        blobs=place.blobs,
        clock=SystemClock(),
        find_tool=bench_tools.TOOLS.get,
        rights=ToolRights(CARRIED, find=bench_tools.TOOLS.get),
    )
    rights = ToolRights(CARRIED, find=bench_tools.ACCEPTED.get)
    place.missions = MissionService(work=place.work, clock=SystemClock(), runner=place.runner, rights=rights)
    await place.runner.start()
    yield place
    await place.runner.stop()


async def test_whom_its_domain_is_closed_to_has_no_such_tool(place: Place):
    rights = ToolRights({"chart": "Finance", "profile_table": "No such domain"})
    parts = {"work": place.work, "clock": SystemClock(), "runner": place.runner}
    missions = MissionService(**parts, rights=rights)
    everything = {each.id for each in all_tools()}
    assert {each.id for each in await missions.tools(place.me)} == everything - {"chart", "profile_table"}
    await open_finance(place)
    assert {each.id for each in await missions.tools(place.me)} == everything - {"profile_table"}


async def test_a_mission_is_proposed_and_accepted_only_with_what_is_open(place: Place):
    rights = ToolRights(CARRIED, find=bench_tools.ACCEPTED.get)
    place.missions = MissionService(work=place.work, clock=SystemClock(), runner=place.runner, rights=rights)
    draft = place.draft(note("a"))
    with pytest.raises(UnsoundProposal):
        await place.missions.propose(place.me, place.workspace_id, draft)
    grant_id = await open_finance(place)
    proposed = await place.missions.propose(place.me, place.workspace_id, draft)
    await end(place, grant_id)
    with pytest.raises(UnsoundProposal):
        await place.missions.accept(place.me, proposed.id)


async def test_the_end_of_a_grant_lets_the_running_step_finish_and_stops_the_next(gated: Place):
    grant_id, gate = await open_finance(gated), gated.folder / "gate"
    panel = await gated.accepted(note("a", gate=str(gate)), note("b", reads="a"))

    async def begun() -> bool:
        return count("a") > 0

    await eventually(begun)
    await end(gated, grant_id)
    await asyncio.to_thread(gate.touch)
    panel = await gated.until(panel.id, "paused")
    steps = [step for hop in panel.mission.hops for step in hop.steps]
    assert [step.status for step in steps] == ["completed", "failed"] and count("b") == 0
    assert "belongs to the domain Finance, which is not open to you any more" in steps[1].error_message


@pytest.mark.parametrize("written", ["chart", "chart=", "=Finance", "Chart!=Finance", "chart=Finance;oops"])
def test_a_misspelt_pair_is_refused_at_the_start(written: str):
    with pytest.raises(ValidationError):
        Settings(tool_domains=written)


def test_the_settings_name_a_domain_for_each_tool():
    found = Settings(tool_domains=" chart = Finance ; query_table=Legal, Audit;").domain_of_tool
    assert found == {"chart": "Finance", "query_table": "Legal, Audit"}
