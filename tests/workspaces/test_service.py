import asyncio

import pytest
from sqlmodel import select

from jambot.db.models import Chat, Mission, Quarantined, StatusChange, UserSession, WorkspaceEvent
from jambot.errors import BadRequest, InvalidInput, MetadataTooLarge, NotFound, StaleVersion, WrongState
from jambot.events import listening
from jambot.events.types import user_topic
from jambot.ids import new_id
from jambot.workspaces.facts import MetadataUnreadable
from jambot.workspaces.service import WorkspaceService
from jambot.workspaces.story import record_event
from tests.workspaces.conftest import new_person


async def all_rows(work, model):
    return await work.read(lambda session: list(session.exec(select(model)).all()))


async def test_a_workspace_and_its_chat_are_made_in_one_commit(work, workspaces, ada):
    made = await workspaces.create_user_session(ada, name="Invoices")
    (chat,) = await all_rows(work, Chat)
    assert (chat.id, chat.workspace_id) == (made.row.chat_id, made.row.id)
    assert (made.row.status, made.row.title_source) == ("active", "user")


async def test_the_same_key_is_the_same_workspace_however_often_and_however_parallel(any_work, clock, cipher):
    ada = await new_person(any_work, clock, "ada")
    workspaces = WorkspaceService(work=any_work, clock=clock, cipher=cipher)
    made = await asyncio.gather(*(workspaces.create_user_session(ada, name="One", key="k1") for _ in range(10)))
    assert len({each.row.id for each in made}) == 1
    assert len(await all_rows(any_work, UserSession)) == len(await all_rows(any_work, Chat)) == 1


async def test_a_key_belongs_to_its_owner(workspaces, ada, bob):
    mine = await workspaces.create_user_session(ada, key="k1")
    theirs = await workspaces.create_user_session(bob, key="k1")
    assert mine.row.id != theirs.row.id


@pytest.mark.parametrize("wanted", ["other", "missing", "malformed", "upper", "", "../../etc"])
async def test_whatever_is_not_yours_looks_missing(workspaces, ada, bob, wanted):
    made = await workspaces.create_user_session(bob, name="Secret")
    asked = {"other": made.row.id, "missing": new_id(), "malformed": "1", "upper": made.row.id.upper()}
    for use_case in (
        workspaces.get,
        workspaces.archive,
        workspaces.complete,
        workspaces.update_session_activity,
        workspaces.reset_metadata,
        workspaces.pin,
    ):
        with pytest.raises(NotFound) as caught:
            await use_case(ada, asked.get(wanted, wanted))
        assert caught.value.detail == NotFound().detail


async def test_every_change_is_announced_and_every_status_recorded(work, bus, workspaces, ada):
    async with listening(bus, user_topic(ada.user_id)) as heard:
        made = await workspaces.create_user_session(ada)
        await workspaces.rename(ada, made.row.id, "Taxes")
        await workspaces.complete(ada, made.row.id)
        await workspaces.update_session_activity(ada, made.row.id)
        assert [event.change for event in heard.take_waiting()] == ["created", "renamed", "status", "status"]
    changes = [(each.from_status, each.to_status) for each in await all_rows(work, StatusChange)]
    assert changes == [("", "active"), ("active", "completed"), ("completed", "active")]


async def test_reading_changes_nothing(work, workspaces, ada, clock):
    made = await workspaces.create_user_session(ada)
    await workspaces.archive(ada, made.row.id)
    before = (await all_rows(work, UserSession))[0].model_dump()
    await workspaces.get(ada, made.row.id)
    assert (await all_rows(work, UserSession))[0].model_dump() == before


async def test_the_first_change_makes_a_workspace_active_and_newest_again(workspaces, ada, clock):
    from datetime import timedelta

    old = await workspaces.create_user_session(ada, name="old")
    clock.advance(timedelta(hours=1))
    await workspaces.create_user_session(ada, name="new")
    await workspaces.archive(ada, old.row.id)
    clock.advance(timedelta(hours=1))
    await workspaces.update_session_activity(ada, old.row.id)
    active = await workspaces.get_active_session(ada)
    assert active is not None
    assert (active.row.id, active.row.status, active.row.last_activity_at) == (old.row.id, "active", clock.now())


async def test_no_active_workspace_is_none_and_is_not_made(work, workspaces, ada):
    assert await workspaces.get_active_session(ada) is None
    made = await workspaces.create_user_session(ada)
    await workspaces.complete(ada, made.row.id)
    assert await workspaces.get_active_session(ada) is None
    assert len(await all_rows(work, UserSession)) == 1


async def test_a_guessed_name_never_replaces_a_given_one(workspaces, ada):
    made = await workspaces.create_user_session(ada)
    await workspaces.rename(ada, made.row.id, "Guess", title_source="auto")
    assert (await workspaces.get(ada, made.row.id)).row.name == "Guess"
    await workspaces.rename(ada, made.row.id, "Mine")
    await workspaces.rename(ada, made.row.id, "Better guess", title_source="auto")
    assert (await workspaces.get(ada, made.row.id)).row.name == "Mine"


async def test_a_change_based_on_an_old_version_changes_nothing(workspaces, ada):
    made = await workspaces.create_user_session(ada, name="One")
    await workspaces.update(ada, made.row.id, name="Two", version=1)
    with pytest.raises(StaleVersion) as caught:
        await workspaces.update(ada, made.row.id, name="Three", version=1)
    assert caught.value.extra == {"version": 2}
    assert (await workspaces.get(ada, made.row.id)).row.name == "Two"


async def test_the_same_values_again_are_no_new_version(workspaces, ada):
    made = await workspaces.create_user_session(ada, name="One", session_metadata={"a": 1})
    same = await workspaces.update(ada, made.row.id, name="One", session_metadata={"a": 1})
    assert same.row.version == 1


async def test_of_two_writers_with_one_version_one_wins(any_work, clock, cipher):
    ada = await new_person(any_work, clock, "ada")
    workspaces = WorkspaceService(work=any_work, clock=clock, cipher=cipher)
    made = await workspaces.create_user_session(ada)
    for version in range(1, 6):
        tries = [workspaces.update(ada, made.row.id, name=f"{version}-{n}", version=version) for n in range(4)]
        results = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(each, StaleVersion) for each in results) == 3
    assert (await workspaces.get(ada, made.row.id)).row.version == 6


async def test_metadata_merges_or_replaces(workspaces, ada):
    made = await workspaces.create_user_session(ada, session_metadata={"a": 1, "b": {"c": 2}})
    merged = await workspaces.update(ada, made.row.id, session_metadata={"a": 3}, metadata_mode="merge")
    assert merged.metadata == {"a": 3, "b": {"c": 2}}
    replaced = await workspaces.update(ada, made.row.id, session_metadata={"d": 4})
    assert replaced.metadata == {"d": 4}


async def test_metadata_that_is_too_large_leaves_the_old_one(workspaces, ada):
    made = await workspaces.create_user_session(ada, session_metadata={"a": 1})
    deep: dict = {}
    for _ in range(9):
        deep = {"x": deep}
    for value in ({"x": "y" * 70_000}, {str(n): n for n in range(201)}, deep):
        with pytest.raises(MetadataTooLarge):
            await workspaces.update(ada, made.row.id, session_metadata=value)
    # Two halves that fit alone do not fit together.
    half = {f"k{n}": n for n in range(150)}
    await workspaces.update(ada, made.row.id, session_metadata=half)
    with pytest.raises(MetadataTooLarge):
        await workspaces.update(
            ada, made.row.id, session_metadata={f"j{n}": n for n in range(150)}, metadata_mode="merge"
        )
    assert (await workspaces.get(ada, made.row.id)).metadata == half


async def test_metadata_cannot_be_read_in_the_database(work, workspaces, ada):
    await workspaces.create_user_session(ada, session_metadata={"planted": "canary-4711"})
    (row,) = await all_rows(work, UserSession)
    assert "canary" not in row.session_metadata
    assert row.session_metadata.startswith("v1.")


async def test_unreadable_metadata_is_shown_empty_kept_and_reset_only_by_choice(work, workspaces, ada):
    made = await workspaces.create_user_session(ada, session_metadata={"a": 1})
    stored = (await all_rows(work, UserSession))[0].session_metadata
    broken = stored[:-6] + ("AAAAA=" if not stored.endswith("AAAAA=") else "BBBBB=")

    def damage(tx):
        tx.get(UserSession, made.row.id).session_metadata = broken

    await work.write(damage)
    found = await workspaces.get(ada, made.row.id)
    assert (found.metadata, found.metadata_readable) == ({}, False)
    for mode in ("merge", "replace"):
        with pytest.raises(MetadataUnreadable):
            await workspaces.update(ada, made.row.id, session_metadata={"b": 1}, metadata_mode=mode)
    await workspaces.rename(ada, made.row.id, "still usable")
    assert (await all_rows(work, UserSession))[0].session_metadata == broken
    reset = await workspaces.reset_metadata(ada, made.row.id)
    assert (reset.metadata, reset.metadata_readable) == ({}, True)
    (aside,) = await all_rows(work, Quarantined)
    assert aside.content == broken


async def test_metadata_moved_to_another_workspace_does_not_open(work, workspaces, ada):
    first = await workspaces.create_user_session(ada, session_metadata={"a": 1})
    second = await workspaces.create_user_session(ada, session_metadata={"b": 1})

    def swap(tx):
        tx.get(UserSession, second.row.id).session_metadata = tx.get(UserSession, first.row.id).session_metadata

    await work.write(swap)
    assert not (await workspaces.get(ada, second.row.id)).metadata_readable


async def test_only_a_mission_of_this_workspace_can_be_linked(work, workspaces, ada, bob, clock):
    here = await workspaces.create_user_session(ada)
    elsewhere = await workspaces.create_user_session(ada)
    theirs = await workspaces.create_user_session(bob)

    def mission_in(owner, workspace):
        return Mission(
            workspace_id=workspace.row.id,
            user_id=owner.user_id,
            name="m",
            status="in_progress",
            created_at=clock.now(),
            updated_at=clock.now(),
            status_changed_at=clock.now(),
        )

    own, other, foreign = mission_in(ada, here), mission_in(ada, elsewhere), mission_in(bob, theirs)
    await work.write(lambda tx: tx.add_all([own, other, foreign]))
    for wrong in (other.id, foreign.id, new_id(), "nonsense"):
        with pytest.raises(BadRequest):
            await workspaces.link_mission_to_session(ada, here.row.id, wrong)
    linked = await workspaces.link_mission_to_session(ada, here.row.id, own.id)
    assert (linked.row.mission_id, linked.row.mission_status) == (own.id, "in_progress")


async def test_names_and_statuses_are_checked(workspaces, ada):
    made = await workspaces.create_user_session(ada)
    with pytest.raises(InvalidInput):
        await workspaces.rename(ada, made.row.id, "x" * 201)
    with pytest.raises(InvalidInput):
        await workspaces.update(ada, made.row.id, status="deleted")
    with pytest.raises(InvalidInput):
        await workspaces.update(ada, made.row.id, session_metadata={"x": float("nan")})
    named = await workspaces.rename(ada, made.row.id, "half \ud83d emoji")
    assert named.row.name == "half \ufffd emoji"


async def test_a_workspace_in_the_trash_is_not_changed(work, workspaces, ada, clock):
    made = await workspaces.create_user_session(ada)

    def delete(tx):
        tx.get(UserSession, made.row.id).deleted_at = clock.now()

    await work.write(delete)
    with pytest.raises(WrongState):
        await workspaces.rename(ada, made.row.id, "x")
    with pytest.raises(WrongState):
        await workspaces.update_session_activity(ada, made.row.id)


async def test_the_story_has_no_gaps_however_many_write_it(any_work, clock, cipher):
    ada = await new_person(any_work, clock, "ada")
    workspaces = WorkspaceService(work=any_work, clock=clock, cipher=cipher)
    made = await workspaces.create_user_session(ada)

    def one(tx):
        record_event(tx, made.row.id, "message.added", {}, clock.now())

    await asyncio.gather(*(any_work.write(one) for _ in range(30)))
    sequences = sorted(each.sequence for each in await all_rows(any_work, WorkspaceEvent))
    assert sequences == list(range(1, 32))
