"""The client and the API understand each other."""

from __future__ import annotations

import asyncio

import pytest

from jambot.client import Conflict, Delta, JamBot, NotFound, NotSignedIn, Refused, Settled, Started
from jambot.ids import new_id
from tests.auth.conftest import ADA, PASSWORD, House

CSV = b"Date,Revenue\n2025-01-01,10\n2025-02-01,20\n"


async def settled(jambot: JamBot, message_id: str):
    async with asyncio.timeout(10):
        while (message := await jambot.get_message(message_id)).status == "streaming":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return message


async def test_signing_in_says_who_one_is(jambot):
    me = await jambot.me()
    assert (me.email, me.role) == (ADA, "user")


async def test_a_wrong_password_is_told_as_such(jambot):
    with pytest.raises(NotSignedIn) as refused:
        await jambot.sign_in(ADA, "not the password at all")
    assert refused.value.code == "invalid_credentials"
    assert refused.value.request_id


async def test_a_short_lived_token_is_renewed_by_itself(jambot, house: House):
    house.wait(minutes=11)
    assert (await jambot.me()).email == ADA


async def test_after_signing_out_nothing_can_be_read(jambot):
    await jambot.sign_out()
    with pytest.raises(NotSignedIn):
        await jambot.me()


async def test_a_session_is_made_read_changed_and_listed(jambot):
    made = await jambot.create_session("Invoices", description="of 2025", session_metadata={"a": 1})
    session_id = made.user_session.id
    changed = await jambot.update_session(session_id, name="Invoices 2025")
    assert changed.name == "Invoices 2025"
    found = await jambot.get_session(session_id)
    assert (found.user_session.name, found.user_session.description) == ("Invoices 2025", "of 2025")
    assert [row.id for row in (await jambot.list_sessions()).sessions] == [session_id]
    assert (await jambot.list_sessions(query="invoi")).sessions[0].id == session_id
    assert (await jambot.list_sessions(status="archived")).sessions == ()


async def test_an_older_version_does_not_win(jambot):
    session = (await jambot.create_session("One")).user_session
    await jambot.update_session(session.id, name="Two", version=session.version)
    with pytest.raises(Conflict):
        await jambot.update_session(session.id, name="Three", version=session.version)


async def test_initializing_goes_on_in_the_active_session_and_makes_one_only_when_there_is_none(jambot):
    assert await jambot.get_active_session() is None
    made = await jambot.initialize_session("First")
    again = await jambot.initialize_session("Second")
    assert again.user_session.id == made.user_session.id
    assert (await jambot.list_sessions()).total == 1


async def test_autosave_merges_and_is_no_activity(jambot, house: House):
    session = (await jambot.create_session("One", session_metadata={"a": 1, "b": 1})).user_session
    house.wait(minutes=5)
    saved = await jambot.auto_save_session(session.id, {"b": 2})
    assert saved.session_metadata == {"a": 1, "b": 2}
    assert saved.last_activity_at == session.last_activity_at
    assert (await jambot.update_session_activity(session.id)).last_activity_at > session.last_activity_at


async def test_a_completed_session_is_listed_as_such(jambot):
    session = (await jambot.create_session("One")).user_session
    assert (await jambot.complete_session(session.id)).status == "completed"
    assert await jambot.get_active_session() is None


async def test_linking_a_mission_that_is_not_there_is_refused(jambot):
    session = (await jambot.create_session("One")).user_session
    with pytest.raises(Refused) as refused:
        await jambot.link_mission(session.id, new_id())
    assert refused.value.status == 400


async def test_a_session_goes_to_the_trash_and_comes_back(jambot):
    session = (await jambot.create_session("One")).user_session
    await jambot.delete_session(session.id)
    assert (await jambot.list_sessions()).sessions == ()
    await jambot.restore_session(session.id)
    assert len((await jambot.list_sessions()).sessions) == 1


async def test_a_draft_is_saved_over_the_one_it_was_typed_over(jambot):
    session = (await jambot.create_session("One")).user_session
    revision = await jambot.save_draft(session.id, "half a", caret=6)
    with pytest.raises(Conflict) as stale:
        await jambot.save_draft(session.id, "other", base_revision=revision + 5)
    assert stale.value.extra["current"]["text"] == "half a"
    assert (await jambot.get_draft(session.id)).text == "half a"


async def test_what_is_not_there_is_not_found(jambot):
    for attempt in (
        jambot.get_session(new_id()),
        jambot.get_asset("../x"),
        jambot.get_messages(new_id()),
        jambot.get_mission(new_id()),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_message_is_sent_answered_and_edited(jambot, model):
    started = await jambot.send(None, "Hello")
    assert isinstance(started, Started)
    model.say("Good day.")
    model.end()
    assert (await settled(jambot, started.answer_id)).content == "Good day."
    page = await jambot.get_messages(started.chat_id)
    assert [message.role for message in page.messages] == ["user", "assistant"]
    assert (await jambot.edit_message(started.message_id, "Hello!")).content == "Hello!"
    again = await jambot.retry(started.answer_id)
    await jambot.stop(started.workspace_id)
    assert (await settled(jambot, again.answer_id)).status == "interrupted"
    await jambot.continue_answer(again.answer_id)
    model.end()
    assert (await settled(jambot, again.answer_id)).status == "complete"


async def test_an_answer_is_heard_as_it_is_said(jambot, model):
    session = await jambot.create_session("One")
    model.say("Good ", "day.")
    model.end()
    events = [event async for event in jambot.stream(session.chat.id, "Hello")]
    assert isinstance(events[0], Started)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "Good day."
    assert isinstance(events[-1], Settled)
    assert events[-1].message.content == "Good day."


async def test_files_go_up_and_come_down(jambot, tmp_path):
    session = (await jambot.create_session("One")).user_session
    path = tmp_path / "sales.csv"
    path.write_bytes(CSV)
    asset = await jambot.upload(session.id, "sales.csv", path)
    assert asset.metadata["profile"]["row_count"] == 2
    assert await jambot.download(asset.id) == CSV
    assert (await jambot.list_assets(session.id)).assets == (asset,)
    await jambot.delete_asset(asset.id)
    assert (await jambot.list_assets()).assets == ()


async def test_there_are_tools_and_no_missions_yet(jambot):
    session = (await jambot.create_session("One")).user_session
    assert "query_table" in {tool.id for tool in await jambot.list_tools()}
    missions = await jambot.get_missions(session.id)
    assert (missions.mission, missions.proposal, missions.missions) == (None, None, ())


async def test_another_person_has_nothing_of_this(jambot, network, sleeps, house: House):
    session = (await jambot.create_session("Mine")).user_session
    await house.user("eve@example.org")
    async with JamBot("http://localhost:3000", transport=network, sleep=sleeps) as eve:
        await eve.sign_in("eve@example.org", PASSWORD)
        with pytest.raises(NotFound):
            await eve.get_session(session.id)
        assert (await eve.list_sessions()).sessions == ()
