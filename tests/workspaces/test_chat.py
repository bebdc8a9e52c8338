"""Messages are stored once, in one order, and read in windows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from jambot.access import Principal
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.db.models import ChatMessage, MessageRole, MessageStatus, UserSession
from jambot.db.models.search import SearchDocument
from jambot.errors import InvalidInput, NotFound, TooLarge, WrongState
from jambot.events import LocalBus, listening
from jambot.events.types import MessageAdded, MessageChanged
from jambot.ids import new_id
from jambot.workspaces import conversation
from jambot.workspaces.chat import ChatService
from tests.people import person, workspace_of


@pytest.fixture
async def me(work: UnitOfWork, clock: ManualClock) -> Principal:
    return await person(work, clock)


@pytest.fixture
async def workspace(work: UnitOfWork, clock: ManualClock, me: Principal) -> UserSession:
    return await workspace_of(work, clock, me)


@pytest.fixture
def chats(work: UnitOfWork, clock: ManualClock) -> ChatService:
    return ChatService(work=work, clock=clock)


async def row_of(work: UnitOfWork, workspace: UserSession) -> UserSession:
    return await work.read(
        lambda session: session.exec(select(UserSession).where(UserSession.id == workspace.id)).one()
    )


async def test_messages_sent_at_once_get_numbers_without_gaps_or_doubles(chats, me, workspace) -> None:
    await asyncio.gather(*(chats.store(me, workspace.chat_id, f"message {n}") for n in range(40)))
    window = await chats.window(me, workspace.id)
    assert [message.sequence for message in window.messages] == list(range(1, 41))


async def test_a_message_that_fails_leaves_no_gap(chats, me, workspace, work, clock) -> None:
    def failing(tx) -> None:
        found = tx.get(UserSession, workspace.id)
        conversation.append(tx, found, role=MessageRole.USER, content="never", now=clock.now())
        raise InvalidInput

    with pytest.raises(InvalidInput):
        await work.write(failing)
    assert (await chats.store(me, workspace.chat_id, "first")).sequence == 1


async def test_the_same_client_id_is_the_same_message(chats, me, workspace) -> None:
    sent = await asyncio.gather(*(chats.store(me, workspace.chat_id, "hello", client_id="c-1") for _ in range(10)))
    assert len({message.id for message in sent}) == 1
    assert len((await chats.window(me, workspace.id)).messages) == 1


async def test_a_long_chat_is_read_in_windows_that_meet(chats, me, workspace) -> None:
    for n in range(1, 131):
        await chats.store(me, workspace.chat_id, f"message {n}")
    last = await chats.window(me, workspace.id)
    middle = await chats.window(me, workspace.id, before=last.next_before)
    first = await chats.window_of_chat(me, workspace.chat_id, before=middle.next_before)
    together = [*first.messages, *middle.messages, *last.messages]
    assert [message.sequence for message in together] == list(range(1, 131))
    assert first.next_before is None


@pytest.mark.parametrize(("before", "limit"), [(None, 0), (None, 101), (None, -1), (0, 10), (-5, 10)])
async def test_a_window_of_another_size_is_refused(chats, me, workspace, before, limit) -> None:
    with pytest.raises(InvalidInput):
        await chats.window(me, workspace.id, before=before, limit=limit)


async def test_other_peoples_malformed_and_missing_ids_look_alike(chats, me, workspace, work, clock) -> None:
    eve = await person(work, clock, "eve")
    mine = await chats.store(me, workspace.chat_id, "mine")
    answers = []
    for attempt in (
        lambda: chats.window(eve, workspace.id),
        lambda: chats.window(eve, new_id()),
        lambda: chats.window(eve, "' OR 1=1"),
        lambda: chats.store(eve, workspace.chat_id, "hello"),
        lambda: chats.store(eve, "../", "hello"),
        lambda: chats.edit(eve, mine.id, "changed"),
        lambda: chats.message(eve, mine.id),
        lambda: chats.message(me, mine.id.upper()),
    ):
        with pytest.raises(NotFound) as refused:
            await attempt()
        answers.append(str(refused.value))
    assert len(set(answers)) == 1
    assert (await chats.message(me, mine.id)).content == "mine"


@pytest.mark.parametrize(("content", "error"), [("  ", InvalidInput), ("x" * 100_001, TooLarge)])
async def test_a_message_that_may_not_be_is_not_stored(chats, me, workspace, content, error) -> None:
    with pytest.raises(error):
        await chats.store(me, workspace.chat_id, content)
    assert (await chats.window(me, workspace.id)).messages == ()


async def test_half_an_emoji_and_nul_are_shown_as_replacements(chats, me, workspace) -> None:
    stored = await chats.store(me, workspace.chat_id, "a\ud83db\x00c")
    assert (await chats.message(me, stored.id)).content == "a�b�c"


async def test_the_history_knows_of_a_message_in_the_same_commit(chats, me, workspace, work, clock) -> None:
    clock.advance(timedelta(hours=1))
    await chats.store(me, workspace.chat_id, "Show revenue\nby month")
    row = await row_of(work, workspace)
    assert (row.name, row.preview, row.message_count) == ("Show revenue", "Show revenue by month", 1)
    assert row.last_activity_at == clock.now()


async def test_only_the_first_message_names_a_workspace(chats, me, workspace, work) -> None:
    await chats.store(me, workspace.chat_id, "First words")
    await chats.store(me, workspace.chat_id, "Other words")
    assert (await row_of(work, workspace)).name == "First words"


async def test_a_name_given_by_a_person_stays(chats, me, work, clock) -> None:
    named = await workspace_of(work, clock, me, "Invoices")
    await chats.store(me, named.chat_id, "First words")
    assert (await row_of(work, named)).name == "Invoices"


async def test_a_message_makes_an_archived_workspace_active_again(chats, me, workspace, work) -> None:
    def archive(tx) -> None:
        row = tx.get(UserSession, workspace.id)
        row.status = "archived"
        tx.add(row)

    await work.write(archive)
    await chats.window(me, workspace.id)
    assert (await row_of(work, workspace)).status == "archived"
    await chats.store(me, workspace.chat_id, "back")
    assert (await row_of(work, workspace)).status == "active"


async def test_a_workspace_in_the_trash_can_be_read_but_not_written(chats, me, workspace, work, clock) -> None:
    await chats.store(me, workspace.chat_id, "before")

    def trash(tx) -> None:
        row = tx.get(UserSession, workspace.id)
        row.deleted_at = clock.now()
        tx.add(row)

    await work.write(trash)
    with pytest.raises(WrongState):
        await chats.store(me, workspace.chat_id, "after")
    assert len((await chats.window(me, workspace.id)).messages) == 1


async def test_an_own_message_can_be_edited_and_is_found_under_its_new_text(chats, me, workspace, work, bus) -> None:
    message = await chats.store(me, workspace.chat_id, "old words")
    async with listening(bus, f"workspace:{workspace.id}") as heard:
        edited = await chats.edit(me, message.id, "new words")
        assert MessageChanged in {type(event) for event in heard.take_waiting()}
    assert (edited.content, edited.sequence) == ("new words", 1)
    assert "edited_at" in edited.metadata
    bodies = await work.read(
        lambda session: session.exec(select(SearchDocument.body).where(SearchDocument.entity_id == message.id)).all()
    )
    assert bodies == ["new words"]


async def test_the_assistants_words_cannot_be_edited(chats, me, workspace, work, clock) -> None:
    def answer(tx) -> ChatMessage:
        return conversation.append(
            tx, tx.get(UserSession, workspace.id), role=MessageRole.ASSISTANT, content="said", now=clock.now()
        )

    with pytest.raises(WrongState):
        await chats.edit(me, (await work.write(answer)).id, "not said")


async def test_followers_hear_of_a_message_after_its_commit(chats, me, workspace, bus: LocalBus) -> None:
    async with listening(bus, f"workspace:{workspace.id}") as heard:
        message = await chats.store(me, workspace.chat_id, "hello")
        added = [event for event in heard.take_waiting() if isinstance(event, MessageAdded)]
    assert [(event.message_id, event.sequence) for event in added] == [(message.id, 1)]


async def test_whoever_reads_an_answer_whose_writer_is_gone_settles_it_with_its_text(
    chats, me, workspace, work, clock
) -> None:
    def begin(tx) -> ChatMessage:
        return conversation.append(
            tx,
            tx.get(UserSession, workspace.id),
            role=MessageRole.ASSISTANT,
            content="as far as it",
            status=MessageStatus.STREAMING,
            lease_owner="gone",
            lease_expires_at=clock.now() + timedelta(seconds=6),
            now=clock.now(),
        )

    answer = await work.write(begin)
    assert (await chats.window(me, workspace.id)).messages[-1].status == "streaming"
    clock.advance(timedelta(seconds=7))
    assert (await chats.window(me, workspace.id)).messages[-1].status == "interrupted"
    settled = await chats.message(me, answer.id)
    assert (settled.status, settled.content) == ("interrupted", "as far as it")


async def test_an_answer_that_stopped_half_way_is_left_as_it_is_when_its_reader_says_so(
    chats, me, workspace, work, clock, bus
) -> None:
    def half(tx, status: MessageStatus) -> ChatMessage:
        found = tx.get(UserSession, workspace.id)
        return conversation.append(
            tx, found, role=MessageRole.ASSISTANT, content="Half", status=status, now=clock.now()
        )

    whole = await work.write(lambda tx: half(tx, MessageStatus.COMPLETE))
    with pytest.raises(WrongState):
        await chats.keep(me, whole.id)
    cut = await work.write(lambda tx: half(tx, MessageStatus.INTERRUPTED))
    async with listening(bus, f"workspace:{workspace.id}") as heard:
        kept = await chats.keep(me, cut.id)
        assert isinstance(await heard.next(), MessageChanged)
    assert (kept.content, kept.status, kept.metadata) == ("Half", "interrupted", {"kept": True})
    assert await chats.keep(me, cut.id) == kept
    with pytest.raises(NotFound):
        await chats.keep(await person(work, clock, "bob"), cut.id)
