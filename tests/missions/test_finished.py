from datetime import timedelta

from jambot.db.models import Mission, UserSession
from jambot.ids import new_id
from jambot.missions.finished import LONGEST_ASKED, Finished
from jambot.workspaces import conversation
from tests.workspaces.conftest import ada, autosave, bob, cipher, recovery, workspaces

__all__ = ["ada", "autosave", "bob", "cipher", "recovery", "workspaces"]


async def done(work, workspaces, clock, who, *, asked="Chart it", status="completed"):
    """A workspace of `who` whose mission ended with `status`."""
    clock.advance(timedelta(minutes=1))
    made = (await workspaces.create_user_session(who, name=asked[:20])).row.id

    def fill(tx):
        workspace = tx.get(UserSession, made)
        now = clock.now()
        conversation.append(tx, workspace, role=conversation.MessageRole.USER, content=asked, now=now)
        mission = Mission(
            id=new_id(),
            workspace_id=made,
            user_id=who.user_id,
            name="m",
            goal="The goal",
            status=status,
            created_at=now,
            updated_at=now,
            status_changed_at=now,
        )
        tx.add(mission)
        workspace.mission_id, workspace.mission_status = mission.id, status

    await work.write(fill)
    return made


async def test_what_was_finished_last_comes_first_with_what_was_asked(work, workspaces, clock, ada, bob):
    first = await done(work, workspaces, clock, ada)
    second = await done(work, workspaces, clock, ada, asked="x" * (LONGEST_ASKED + 1))
    await done(work, workspaces, clock, ada, status="failed")
    await done(work, workspaces, clock, bob)
    found = await Finished(work=work).last(ada)
    assert [(each.workspace_id, each.asked, each.goal) for each in found] == [
        (second, "", "The goal"),
        (first, "Chart it", "The goal"),
    ]
    assert len(await Finished(work=work).last(ada, limit=1)) == 1
