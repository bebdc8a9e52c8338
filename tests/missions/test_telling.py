from __future__ import annotations

from sqlmodel import Session, select

from jambot.clock import SystemClock
from jambot.db.models import ChatMessage, UserSession
from tests.missions.conftest import Place, note


async def _said(place: Place) -> list[ChatMessage]:
    def read(session: Session) -> list[ChatMessage]:
        query = select(ChatMessage).where(ChatMessage.workspace_id == place.workspace_id)
        return list(session.exec(query.order_by("sequence")).all())

    return await place.work.read(read)


async def test_a_finished_mission_says_so_in_the_chat(running: Place):
    panel = await running.accepted(note("one"), note("two", reads="one"))
    await running.until(panel.id, "completed")
    (message,) = await _said(running)
    assert (message.role, message.status, message.content) == ("assistant", "complete", "**Work** is done.")
    about = message.message_metadata
    assert (about["mission_id"], about["activity_summary"]) == (panel.id, "2 steps")
    assert about["activity"] == [{"label": "one"}, {"label": "two"}]


async def test_a_mission_that_cannot_go_on_says_where_and_why(running: Place):
    fault = running.folder / "fault"
    fault.touch()
    panel = await running.accepted(note("one", broken_while=str(fault)))
    await running.until(panel.id, "paused")
    (message,) = await _said(running)
    assert "“one”: It does not work yet." in message.content


async def test_a_workspace_in_the_trash_is_told_nothing_and_its_mission_still_ends(place: Place):
    panel = await place.accepted(note("one"))

    def throw_away(tx) -> None:
        tx.get_one(UserSession, place.workspace_id).deleted_at = SystemClock().now()

    await place.work.write(throw_away)
    await place.runner.start()
    await place.until(panel.id, "completed")
    await place.runner.stop()
    assert await _said(place) == []
