from __future__ import annotations

from tests.missions.bench_tools import count
from tests.missions.conftest import Place, note


async def test_an_accepted_mission_runs_its_steps_in_order_and_completes(running: Place):
    panel = await running.accepted(note("one", reads="sales"), note("two", reads="one"))
    done = await running.until(panel.id, "completed")
    assert [step.status for hop in done.mission.hops for step in hop.steps] == ["completed", "completed"]
    assert (count("one"), count("two")) == (1, 1)
