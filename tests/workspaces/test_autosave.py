import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from jambot.db.models import Draft, Place, UserSession
from jambot.errors import NotFound, StaleVersion, TooLarge, WrongState
from jambot.events import listening
from jambot.events.types import WorkspaceSaved, workspace_topic
from jambot.workspaces.autosave import Autosave
from jambot.workspaces.drafts import DraftWrite
from jambot.workspaces.story import new_workspace
from tests.workspaces.conftest import PHONE, new_person, on


class Statements:
    """Counts what reaches the database."""

    def __init__(self, work):
        self.seen = []
        for engine in (work.writer, work.reader):
            event.listen(engine, "before_cursor_execute", self._saw)
            event.listen(engine, "begin", lambda _connection: self.seen.append("BEGIN"))

    def _saw(self, _connection, _cursor, statement, *_rest):
        self.seen.append(statement)

    @property
    def begun(self):
        return self.seen.count("BEGIN")


@pytest.fixture
async def made(workspaces, ada):
    return (await workspaces.create_user_session(ada)).row


async def draft_in(work, workspace_id):
    return await work.read(lambda session: session.exec(select(Draft).where(Draft.workspace_id == workspace_id)).one())


async def test_nothing_dirty_means_no_transaction_at_all(work, autosave, ada, made, clock):
    await autosave.save(ada, made.id, place_now={"message": "m"})
    seen = Statements(work)
    clock.advance(timedelta(minutes=5))
    await autosave.tick()
    assert await autosave.flush_all()
    assert not autosave.note(ada, made.id, place_now={"message": "m"})
    await autosave.flush_all()
    assert seen.seen == []


async def test_a_noted_place_is_written_within_two_seconds_and_not_before(work, autosave, ada, made, clock):
    assert autosave.note(ada, made.id, place_now={"message": "m"})
    seen = Statements(work)
    clock.advance(timedelta(seconds=1))
    await autosave.tick()
    assert seen.begun == 0
    clock.advance(timedelta(seconds=1))
    await autosave.tick()
    assert seen.begun == 1
    assert autosave.dirty_count == 0


async def test_many_workspaces_share_one_commit(any_work, clock):
    ada = await new_person(any_work, clock, "ada")
    autosave = Autosave(work=any_work, clock=clock)

    def make(tx):
        return [new_workspace(tx, user_id=ada.user_id, now=clock.now()).id for _ in range(1000)]

    ids = await any_work.write(make)
    for number, workspace_id in enumerate(ids):
        autosave.note(ada, workspace_id, draft=DraftWrite(text=f"text {number}"), place_now={"message": str(number)})
    seen = Statements(any_work)
    assert await autosave.flush_all()
    assert seen.begun == 1
    assert len(seen.seen) < 20
    rows = await any_work.read(lambda session: session.exec(select(Draft)).all())
    assert {row.text for row in rows} == {f"text {number}" for number in range(1000)}


async def test_text_is_answered_only_after_its_commit_and_then_announced(work, bus, autosave, ada, made):
    async with listening(bus, workspace_topic(made.id)) as heard:
        saved = await autosave.save(ada, made.id, draft=DraftWrite(text="abc", caret=2))
        (announced,) = heard.take_waiting()
    row = await draft_in(work, made.id)
    assert (saved.draft.revision, row.text, row.caret, row.revision) == (1, "abc", 2, 1)
    assert isinstance(announced, WorkspaceSaved)
    assert (announced.fields, announced.revision) == (("composer",), 1)


async def test_the_same_field_typed_on_two_devices_keeps_both_and_asks(work, autosave, ada, made):
    await autosave.save(ada, made.id, draft=DraftWrite(text="from the laptop", base_revision=None))
    with pytest.raises(StaleVersion) as caught:
        await autosave.save(on(ada, PHONE), made.id, draft=DraftWrite(text="from the phone", base_revision=0))
    current = caught.value.extra["current"]
    assert (current["text"], current["revision"], current["device_id"]) == ("from the laptop", 1, ada.device_id)
    assert (await draft_in(work, made.id)).text == "from the laptop"
    resolved = await autosave.save(on(ada, PHONE), made.id, draft=DraftWrite(text="both", base_revision=1))
    assert resolved.draft.revision == 2


async def test_a_clash_in_one_workspace_does_not_keep_others_from_being_saved(work, autosave, workspaces, ada, made):
    other = (await workspaces.create_user_session(ada)).row
    await autosave.save(ada, made.id, draft=DraftWrite(text="first"))
    results = await asyncio.gather(
        autosave.save(ada, made.id, draft=DraftWrite(text="second", base_revision=0)),
        autosave.save(ada, other.id, draft=DraftWrite(text="unrelated")),
        return_exceptions=True,
    )
    assert isinstance(results[0], StaleVersion)
    assert results[1].draft.revision == 1


async def test_saves_asked_for_together_share_commits(work, workspaces, autosave, ada):
    ids = [(await workspaces.create_user_session(ada)).row.id for _ in range(20)]
    seen = Statements(work)
    saved = await asyncio.gather(*(autosave.save(ada, each, draft=DraftWrite(text=each)) for each in ids))
    assert [each.draft.text for each in saved] == ids
    assert seen.begun <= 2


async def test_no_saved_text_is_lost_between_a_tick_and_a_save(work, autosave, ada, made):
    autosave.note(ada, made.id, draft=DraftWrite(text="a"))
    _, saved = await asyncio.gather(
        autosave.flush_all(), autosave.save(ada, made.id, draft=DraftWrite(text="ab", base_revision=0))
    )
    assert saved.draft.text == "ab"
    assert (await draft_in(work, made.id)).text == "ab"


def refuse_writes(work, refused):
    """While `refused` is not empty, the database answers as a full disk does."""
    import sqlite3

    def refuse(_connection, _cursor, statement, *_rest):
        if refused and statement.startswith(("INSERT INTO drafts", "UPDATE user_sessions")):
            raise sqlite3.OperationalError("database or disk is full")

    event.listen(work.writer, "before_cursor_execute", refuse)


async def test_a_failed_save_is_tried_again_with_growing_pauses(work, autosave, ada, made, clock):
    refused = ["yes"]
    refuse_writes(work, refused)
    autosave.note(ada, made.id, place_now={"message": "m"})
    assert not await autosave.flush_all()
    assert autosave.dirty_count == 1
    seen = Statements(work)
    clock.advance(timedelta(milliseconds=900))
    await autosave.tick()
    assert seen.begun == 0
    clock.advance(timedelta(seconds=2))
    await autosave.tick()
    assert seen.begun == 1
    clock.advance(timedelta(milliseconds=1900))
    await autosave.tick()
    assert seen.begun == 1
    refused.clear()
    clock.advance(timedelta(seconds=1))
    await autosave.tick()
    assert (seen.begun, autosave.dirty_count) == (2, 0)
    assert (await work.read(lambda session: session.get(UserSession, made.id))).place == {"message": "m"}


async def test_whatever_is_dirty_is_tried_at_every_interval_however_long_the_database_fails(work, ada, made, clock):
    autosave = Autosave(work=work, clock=clock, interval=timedelta(seconds=5))
    refused = ["yes"]
    refuse_writes(work, refused)
    autosave.note(ada, made.id, place_now={"message": "m"})
    for _ in range(6):
        clock.advance(timedelta(seconds=5))
        await autosave.tick()
    seen = Statements(work)
    for _ in range(3):
        clock.advance(timedelta(seconds=5))
        await autosave.tick()
    assert seen.begun == 3


async def test_an_older_value_that_failed_never_beats_a_newer_one(work, autosave, ada, made):
    refused = ["yes"]
    refuse_writes(work, refused)
    autosave.note(ada, made.id, place_now={"message": "old"})
    failing = asyncio.create_task(autosave.flush_all())
    await asyncio.sleep(0)
    autosave.note(ada, made.id, place_now={"message": "new"})
    assert not await failing
    refused.clear()
    assert await autosave.flush_all()
    assert (await work.read(lambda session: session.get(UserSession, made.id))).place == {"message": "new"}


async def test_a_failed_save_tells_the_caller_and_keeps_the_text(work, autosave, ada, made):
    refused = ["yes"]
    refuse_writes(work, refused)
    with pytest.raises(Exception) as caught:
        await autosave.save(ada, made.id, draft=DraftWrite(text="precious"))
    assert caught.value.code in {"storage_full", "unavailable"}
    refused.clear()
    assert await autosave.flush_all()
    assert (await draft_in(work, made.id)).text == "precious"


async def test_a_fault_of_any_kind_does_not_end_the_saving(work, autosave, ada, made, clock):
    faults = ["yes"]

    def fail(_connection, _cursor, statement, *_rest):
        if faults and statement.startswith("UPDATE user_sessions"):
            raise ZeroDivisionError

    event.listen(work.writer, "before_cursor_execute", fail)
    autosave.note(ada, made.id, place_now={"message": "m"})
    clock.advance(timedelta(seconds=2))
    await autosave.tick()
    assert autosave.dirty_count == 1
    faults.clear()
    clock.advance(timedelta(seconds=2))
    await autosave.tick()
    assert autosave.dirty_count == 0


async def test_a_caller_that_goes_away_takes_nobody_s_save_with_it(work, autosave, workspaces, ada, made):
    others = [(await workspaces.create_user_session(ada)).row.id for _ in range(2)]
    before = asyncio.create_task(autosave.save(ada, others[0], draft=DraftWrite(text="before")))
    await asyncio.sleep(0)
    # Both wait for the commit under way; then the first of them leads the next one for both.
    first = asyncio.create_task(autosave.save(ada, made.id, draft=DraftWrite(text="mine")))
    second = asyncio.create_task(autosave.save(ada, others[1], draft=DraftWrite(text="yours")))
    await before
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).draft.text == "yours"
    await asyncio.wait([first])
    assert first.cancelled()
    await autosave.flush_all()
    assert (await draft_in(work, made.id)).text == "mine"


async def test_nobody_saves_into_another_person_s_workspace(work, autosave, ada, bob, made):
    with pytest.raises(NotFound):
        await autosave.save(bob, made.id, draft=DraftWrite(text="x"))
    with pytest.raises(NotFound):
        await autosave.put(bob, made.id, place_now={})
    with pytest.raises(NotFound):
        await autosave.load(bob, made.id)
    with pytest.raises(NotFound):
        await autosave.save(ada, "nonsense", draft=DraftWrite(text="x"))
    autosave.note(bob, made.id, place_now={"message": "evil"}, draft=DraftWrite(text="evil"))
    assert await autosave.flush_all()
    assert await work.read(lambda session: session.exec(select(Draft)).all()) == []
    assert (await work.read(lambda session: session.get(UserSession, made.id))).place == {}
    assert await work.read(lambda session: session.exec(select(Place)).all()) == []


async def test_the_trash_wins_over_a_late_save(work, autosave, ada, made, clock):
    def delete(tx):
        tx.get(UserSession, made.id).deleted_at = clock.now()

    await work.write(delete)
    with pytest.raises(WrongState):
        await autosave.save(ada, made.id, draft=DraftWrite(text="late"))
    assert await work.read(lambda session: session.exec(select(Draft)).all()) == []


async def test_a_sent_draft_is_an_empty_one_that_late_typing_cannot_fill(autosave, ada, made):
    await autosave.save(ada, made.id, draft=DraftWrite(text="hello"))
    cleared = await autosave.save(ada, made.id, draft=DraftWrite(text="", base_revision=1))
    assert cleared.draft.revision == 2
    with pytest.raises(StaleVersion):
        await autosave.save(ada, made.id, draft=DraftWrite(text="hello", base_revision=1))
    assert (await autosave.load(ada, made.id)).text == ""


async def test_a_place_that_is_too_large_is_refused(autosave, ada, made):
    with pytest.raises(TooLarge):
        autosave.note(ada, made.id, place_now={"x": "y" * 9000})


async def test_a_place_is_neither_an_activity_nor_a_new_version(work, workspaces, autosave, ada, made, clock):
    clock.advance(timedelta(hours=1))
    await workspaces.archive(ada, made.id)
    before = await work.read(lambda session: session.get(UserSession, made.id))
    await autosave.save(ada, made.id, draft=DraftWrite(text="x"), place_now={"message": "m"})
    after = await work.read(lambda session: session.get(UserSession, made.id))
    assert (after.version, after.last_activity_at, after.status) == (
        before.version,
        before.last_activity_at,
        "archived",
    )


async def test_the_loop_writes_what_is_left_when_it_ends(work, autosave, ada, made):
    running = asyncio.create_task(autosave.run())
    await asyncio.sleep(0)
    autosave.note(ada, made.id, place_now={"message": "last"})
    running.cancel()
    await asyncio.wait([running])
    assert (await work.read(lambda session: session.get(UserSession, made.id))).place == {"message": "last"}
