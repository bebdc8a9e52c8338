from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from jambot.db import MemoryBlobs
from jambot.db.models import Asset, Mission, Quarantined, StatusChange, UserSession, WorkspaceStatus
from jambot.db.models import User as UserRow
from jambot.errors import NotFound, WrongState
from jambot.events import listening
from jambot.events.types import user_topic
from jambot.workspaces import conversation
from jambot.workspaces.drafts import DraftWrite
from jambot.workspaces.lifecycle import Lifecycle, Moved
from jambot.workspaces.trash import Trash

KEPT_TABLES = {"users", "quarantine", "audit", "search_index", "workspace_counts"}


@pytest.fixture
def blobs():
    return MemoryBlobs()


@pytest.fixture
def trash(work, clock, blobs):
    return Trash(work=work, clock=clock, blobs=blobs, keep_for=timedelta(days=30))


@pytest.fixture
def lifecycle(work, clock, trash):
    return Lifecycle(
        work=work, clock=clock, trash=trash, abandon_after=timedelta(hours=24), archive_after=timedelta(days=7)
    )


@pytest.fixture
async def full(work, workspaces, autosave, blobs, ada, clock):
    """A workspace with something of everything in it."""
    row = (await workspaces.create_user_session(ada, name="Full")).row
    await autosave.save(ada, row.id, draft=DraftWrite(text="typed"), place_now={"message": "m"})
    blob = blobs.put(b"a,b\n1,2\n")

    def fill(tx):
        workspace = tx.get(UserSession, row.id)
        conversation.append(tx, workspace, role=conversation.MessageRole.USER, content="hi", now=clock.now())
        tx.add(
            Mission(
                workspace_id=row.id,
                user_id=ada.user_id,
                name="m",
                status="completed",
                created_at=clock.now(),
                updated_at=clock.now(),
                status_changed_at=clock.now(),
            )
        )
        tx.add(
            Asset(
                workspace_id=row.id,
                user_id=ada.user_id,
                name="a.csv",
                scope_id=row.id,
                blob_id=blob,
                size_bytes=8,
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )

    await work.write(fill)
    return row, blob


async def test_what_is_in_the_trash_comes_back_as_it_was(work, workspaces, trash, ada, clock):
    made = (await workspaces.create_user_session(ada, name="Taxes")).row
    await workspaces.archive(ada, made.id)
    row = await trash.put(ada, made.id)
    assert row.deleted_at is not None
    clock.advance(timedelta(days=29))
    assert await trash.purge() == 0
    row = await trash.restore(ada, made.id)
    assert (row.deleted_at, row.status, row.name) == (None, "archived", "Taxes")


async def test_twice_is_once(bus, workspaces, trash, ada):
    made = (await workspaces.create_user_session(ada)).row
    async with listening(bus, user_topic(ada.user_id)) as heard:
        for _ in range(2):
            await trash.put(ada, made.id)
        for _ in range(2):
            await trash.restore(ada, made.id)
        assert [event.change for event in heard.take_waiting()] == ["trashed", "restored"]


async def test_another_person_s_workspace_cannot_be_deleted_or_restored(workspaces, trash, ada, bob):
    made = (await workspaces.create_user_session(ada)).row
    for use_case in (trash.put, trash.restore, trash.contents, trash.delete_forever):
        with pytest.raises(NotFound):
            await use_case(bob, made.id)


async def test_deleting_for_ever_names_what_goes_and_leaves_nothing(work, trash, blobs, full, ada):
    row, blob = full
    with pytest.raises(WrongState):
        await trash.delete_forever(ada, row.id)
    await trash.put(ada, row.id)
    shown = await trash.contents(ada, row.id)
    gone = await trash.delete_forever(ada, row.id)
    assert gone == shown
    assert (gone.messages, gone.missions, gone.assets, gone.size_bytes) == (1, 1, 1, 8)
    with pytest.raises(NotFound):
        blobs.get(blob)

    def leftovers(session):
        tables = [table for table in SQLModel.metadata.tables if table not in KEPT_TABLES]
        return {name: session.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in tables}

    left = {name: count for name, count in (await work.read(leftovers)).items() if count}
    # The device's record stays: its layout is no part of the workspace.
    assert left == {"places": 1}


async def test_a_running_mission_is_stopped_before_its_workspace_goes(work, trash, full, ada):
    row, _ = full
    await trash.put(ada, row.id)

    def run(tx):
        tx.get(UserSession, row.id).mission_status = "in_progress"

    await work.write(run)
    with pytest.raises(WrongState):
        await trash.delete_forever(ada, row.id)


async def test_the_trash_is_emptied_of_what_was_kept_long_enough(work, workspaces, trash, full, ada, clock):
    row, _ = full
    await trash.put(ada, row.id)
    clock.advance(timedelta(days=20))
    later = (await workspaces.create_user_session(ada)).row
    await trash.put(ada, later.id)
    clock.advance(timedelta(days=10, seconds=1))
    assert await trash.purge() == 1
    assert (await trash.restore(ada, later.id)).deleted_at is None


async def age(work, workspace_id, **fields):
    def change(tx):
        row = tx.get(UserSession, workspace_id)
        for name, value in fields.items():
            setattr(row, name, value)

    await work.write(change)


async def status_of(work, workspace_id):
    return (await work.read(lambda session: session.get(UserSession, workspace_id))).status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "abandoned"),
        ({"pinned": True}, "active"),
        ({"mission_status": "in_progress"}, "active"),
        ({"mission_status": "awaiting_approval"}, "active"),
        ({"mission_status": "completed"}, "abandoned"),
        ({"status": "completed"}, "completed"),
        ({"deleted": True}, "active"),
    ],
)
async def test_a_day_without_activity_abandons_what_may_be_moved(
    work, workspaces, lifecycle, ada, clock, fields, status
):
    made = (await workspaces.create_user_session(ada)).row
    fields = {"deleted_at": clock.now()} if fields.pop("deleted", False) else fields
    await age(work, made.id, **fields)
    clock.advance(timedelta(hours=24))
    await lifecycle.run_once()
    assert await status_of(work, made.id) == fields.get("status", "active")
    clock.advance(timedelta(seconds=1))
    await lifecycle.run_once()
    assert await status_of(work, made.id) == status


async def test_a_week_abandoned_archives_and_every_move_is_recorded(work, workspaces, lifecycle, ada, clock):
    made = (await workspaces.create_user_session(ada)).row
    clock.advance(timedelta(hours=25))
    assert await lifecycle.run_once() == Moved(abandoned=1, archived=0, purged=0)
    assert await lifecycle.run_once() == Moved(abandoned=0, archived=0, purged=0)
    clock.advance(timedelta(days=7, seconds=1))
    assert await lifecycle.run_once() == Moved(abandoned=0, archived=1, purged=0)
    rows = await work.read(lambda session: session.exec(select(StatusChange).order_by(StatusChange.at)).all())
    assert [(row.to_status, row.actor) for row in rows] == [
        ("active", ada.user_id),
        ("abandoned", "system"),
        ("archived", "system"),
    ]
    await workspaces.update_session_activity(ada, made.id)
    assert await status_of(work, made.id) == WorkspaceStatus.ACTIVE


async def test_many_are_moved_in_several_commits(work, lifecycle, ada, clock):
    from jambot.workspaces.story import new_workspace

    await work.write(
        lambda tx: [new_workspace(tx, user_id=ada.user_id, now=clock.now()).id for _ in range(401)] and None
    )
    clock.advance(timedelta(hours=25))
    assert await lifecycle.abandon_inactive_sessions() == 401


async def test_a_clock_set_back_moves_nothing_early(work, workspaces, lifecycle, trash, ada, clock):
    made = (await workspaces.create_user_session(ada)).row
    gone = (await workspaces.create_user_session(ada)).row
    await trash.put(ada, gone.id)
    clock.advance(timedelta(days=-1))
    assert await lifecycle.run_once() == Moved(abandoned=0, archived=0, purged=0)
    assert await status_of(work, made.id) == "active"


def test_the_tables_that_outlive_a_workspace_are_named():
    assert {UserRow.__tablename__, Quarantined.__tablename__} <= KEPT_TABLES
