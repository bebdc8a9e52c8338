from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import select

from jambot.db.models import Chat, ChatMessage, Hop, Mission, Proposal, ToolStep, UserSession
from jambot.db.unit_of_work import UnitOfWork
from jambot.errors import NotFound, Unavailable
from jambot.ids import new_id
from jambot.workspaces.drafts import DraftWrite
from jambot.workspaces.recovery import Recovery
from jambot.workspaces.story import record_event
from tests.workspaces.conftest import LAPTOP, PHONE, on


async def change(work, workspace_id, **fields):
    def apply(tx):
        row = tx.get(UserSession, workspace_id)
        for name, value in fields.items():
            setattr(row, name, value)

    await work.write(apply)


async def add_messages(work, workspace, count, **fields):
    def add(tx):
        tx.add_all(
            ChatMessage(
                chat_id=workspace.chat_id,
                workspace_id=workspace.id,
                user_id=workspace.user_id,
                sequence=sequence,
                role="user",
                content=f"message {sequence}",
                created_at=workspace.created_at,
                updated_at=workspace.created_at,
                **fields,
            )
            for sequence in range(1, count + 1)
        )
        tx.get(Chat, workspace.chat_id).next_sequence = count + 1

    await work.write(add)


@pytest.fixture
async def three(workspaces, ada, clock):
    """Workspaces made an hour apart, the oldest first."""
    made = []
    for name in ("first", "second", "third"):
        made.append((await workspaces.create_user_session(ada, name=name)).row)
        clock.advance(timedelta(hours=1))
    return made


async def test_with_nothing_there_nothing_is_made(work, recovery, ada):
    found = await recovery.recover_last(ada, None, LAPTOP)
    assert (found.view, found.reason) == (None, "none")
    assert await work.read(lambda session: session.exec(select(UserSession)).first()) is None


async def test_the_address_wins(recovery, autosave, ada, three):
    await autosave.save(ada, three[1].id, place_now={"message": 1})
    found = await recovery.recover_last(ada, three[0].id, LAPTOP)
    assert (found.view.row.name, found.reason) == ("first", "address")


async def test_then_this_device_s_last_then_the_newest_active_then_the_most_recent(
    work, recovery, autosave, workspaces, ada, three
):
    await autosave.save(ada, three[0].id, place_now={"message": 1})
    found = await recovery.recover_last(ada, None, LAPTOP)
    assert (found.view.row.name, found.reason) == ("first", "device")
    found = await recovery.recover_last(ada, None, PHONE)
    assert (found.view.row.name, found.reason) == ("third", "active")
    for each in three:
        await workspaces.archive(ada, each.id)
    found = await recovery.recover_last(ada, None, PHONE)
    assert (found.view.row.name, found.reason) == ("third", "recent")


async def test_where_somebody_was_last_is_where_they_would_land(recovery, autosave, ada, bob, three):
    assert await recovery.last_id(ada.user_id, LAPTOP) == three[-1].id
    await autosave.save(ada, three[0].id, place_now={"message": 1})
    assert await recovery.last_id(ada.user_id, LAPTOP) == three[0].id
    assert await recovery.last_id(ada.user_id, PHONE) == three[-1].id
    assert await recovery.last_id(bob.user_id, LAPTOP) is None


async def test_a_deleted_last_place_gives_way_to_the_next_candidate(work, recovery, autosave, ada, three, clock):
    await autosave.save(ada, three[0].id, place_now={})
    await change(work, three[0].id, deleted_at=clock.now())
    assert (await recovery.recover_last(ada, None, LAPTOP)).reason == "active"


async def test_an_address_that_is_gone_says_so_and_names_what_is_in_the_trash(work, recovery, ada, bob, three, clock):
    await change(work, three[0].id, deleted_at=clock.now())
    found = await recovery.recover_last(ada, three[0].id, LAPTOP)
    assert (found.view, found.reason, found.trashed.name) == (None, "gone", "first")
    for asked in (new_id(), "nonsense", three[1].id):
        found = await recovery.recover_last(bob, asked, LAPTOP)
        assert (found.view, found.reason, found.trashed) == (None, "gone", None)


async def test_a_pinned_workspace_is_not_taken_for_the_newest(recovery, workspaces, ada, three):
    await workspaces.pin(ada, three[0].id)
    assert (await recovery.recover_last(ada, None, PHONE)).view.row.name == "third"
    await workspaces.update_session_activity(ada, three[0].id)
    assert (await recovery.recover_last(ada, None, PHONE)).view.row.name == "first"


async def test_a_demo_is_never_landed_in_uninvited(work, recovery, ada, three):
    await change(work, three[2].id, is_demo=True)
    assert (await recovery.recover_last(ada, None, PHONE)).view.row.name == "second"
    assert (await recovery.recover_last(ada, three[2].id, PHONE)).view.row.name == "third"


async def test_a_failed_lookup_is_an_error_and_not_an_empty_start_page(tmp_path, bus, clock, cipher, ada):
    broken = UnitOfWork(f"sqlite:///{tmp_path / 'empty' / 'jambot.db'}", bus)
    broken.read_here(lambda session: session.execute(text("SELECT 1")))
    with pytest.raises(Unavailable):
        await Recovery(work=broken, clock=clock, cipher=cipher).recover_last(ada, None, LAPTOP)
    broken.close()


async def test_recovery_writes_nothing(work, recovery, ada, three):
    await add_messages(work, three[2], 3)
    written = []
    event.listen(work.writer, "before_cursor_execute", lambda *args: written.append(args[2]))
    await recovery.recover_last(ada, None, LAPTOP)
    assert written == []


async def test_the_view_holds_the_last_window_the_draft_and_the_place(work, recovery, autosave, ada, three):
    await add_messages(work, three[2], 120)
    place = {"message": "m1", "offset": 12, "panel": "mission", "sidebar": False}
    await autosave.save(ada, three[2].id, draft=DraftWrite(text="half a thou", caret=4), place_now=place)
    view = (await recovery.recover_last(ada, None, LAPTOP)).view
    assert [each.sequence for each in view.messages] == list(range(71, 121))
    assert view.has_older
    assert (view.draft.text, view.draft.caret, view.draft.revision) == ("half a thou", 4, 1)
    assert view.place == place


async def test_another_device_finds_the_spot_but_keeps_its_own_layout(recovery, autosave, ada, three):
    await autosave.save(on(ada, PHONE), three[2].id, place_now={"message": "m1", "sidebar": False})
    await autosave.save(ada, three[2].id, place_now={"message": "m9", "sidebar": True})
    view = (await recovery.recover_last(on(ada, PHONE), None, PHONE)).view
    assert view.place == {"message": "m9", "sidebar": False}


async def test_what_was_only_noted_is_shown_too(recovery, autosave, ada, three):
    autosave.note(ada, three[2].id, place_now={"message": "m5"})
    assert (await recovery.recover_last(ada, None, LAPTOP)).view.place == {"message": "m5"}


async def test_an_answer_whose_writer_is_gone_is_interrupted_and_keeps_its_text(work, recovery, ada, three, clock):
    await add_messages(
        work,
        three[2],
        1,
        status="streaming",
        lease_owner="x",
        lease_expires_at=clock.now() + timedelta(seconds=5),
    )
    view = (await recovery.recover_last(ada, None, LAPTOP)).view
    assert view.streaming is not None
    clock.advance(timedelta(seconds=6))
    view = (await recovery.recover_last(ada, None, LAPTOP)).view
    assert view.streaming is None
    assert [(each.status, each.content) for each in view.messages] == [("interrupted", "message 1")]


async def test_a_long_chat_asks_the_database_no_more_than_a_short_one(work, recovery, ada, three):
    async def statements(workspace):
        asked = []

        def count(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        event.listen(work.reader, "before_cursor_execute", count)
        view = await recovery.open(ada, workspace.id)
        event.remove(work.reader, "before_cursor_execute", count)
        return len(asked), view

    await add_messages(work, three[0], 10)
    await add_messages(work, three[1], 10_000)
    few, short = await statements(three[0])
    many, long = await statements(three[1])
    assert many == few
    assert (len(short.messages), len(long.messages)) == (10, 50)


async def test_mission_hops_and_steps_come_in_order(work, recovery, ada, three, clock):
    now = clock.now()
    mission = Mission(
        workspace_id=three[2].id,
        user_id=ada.user_id,
        name="m",
        status="in_progress",
        created_at=now,
        updated_at=now,
        status_changed_at=now,
    )
    hops = [
        Hop(
            mission_id=mission.id,
            user_id=ada.user_id,
            sequence=n,
            name=f"hop {n}",
            status="executing",
            created_at=now,
            updated_at=now,
        )
        for n in (2, 1)
    ]
    steps = [
        ToolStep(
            hop_id=hops[1].id,
            mission_id=mission.id,
            user_id=ada.user_id,
            tool_id="chart",
            sequence=n,
            name=f"step {n}",
            status="completed" if n == 1 else "proposed",
            created_at=now,
            updated_at=now,
        )
        for n in (2, 1)
    ]
    proposal = Proposal(workspace_id=three[2].id, user_id=ada.user_id, content={"name": "next"}, created_at=now)

    def add(tx):
        tx.add(mission)
        tx.flush()
        tx.add_all(hops)
        tx.flush()
        tx.add_all([*steps, proposal])
        row = tx.get(UserSession, three[2].id)
        row.mission_id, row.mission_status = mission.id, mission.status

    await work.write(add)
    view = await recovery.open(ada, three[2].id)
    assert [hop.name for hop in view.mission.hops] == ["hop 1", "hop 2"]
    assert [step.name for step in view.mission.hops[0].steps] == ["step 1", "step 2"]
    assert (view.mission.steps_done, view.mission.steps_total) == (1, 2)
    assert (view.row.state, view.proposal.name) == ("running", "next")


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM chats",
        "UPDATE user_sessions SET mission_id = '00000000-0000-7000-8000-000000000000'",
        "UPDATE user_sessions SET place = '{broken'",
        "UPDATE chat_messages SET message_metadata = '[1'",
        "UPDATE user_sessions SET session_metadata = 'v1.deadbeef.AAAA'",
        "UPDATE user_sessions SET session_metadata = 'garbage'",
    ],
)
async def test_damage_in_one_part_leaves_the_rest_readable(work, recovery, ada, three, damage):
    await add_messages(work, three[2], 3)

    def apply(tx):
        tx.execute(text("PRAGMA defer_foreign_keys=ON"))
        tx.execute(text(damage))

    if damage.startswith("DELETE"):
        # Rows that went with the chat's would be gone by rule; what is tested is a chat row that got lost.
        import sqlite3

        work.close()
        with sqlite3.connect(work.url.removeprefix("sqlite:///")) as stray:
            stray.execute(damage)
        reopened = UnitOfWork(work.url, recovery._work._bus)
        view = await Recovery(work=reopened, clock=recovery._clock, cipher=recovery._seal._cipher).open(
            ada, three[2].id
        )
        reopened.close()
    else:
        await work.write(apply)
        view = await recovery.open(ada, three[2].id)
    assert [each.sequence for each in view.messages] == [1, 2, 3]
    assert view.row.name == "third"


async def test_while_away_lines_tell_what_this_device_has_not_shown(work, recovery, autosave, ada, three, clock):
    await autosave.save(ada, three[2].id, place_now={"message": "m1"})
    assert (await recovery.open(ada, three[2].id, LAPTOP)).away == ()

    def happen(tx):
        record_event(tx, three[2].id, "message.settled", {"message_id": "m2", "status": "complete"}, clock.now())
        record_event(tx, three[2].id, "mission.changed", {"mission_id": "x", "status": "failed"}, clock.now())

    await work.write(happen)
    away = (await recovery.open(ada, three[2].id, LAPTOP)).away
    assert [(line.text, line.target) for line in away] == [("The mission failed", "x"), ("An answer arrived", "m2")]
    # A device that never showed it counts from what the person last saw anywhere.
    assert (await recovery.open(ada, three[2].id, PHONE)).away == away
    await autosave.save(ada, three[2].id, place_now={"message": "m2"})
    assert (await recovery.open(ada, three[2].id, LAPTOP)).away == ()


async def test_another_person_s_workspace_does_not_open(recovery, bob, three):
    with pytest.raises(NotFound):
        await recovery.open(bob, three[0].id)
