from __future__ import annotations

from datetime import timedelta

from jambot.sessions.ciphers import KeyRing
from jambot.workspaces.leaving import Leaving
from jambot.workspaces.service import WorkspaceService
from tests.people import person

CIPHER = KeyRing([b"k" * 32], purpose="workspace-metadata")


async def test_the_newest_active_workspace_is_completed_and_no_other(work, clock):
    workspaces = WorkspaceService(work=work, clock=clock, cipher=CIPHER)
    leaving = Leaving(work=work, workspaces=workspaces, cipher=CIPHER)
    me, other = await person(work, clock), await person(work, clock, "bob")
    await leaving.complete_open(me)
    older = await workspaces.create_user_session(me, name="Older")
    foreign = await workspaces.create_user_session(other, name="Foreign")
    clock.advance(timedelta(minutes=1))
    newer = await workspaces.create_user_session(me, name="Newer")
    await leaving.complete_open(me)
    made = ((me, older), (other, foreign), (me, newer))
    statuses = [(await workspaces.get(who, each.row.id)).row.status for who, each in made]
    assert statuses == ["active", "active", "completed"]


async def test_metadata_is_handed_out_opened_and_damage_is_named(work, clock):
    workspaces = WorkspaceService(work=work, clock=clock, cipher=CIPHER)
    me, other = await person(work, clock), await person(work, clock, "bob")
    mine = await workspaces.create_user_session(me, session_metadata={"colour": "green"})
    await workspaces.create_user_session(me)
    await workspaces.create_user_session(other, session_metadata={"colour": "red"})
    leaving = Leaving(work=work, workspaces=workspaces, cipher=CIPHER)
    assert await leaving.metadata(me) == {mine.row.id: {"colour": "green"}}
    stranger = Leaving(work=work, workspaces=workspaces, cipher=KeyRing([b"x" * 32], purpose="workspace-metadata"))
    assert await stranger.metadata(me) == {mine.row.id: None}
