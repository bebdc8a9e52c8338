"""When the server is away: what may be repeated is, nothing is done twice, and messages wait in order."""

from __future__ import annotations

import pytest

from jambot.client import JamBot, Offline, Outbox, Started, TurnInProgress, Waiting
from tests.auth.conftest import ADA, PASSWORD


async def test_a_read_is_tried_again_with_growing_waits(jambot, network, sleeps):
    network.statuses = [503, 502, 500]
    assert (await jambot.me()).email == ADA
    assert sleeps.slept == [0.5, 1.0, 2.0]


async def test_a_server_that_stays_away_is_told_after_the_last_try(jambot, network, sleeps):
    network.is_down = True
    with pytest.raises(Offline):
        await jambot.me()
    assert sleeps.slept == [0.5, 1.0, 2.0, 4.0, 8.0]


async def test_what_was_refused_is_not_tried_again(jambot, network):
    before = len(network.calls)
    network.statuses = [422]
    with pytest.raises(Exception, match="422"):
        await jambot.me()
    assert len(network.calls) == before + 1


async def test_a_write_whose_answer_was_lost_is_done_once(jambot, network):
    network.answers_lost = 2
    await jambot.create_session("Only one")
    assert (await jambot.list_sessions()).total == 1


async def test_an_upload_whose_answer_was_lost_is_one_file(jambot, network):
    session = (await jambot.create_session("One")).user_session
    network.answers_lost = 1
    await jambot.upload(session.id, "a.csv", b"a,b\n1,2\n")
    assert len((await jambot.list_assets()).assets) == 1


async def test_signing_in_is_never_repeated(jambot, network, sleeps):
    network.is_down = True
    before = len(network.calls)
    with pytest.raises(Offline):
        await jambot.sign_in(ADA, PASSWORD)
    assert (len(network.calls), sleeps.slept) == (before + 1, [])


async def test_a_server_that_is_away_never_looks_like_an_empty_history(jambot, network):
    await jambot.create_session("Kept")
    network.is_down = True
    with pytest.raises(Offline):
        await jambot.initialize_session("New")
    network.is_down = False
    assert (await jambot.initialize_session("New")).user_session.name == "Kept"
    assert (await jambot.list_sessions()).total == 1


async def test_messages_wait_in_order_and_are_sent_once(jambot, network, model):
    session = await jambot.create_session("One")
    network.is_down = True
    first = await jambot.send(session.user_session.id, "One")
    network.is_down = False
    second = await jambot.send(session.user_session.id, "Two")
    assert [type(first), type(second)] == [Waiting, Waiting]
    assert [each.content for each in jambot.outbox.waiting] == ["One", "Two"]
    network.answers_lost = 1
    delivered = await jambot.flush()
    assert len(delivered) == 1
    assert [each.content for each in jambot.outbox.waiting] == ["Two"]
    await jambot.stop(session.user_session.id)
    assert len(await jambot.flush()) == 1
    assert len(jambot.outbox) == 0
    messages = (await jambot.get_messages(session.chat.id)).messages
    assert [message.content for message in messages if message.role == "user"] == ["One", "Two"]


async def test_an_answer_in_progress_is_said_at_once_when_nothing_waits(jambot, model):
    started = await jambot.send(None, "One")
    assert isinstance(started, Started)
    with pytest.raises(TurnInProgress):
        await jambot.send(started.workspace_id, "Two")
    assert len(jambot.outbox) == 0


async def test_what_waits_survives_a_restart_of_the_program(jambot, network, sleeps, tmp_path):
    network.is_down = True
    await jambot.send(None, "half an emoji is not, \U0001f600 is")
    again = Outbox(tmp_path / "outbox.json")
    assert again.waiting == jambot.outbox.waiting
    network.is_down = False
    async with JamBot(
        "http://localhost:3000", transport=network, sleep=sleeps, outbox_path=tmp_path / "outbox.json"
    ) as other:
        await other.sign_in(ADA, PASSWORD)
        assert len(await other.flush()) == 1
    assert len(Outbox(tmp_path / "outbox.json")) == 0


async def test_a_stream_that_breaks_is_joined_again_and_says_nothing_twice(jambot, network, model):
    session = await jambot.create_session("One")
    model.say("Good ", "day.")
    model.end()
    network.answers_lost = 2
    events = [event async for event in jambot.stream(session.chat.id, "Hello")]
    assert "".join(event.text for event in events if hasattr(event, "text")) == "Good day."
    assert len(model.asked) == 1
