from datetime import timedelta

import pytest

from jambot.db import MemoryBlobs
from jambot.db.models import UserSession
from jambot.errors import InvalidInput, NotFound
from jambot.ids import new_id
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.many import MOST, Many
from jambot.workspaces.search import History
from jambot.workspaces.trash import Trash


@pytest.fixture
def many(work, clock):
    trash = Trash(work=work, clock=clock, blobs=MemoryBlobs(), keep_for=timedelta(days=30))
    return Many(
        work=work, clock=clock, history=History(work=work, clock=clock, cursors=Cursors(b"k" * 32)), trash=trash
    )


@pytest.fixture
async def three(workspaces, ada):
    return [(await workspaces.create_user_session(ada, name=name)).row.id for name in ("One", "Two", "Three")]


async def stand(work, ids):
    """Where each of them is: its status, or the trash."""
    rows = [await work.read(lambda session, key=key: session.get(UserSession, key)) for key in ids]
    return ["trash" if row.deleted_at else row.status for row in rows]


@pytest.mark.parametrize(
    ("deed", "becomes"),
    [("archive", "archived"), ("complete", "completed"), ("trash", "trash")],
)
async def test_a_deed_on_many_is_taken_back_by_one_undo(many, work, ada, three, deed, becomes):
    steps = await many.change(ada, three[:2], deed)
    assert await stand(work, three) == [becomes, becomes, "active"]
    assert await many.undo(ada, steps) == 2
    assert await stand(work, three) == ["active", "active", "active"]


async def test_what_was_so_already_is_no_part_of_the_undo(many, work, ada, three):
    await many.change(ada, three[:1], "archive")
    steps = await many.change(ada, three, "archive")
    assert {step.workspace_id for step in steps} == set(three[1:])
    await many.undo(ada, steps)
    assert await stand(work, three) == ["archived", "active", "active"]


async def test_an_undo_leaves_alone_what_was_changed_again_since(many, work, ada, three):
    steps = await many.change(ada, three, "archive")
    await many.change(ada, three[:1], "complete")
    assert await many.undo(ada, steps) == 2
    assert await stand(work, three) == ["completed", "active", "active"]


async def test_restoring_from_the_trash_can_be_taken_back_too(many, work, ada, three):
    await many.change(ada, three, "trash")
    steps = await many.change(ada, three, "restore")
    assert await stand(work, three) == ["active", "active", "active"]
    await many.undo(ada, steps)
    assert await stand(work, three) == ["trash", "trash", "trash"]


async def test_a_new_name_is_taken_back_and_found_by_its_old_one(many, ada, three):
    steps = await many.rename(ada, three[0], "Renamed")
    assert await many.matching(ada, query="renamed") == (three[0],)
    await many.undo(ada, steps)
    assert await many.matching(ada, query="one") == (three[0],)


async def test_nobody_else_s_workspaces_are_touched(many, work, ada, bob, three):
    with pytest.raises(NotFound):
        await many.change(bob, three, "trash")
    steps = await many.change(ada, three, "archive")
    with pytest.raises(NotFound):
        await many.undo(bob, steps)
    assert (await many.contents(bob, three)).messages == 0
    assert await many.delete_forever(bob, three) == 0
    assert await stand(work, three) == ["archived", "archived", "archived"]


async def test_one_that_is_gone_does_not_stop_the_others(many, work, ada, three):
    steps = await many.change(ada, [new_id(), "not an id", *three], "trash")
    assert len(steps) == 3


async def test_everything_a_list_shows_can_be_meant(many, ada, three):
    await many.change(ada, three[:1], "archive")
    assert set(await many.matching(ada)) == set(three)
    assert await many.matching(ada, status="archived") == (three[0],)
    await many.change(ada, three[:1], "trash")
    assert await many.matching(ada, trash=True) == (three[0],)


async def test_only_the_trash_can_be_deleted_for_ever(many, ada, three):
    await many.change(ada, three[:2], "trash")
    assert await many.delete_forever(ada, three) == 2
    assert await many.matching(ada) == (three[2],)


async def test_too_many_at_once_are_refused(many, ada):
    with pytest.raises(InvalidInput):
        await many.change(ada, [new_id() for _ in range(MOST + 1)], "archive")


async def test_a_deed_nobody_knows_changes_nothing(many, work, ada, three):
    await many.change(ada, three, "trash")
    with pytest.raises(InvalidInput):
        await many.change(ada, three, "delete")
    assert await stand(work, three) == ["trash", "trash", "trash"]
