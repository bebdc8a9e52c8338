"""A process that runs missions until they rest, made to be killed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select

from jambot.clock import SystemClock
from jambot.db import FileBlobs, UnitOfWork
from jambot.db.models import Mission
from jambot.events import LocalBus
from jambot.missions.workflow import MissionRunner
from jambot.settings import Settings
from tests.missions import bench_tools


def main(data_dir: Path, database_url: str | None = None) -> None:
    """Run the missions in the database of `data_dir`, or at `database_url`, until none is in progress."""
    asyncio.run(_run(data_dir, database_url))


async def _run(data_dir: Path, database_url: str | None) -> None:
    settings = Settings(
        _env_file=None, data_dir=data_dir, database_url=database_url, secret_key="for-tests-only-" + "x" * 32
    )
    work = UnitOfWork(settings.sqlalchemy_url, LocalBus())
    runner = MissionRunner(
        settings=settings,
        work=work,
        blobs=FileBlobs(data_dir / "blobs"),
        clock=SystemClock(),
        find_tool=bench_tools.TOOLS.get,
    )
    await runner.start()
    at_work = select(Mission).where(col(Mission.status) == "in_progress")
    while await work.read(lambda session: session.exec(at_work).first()):  # noqa: ASYNC110 (it is in a database)
        await asyncio.sleep(0.02)
    await runner.stop(drain=timedelta(seconds=1))
    work.close()
