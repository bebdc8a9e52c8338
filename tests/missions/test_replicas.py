"""Several processes on one PostgreSQL database: each runs missions, and none runs another's step."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.settings import Settings
from tests import forked
from tests.missions import bench_tools, killable
from tests.missions.conftest import Place, eventually, make_place, note


@pytest.fixture
async def on_postgres(
    postgres_url: str, settings: Settings, bus: LocalBus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Place]:
    """A person and their parts on PostgreSQL; the runner is not started."""
    monkeypatch.setenv(bench_tools.CALLS, str(tmp_path / "calls.txt"))
    work = UnitOfWork(postgres_url, bus)
    yield await make_place(work, bus, settings.model_copy(update={"database_url": postgres_url}), tmp_path)
    work.close()


async def test_missions_run_on_postgresql_as_they_do_on_sqlite(on_postgres: Place):
    place = on_postgres
    await place.runner.start()
    panel = await place.accepted(note("one", reads="sales"), note("send it", reads="one", tool="send"))
    waiting = await place.until(panel.id, "awaiting_approval")
    await place.missions.answer(place.me, waiting.approvals[0].id, approve=True)
    await place.until(panel.id, "completed")
    await place.runner.stop(drain=timedelta(seconds=1))
    assert (bench_tools.count("one"), bench_tools.count("send it")) == (1, 1)


async def test_a_runner_that_slept_through_its_lease_writes_nothing_when_it_wakes(on_postgres: Place):
    place = on_postgres
    gate = place.folder / "gate"
    panel = await place.accepted(note("one", gate=str(gate)), note("two", reads="one"))
    sleeper = _process(place)
    other = None
    try:
        await _called("one", 1)
        assert sleeper.pid is not None
        os.kill(sleeper.pid, signal.SIGSTOP)
        other = _process(place)
        # Its lease has to lapse first; then the other takes the step over, which is safe to repeat.
        await _called("one", 2)
        gate.touch()
        done = await place.until(panel.id, "completed")
        os.kill(sleeper.pid, signal.SIGCONT)
        assert forked.ended(sleeper) == 0
    finally:
        for process in (sleeper, other):
            if process is not None:
                process.kill()
                process.join(timeout=10)
    after = await place.missions.view(place.me, panel.id)
    assert after == done
    assert [step.attempt for step in after.mission.hops[0].steps] == [2, 1]
    assert bench_tools.count("two") == 1


async def _called(name: str, times: int) -> None:
    async def look() -> bool:
        return bench_tools.count(name) >= times

    await eventually(look, within_s=40)


def _process(place: Place) -> BaseProcess:
    calls = {bench_tools.CALLS: str(place.folder / "calls.txt")}
    return forked.start(killable.main, place.folder, place.work.url, environment=calls)
