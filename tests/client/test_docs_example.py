"""The example in docs/api.md works as it stands there, with the model that ships."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from jambot.services import Services
from tests.assistant.scripted import shipped_model
from tests.servers import REPOSITORY

PAGE = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
CSV = "Date;Revenue\n" + "".join(f"{day:02}.{month:02}.2025;{month},50\n" for month in range(1, 7) for day in (1, 15))


@pytest.fixture
def model(bare_parts: Services) -> Any:
    return shipped_model(bare_parts.settings)


@pytest.fixture
def example() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/api.md", "exec"), names)
    return names


async def test_the_example_uploads_asks_and_accepts(
    jambot, example, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    table = tmp_path / "sales.csv"
    table.write_text(CSV, "utf-8")
    mission_id = await example["start_mission"](jambot, table, "Show revenue by month as a chart")
    assert mission_id is not None
    assert (await jambot.get_mission(mission_id)).mission.status == "in_progress"
    assert capsys.readouterr().out


async def test_the_example_starts_nothing_when_nothing_was_proposed(jambot, example, tmp_path: Path):
    table = tmp_path / "sales.csv"
    table.write_text(CSV, "utf-8")
    assert await example["start_mission"](jambot, table, "Hello, what can you do?") is None
