"""The filter of the audit log offers whatever is recorded there."""

from __future__ import annotations

import re
from pathlib import Path

import jambot
from jambot.web.pages.admin_lists import AUDITED

_ACTION = re.compile(r'"((?:login|sessions|user|guest|domain|grant|key|invite|reset|password|job)\.[a-z_]+)"')
_ONLY_COUNTED = {f"sessions.{name}" for name in ("cleaned", "created", "deleted", "evicted", "expired")}
_ONLY_LOGGED = {"job.failed", "login.refresh_reused"}


def test_every_action_that_is_recorded_can_be_looked_for():
    root = Path(jambot.__file__).parent
    sources = [path for name in ("auth", "admin") for path in (root / name).rglob("*.py")]
    named = {action for path in sources for action in _ACTION.findall(path.read_text("utf-8"))}
    assert set(AUDITED) == named - _ONLY_COUNTED - _ONLY_LOGGED
