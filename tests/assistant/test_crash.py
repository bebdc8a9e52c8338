"""kill -9 around a send: what was acknowledged is there once, and sending again makes nothing double."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from jambot.assistant.turns import Turns
from jambot.db.models import ChatMessage, UserSession, WorkspaceEvent
from tests import forked
from tests.assistant import killable
from tests.assistant.killable import TEXT
from tests.assistant.scripted import Scripted

ACKNOWLEDGED = {
    "answer.before_checkpoint",
    "answer.after_checkpoint",
    "answer.before_settle",
    "answer.before_commit",
    "answer.after_settle",
}
POINTS = (
    "msg.before_insert",
    "msg.after_insert",
    "msg.before_commit",
    "msg.after_commit",
    "msg.before_ack",
    *sorted(ACKNOWLEDGED),
)


@pytest.mark.parametrize("point", POINTS)
async def test_a_send_survives_a_crash(point, sqlite_url, work, bus, clock, me, chats, tmp_path) -> None:
    status, said = await crash_at(point, sqlite_url, me.user_id, tmp_path / "said.txt")
    assert status == -signal.SIGKILL
    assert ("ACK" in said) is (point in ACKNOWLEDGED)
    assert "SETTLED" not in said

    # The lease of a writer that died is over soon after.
    clock.advance(timedelta(days=3650))
    questions, answers = await messages_of(work, me)
    if "ACK" in said:
        assert (len(questions), len(answers)) == (1, 1)
    model = Scripted()
    turns = Turns(work=work, bus=bus, clock=clock, reply=model)
    started = await turns.start(me, None, TEXT, client_id="c-1")
    if questions:
        answer = await chats.message(me, started.answer_id)
        assert (answer.content, answer.status) == {
            "answer.after_checkpoint": ("A beginning, ", "interrupted"),
            "answer.before_settle": ("A beginning, ", "interrupted"),
            "answer.before_commit": ("A beginning, ", "interrupted"),
            "answer.after_settle": ("A beginning, an end.", "complete"),
        }.get(point, ("", "interrupted"))
        await turns.retry(me, started.answer_id)
    model.say("Here it is.")
    model.end()
    async with asyncio.timeout(20):
        while (answer := await chats.message(me, started.answer_id)).status == "streaming":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await turns.aclose()
    assert (answer.status, answer.content) == ("complete", "Here it is.")

    questions, answers = await messages_of(work, me)
    assert ([q.content for q in questions], [q.sequence for q in questions]) == ([TEXT], [1])
    assert [a.sequence for a in answers] == [2]
    assert await work.read(lambda s: s.exec(select(UserSession.message_count)).all()) == [2]
    assert await work.read(lambda s: s.exec(text("PRAGMA integrity_check")).scalar()) == "ok"  # type: ignore[call-overload]
    assert await work.read(lambda s: s.exec(text("PRAGMA foreign_key_check")).all()) == []  # type: ignore[call-overload]
    story = await work.read(lambda s: s.exec(select(WorkspaceEvent.sequence)).all())
    assert sorted(story) == list(range(1, len(story) + 1))


async def crash_at(point: str, url: str, user_id: str, output: Path) -> tuple[int, str]:
    """Send in a process of its own that dies at `point`; its exit status and what it said."""
    process = forked.start(
        killable.main, url, user_id, "c-1", output=output, environment={"JAMBOT_TEST_FAILPOINT": point}
    )
    return await asyncio.to_thread(forked.ended, process), await asyncio.to_thread(output.read_text)


async def messages_of(work, me) -> tuple[list[ChatMessage], list[ChatMessage]]:
    """A person's questions and the answers to them."""
    found = await work.read(lambda s: s.exec(select(ChatMessage).where(ChatMessage.user_id == me.user_id)).all())
    return [m for m in found if m.role == "user"], [m for m in found if m.role == "assistant"]
