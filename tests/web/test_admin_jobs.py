"""Every job of the schedule has words on the page that shows it."""

from __future__ import annotations

import pytest

from jambot.services import build, set_services
from jambot.settings import Settings
from jambot.web.admin_lines import job_line
from tests.admin.conftest import ROOT


@pytest.mark.usefixtures("sqlite_url")
async def test_every_job_the_app_schedules_is_shown_in_words(settings: Settings):
    parts = build(settings)
    rows = await parts.desk.schedule.rows(ROOT)
    assert len(rows) > 5
    assert all(job_line(row).words for row in rows)
    parts.auth.close()
    parts.work.close()
    set_services(None)
