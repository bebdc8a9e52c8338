"""The process is killed at the worst moments of a save; what was acknowledged is there, and never a mix."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from jambot.db.models import Draft, UserSession
from jambot.workspaces.drafts import DraftWrite
from tests import forked
from tests.workspaces import killable


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
    process = forked.start(killable.main, work.url, ada, made.id, environment={"JAMBOT_TEST_FAILPOINT": point})
    assert await asyncio.to_thread(forked.ended, process) == (-9 if point else 0)
    draft = await work.read(lambda session: session.exec(select(Draft)).one())
    row = await work.read(lambda session: session.get(UserSession, made.id))
    assert (draft.text, row.place) == (expected, {"message": expected})
