"""One message of a person becomes one saved answer, whatever happens in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from jambot.assistant.turns import Turns
from jambot.db.models import UserSession
from jambot.errors import NotFound, TurnInProgress, Unavailable, WrongState
from jambot.events import listening
from jambot.events.types import MessageDelta, MessageSettled
from jambot.ids import new_id
from jambot.llm.draft import MissionDraft
from jambot.llm.replies import Clarification, ClarifyQuestion, ProposedMission
from tests.assistant.conftest import until
from tests.assistant.scripted import Scripted
from tests.people import person, workspace_of

DRAFT = MissionDraft(name="Look", goal="See", description="", success_criteria=("seen",), inputs=(), outputs=())


async def test_a_first_message_makes_its_workspace_and_is_answered(turns, model, me, chats, settled) -> None:
    started = await turns.start(me, None, "Hello there", client_id="c-1")
    model.say("Good ", "morning.")
    model.end()
    answer = await settled(started.answer_id)
    assert (answer.status, answer.content, answer.sequence) == ("complete", "Good morning.", 2)
    assert answer.metadata["model"] == "scripted"
    window = await chats.window(me, started.workspace_id)
    assert [(m.role, m.content) for m in window.messages] == [("user", "Hello there"), ("assistant", "Good morning.")]
    assert started.message_id == window.messages[0].id


async def test_a_resent_message_is_the_same_turn(turns, model, me, chats, settled) -> None:
    both = await asyncio.gather(*(turns.start(me, None, "Hello", client_id="c-1") for _ in range(8)))
    assert len(set(both)) == 1
    model.end()
    await settled(both[0].answer_id)
    assert await turns.start(me, None, "Hello", client_id="c-1") == both[0]
    assert await turns.start(me, both[0].workspace_id, "Hello", client_id="c-1") == both[0]
    assert len((await chats.window(me, both[0].workspace_id)).messages) == 2
    assert len(model.asked) == 1


async def test_a_workspace_has_one_turn_at_a_time(turns, model, me, settled) -> None:
    first = await turns.start(me, None, "One", client_id="c-1")
    with pytest.raises(TurnInProgress):
        await turns.start(me, first.workspace_id, "Two", client_id="c-2")
    model.end()
    await settled(first.answer_id)
    second = await turns.start(me, first.workspace_id, "Two", client_id="c-2")
    assert second.sequence == 3


async def test_of_many_messages_at_once_one_gets_the_turn(turns, me, work, clock, chats) -> None:
    workspace = await workspace_of(work, clock, me)
    tries = [turns.start(me, workspace.id, "Hello", client_id=f"c-{n}") for n in range(6)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, TurnInProgress) for result in results) == 5
    assert len((await chats.window(me, workspace.id)).messages) == 2


async def test_followers_hear_the_answer_in_pieces_that_fit_together(turns, model, me, bus, work, clock) -> None:
    workspace = await workspace_of(work, clock, me)
    async with listening(bus, f"workspace:{workspace.id}") as heard:
        await turns.start(me, workspace.id, "Count", client_id="c-1")
        for n in range(200):
            model.say(f"{n} ")
        model.end()
        pieces: list[MessageDelta] = []
        async with asyncio.timeout(10):
            while not isinstance(event := await heard.next(), MessageSettled):
                if isinstance(event, MessageDelta):
                    pieces.append(event)
    text = "".join(piece.text for piece in pieces)
    assert text == "".join(f"{n} " for n in range(200))
    assert [piece.offset for piece in pieces] == [len(text[: piece.offset]) for piece in pieces]
    assert len(pieces) < 20


async def test_what_is_said_is_kept_while_it_is_said_and_a_late_follower_gets_it(turns, model, me, chats) -> None:
    started = await turns.start(me, None, "Think", client_id="c-1")
    model.say("So far.")

    async def is_kept() -> bool:
        return (await chats.message(me, started.answer_id)).content == "So far."

    await until(is_kept)
    assert turns.live_text(started.answer_id) == "So far."
    model.end()


async def test_a_writer_that_lives_keeps_its_lease(turns, model, me, chats, clock, settled) -> None:
    started = await turns.start(me, None, "Think", client_id="c-1")
    model.say("one ")

    async def is_kept() -> bool:
        return (await chats.message(me, started.answer_id)).content == "one "

    await until(is_kept)
    clock.advance(timedelta(seconds=4))
    model.say("two ")

    async def is_kept_again() -> bool:
        return (await chats.message(me, started.answer_id)).content == "one two "

    await until(is_kept_again)
    clock.advance(timedelta(seconds=4))
    assert (await chats.message(me, started.answer_id)).status == "streaming"
    model.end()
    assert (await settled(started.answer_id)).status == "complete"


async def test_stopping_keeps_what_was_said(turns, model, me, chats) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("As far as ")

    async def is_heard() -> bool:
        return turns.live_text(started.answer_id) == "As far as "

    await until(is_heard)
    await turns.stop(me, started.workspace_id)
    answer = await chats.message(me, started.answer_id)
    assert (answer.status, answer.content, answer.metadata["ended"]) == ("interrupted", "As far as ", "stopped")
    assert model.closed == 1
    await turns.stop(me, started.workspace_id)


async def test_an_answer_written_by_another_process_can_be_stopped_too(
    turns, model, me, chats, work, bus, clock
) -> None:
    elsewhere = Turns(work=work, bus=bus, clock=clock, reply=model)
    started = await elsewhere.start(me, None, "Talk", client_id="c-1")
    model.say("text")
    await turns.stop(me, started.workspace_id)
    assert (await chats.message(me, started.answer_id)).status == "interrupted"

    async def has_noticed() -> bool:
        return elsewhere.live_text(started.answer_id) is None

    await until(has_noticed)
    assert (await chats.message(me, started.answer_id)).metadata == {"ended": "stopped"}
    await elsewhere.aclose()


async def test_a_model_that_fails_leaves_a_failed_answer_with_its_text(turns, model, me, settled) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("Half of ")
    model.fail(RuntimeError("secret internals"))
    answer = await settled(started.answer_id)
    assert (answer.status, answer.content) == ("failed", "Half of ")
    assert answer.error_message
    assert "secret" not in answer.error_message


async def test_a_failed_answer_can_be_written_again_in_its_place(turns, model, me, chats, settled) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("Bad")
    model.fail(Unavailable("The model is away."))
    assert (await settled(started.answer_id)).error_message == "The model is away."
    again = await turns.retry(me, started.answer_id)
    assert again == started
    model.say("Good")
    model.end()
    answer = await settled(started.answer_id)
    assert (answer.status, answer.content, answer.error_message) == ("complete", "Good", "")
    assert len((await chats.window(me, started.workspace_id)).messages) == 2
    assert [message.content for message in model.asked[1][0]] == ["Talk"]


async def test_an_answer_goes_on_where_it_was_stopped(turns, model, me, settled) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("One, ")
    model.fail(Unavailable())
    await settled(started.answer_id)
    await turns.continue_answer(me, started.answer_id)
    model.say("two.")
    model.end()
    assert (await settled(started.answer_id)).content == "One, two."
    assert [message.content for message in model.asked[1][0]][:2] == ["Talk", "One, "]
    with pytest.raises(WrongState):
        await turns.continue_answer(me, started.answer_id)


async def test_a_model_that_repeats_itself_is_heard_from_where_it_was_stopped(
    work, bus, clock, model, me, settled
) -> None:
    turns = Turns(work=work, bus=bus, clock=clock, reply=model, is_repeatable=True)
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("One, t")
    model.fail(Unavailable())
    await settled(started.answer_id)
    await turns.continue_answer(me, started.answer_id)
    model.say("One, ", "two, ", "three.")
    model.end()
    assert (await settled(started.answer_id)).content == "One, two, three."
    await turns.aclose()


async def test_an_edited_message_is_answered_anew_and_what_followed_is_gone(turns, model, me, chats, settled) -> None:
    first = await turns.start(me, None, "One", client_id="c-1")
    model.say("first")
    model.end()
    await settled(first.answer_id)
    second = await turns.start(me, first.workspace_id, "Two", client_id="c-2")
    model.say("second")
    model.end()
    await settled(second.answer_id)
    again = await turns.edit_and_rerun(me, first.message_id, "One, better")
    model.say("third")
    model.end()
    await settled(again.answer_id)
    window = await chats.window(me, first.workspace_id)
    assert [(m.sequence, m.content) for m in window.messages] == [(1, "One, better"), (2, "third")]


async def test_only_the_last_answer_can_be_written_again(turns, model, me, settled) -> None:
    first = await turns.start(me, None, "One", client_id="c-1")
    model.end()
    await settled(first.answer_id)
    second = await turns.start(me, first.workspace_id, "Two", client_id="c-2")
    model.end()
    await settled(second.answer_id)
    for attempt in (turns.retry(me, first.answer_id), turns.retry(me, first.message_id)):
        with pytest.raises(WrongState):
            await attempt


async def test_a_message_that_was_only_stored_can_be_answered(turns, model, me, chats, work, clock, settled) -> None:
    workspace = await workspace_of(work, clock, me)
    stored = await chats.store(me, workspace.chat_id, "Well?", client_id="c-1")
    started = await turns.start(me, workspace.id, "Well?", client_id="c-1")
    model.say("Well.")
    model.end()
    assert started.message_id == stored.id
    assert (await settled(started.answer_id)).content == "Well."


async def test_an_answer_left_by_a_dead_writer_does_not_block_the_next_message(
    turns, model, me, work, bus, clock, chats, settled
) -> None:
    dead = Turns(work=work, bus=bus, clock=clock, reply=Scripted())
    left = await dead.start(me, None, "One", client_id="c-1")
    clock.advance(timedelta(seconds=10))
    following = await turns.start(me, left.workspace_id, "Two", client_id="c-2")
    assert (await chats.message(me, left.answer_id)).status == "interrupted"
    model.end()
    await settled(following.answer_id)
    await dead.aclose()
    assert (await chats.message(me, left.answer_id)).status == "interrupted"


async def test_a_process_that_is_alone_settles_at_once_what_the_one_before_it_was_writing(
    model, me, work, bus, clock, chats, settled
) -> None:
    dead = Turns(work=work, bus=bus, clock=clock, reply=Scripted())
    left = await dead.start(me, None, "One", client_id="c-1")
    clock.advance(timedelta(seconds=1))
    alone = Turns(work=work, bus=bus, clock=clock, reply=model)
    own = await alone.start(me, None, "Two", client_id="c-2")
    assert await alone.settle_left_behind() == 1
    assert (await chats.message(me, left.answer_id)).status == "interrupted"
    model.end()
    assert (await settled(own.answer_id)).status == "complete"
    await dead.aclose()
    await alone.aclose()


async def test_a_server_that_closes_settles_its_answers_with_their_text(turns, model, me, chats) -> None:
    started = await turns.start(me, None, "Talk", client_id="c-1")
    model.say("Part")

    async def is_heard() -> bool:
        return turns.live_text(started.answer_id) == "Part"

    await until(is_heard)
    await turns.aclose()
    answer = await chats.message(me, started.answer_id)
    assert (answer.status, answer.content) == ("interrupted", "Part")
    with pytest.raises(Unavailable):
        await turns.start(me, started.workspace_id, "More", client_id="c-2")


async def test_a_caller_that_goes_away_leaves_its_turn_running(turns, model, me, work, clock, chats) -> None:
    workspace = await workspace_of(work, clock, me)
    caller = asyncio.create_task(turns.start(me, workspace.id, "Hello", client_id="c-1"))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    model.say("Still here")
    model.end()

    async def is_answered() -> bool:
        messages = (await chats.window(me, workspace.id)).messages
        return len(messages) == 2 and messages[-1].content == "Still here" and messages[-1].status == "complete"

    await until(is_answered)


async def test_a_proposed_mission_is_kept_and_the_answer_names_it(turns, model, proposals, me, settled) -> None:
    started = await turns.start(me, None, "Do it", client_id="c-1")
    model.say("I propose this.", ProposedMission(draft=DRAFT))
    model.end()
    answer = await settled(started.answer_id)
    assert proposals.drafts == [(started.workspace_id, DRAFT, started.answer_id)]
    assert answer.metadata["proposal_id"]


async def test_a_proposal_that_is_refused_says_so_in_the_answer(turns, model, proposals, me, settled) -> None:
    proposals.refuses = True
    started = await turns.start(me, None, "Do it", client_id="c-1")
    model.say(ProposedMission(draft=DRAFT))
    model.end()
    answer = await settled(started.answer_id)
    assert (answer.status, answer.error_message) == ("failed", "This mission cannot be carried out.")


async def test_questions_of_the_assistant_are_part_of_its_answer(turns, model, me, settled) -> None:
    started = await turns.start(me, None, "Chart it", client_id="c-1")
    model.say("Which one?", Clarification(questions=(ClarifyQuestion(id="x", text="Which?", options=("a", "b")),)))
    model.end()
    answer = await settled(started.answer_id)
    assert answer.metadata["questions"] == [{"id": "x", "text": "Which?", "options": ["a", "b"]}]


async def test_other_people_cannot_touch_a_turn(turns, model, me, work, clock, settled) -> None:
    eve = await person(work, clock, "eve")
    started = await turns.start(me, None, "Mine", client_id="c-1")
    for attempt in (
        turns.start(eve, started.workspace_id, "Hello", client_id="c-1"),
        turns.stop(eve, started.workspace_id),
        turns.retry(eve, started.answer_id),
        turns.continue_answer(eve, started.answer_id),
        turns.edit_and_rerun(eve, started.message_id, "Yours"),
        turns.start(me, started.workspace_id + "0", "Hello", client_id="c-3"),
    ):
        with pytest.raises(NotFound):
            await attempt
    model.end()
    assert (await settled(started.answer_id)).status == "complete"
    theirs = await turns.start(eve, None, "Hello", client_id="c-1")
    assert theirs.workspace_id != started.workspace_id
    model.end()


async def test_a_message_cannot_attach_a_file_from_elsewhere(turns, me, work, clock, chats) -> None:
    workspace = await workspace_of(work, clock, me)
    with pytest.raises(NotFound):
        await turns.start(me, workspace.id, "Look", client_id="c-1", asset_ids=[new_id()])
    assert (await chats.window(me, workspace.id)).messages == ()


async def test_the_model_is_told_what_its_person_pinned_and_nothing_of_others(
    turns, model, me, work, clock, settled
) -> None:
    somebody = await person(work, clock, "eve")
    for who, name in ((me, "Third quarter"), (me, "Not pinned"), (somebody, "Of somebody else")):
        made = await workspace_of(work, clock, who, name)
        if name != "Not pinned":
            await work.write(lambda tx, made=made: setattr(tx.get(UserSession, made.id), "pinned", True))
    started = await turns.start(me, None, "Hello", client_id="c-1")
    model.end()
    await settled(started.answer_id)
    assert model.asked[0][1].pinned == ("Third quarter",)
