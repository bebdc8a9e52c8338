"""A process that runs missions until they rest, made to be killed: `... -m tests.missions.killable DATA_DIR [URL]`."""

from __future__ import annotations

import asyncio
import sys
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


async def main(data_dir: Path, database_url: str | None = None) -> None:
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


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
