"""The process is killed at the worst moments of a save; what was acknowledged is there, and never a mix."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest
from sqlmodel import select

from jambot.db.models import Draft, UserSession
from jambot.workspaces.drafts import DraftWrite

SAVE = """
import asyncio, sys
from jambot.access import Principal, Role
from jambot.clock import SystemClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.drafts import DraftWrite

url, user_id, device_id, workspace_id = sys.argv[1:]
me = Principal(user_id=user_id, login_id="", role=Role.USER, email="", name="", device_id=device_id)

async def main():
    work = UnitOfWork(url, LocalBus())
    draft = DraftWrite(text="new", base_revision=1)
    await Autosave(work=work, clock=SystemClock()).save(me, workspace_id, draft=draft, place_now={"message": "new"})
    work.close()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("autosave.in_unit", "old"),
        ("autosave.before_commit", "old"),
        ("autosave.after_commit", "new"),
        ("", "new"),
    ],
)
async def test_a_kill_during_a_save_leaves_the_old_or_the_new_and_never_a_mix(
    work, workspaces, autosave, ada, point, expected
):
    made = (await workspaces.create_user_session(ada)).row
    await autosave.save(ada, made.id, draft=DraftWrite(text="old"), place_now={"message": "old"})
    arguments = [sys.executable, "-c", SAVE, work.url, ada.user_id, str(ada.device_id), made.id]
    environment = {**os.environ, "JAMBOT_TEST": "1", "JAMBOT_TEST_FAILPOINT": point}
    ended = await asyncio.to_thread(subprocess.run, arguments, env=environment, timeout=60, check=False)
    assert ended.returncode == (-9 if point else 0)
    draft = await work.read(lambda session: session.exec(select(Draft)).one())
    row = await work.read(lambda session: session.get(UserSession, made.id))
    assert (draft.text, row.place) == (expected, {"message": expected})
