"""Which workspace the start page goes on with, and what it says of it."""

from datetime import UTC, datetime, timedelta

import pytest

from jambot.clock import iso
from jambot.ids import MissionId
from jambot.missions.view import DoneMission
from jambot.web.start_items import continue_note, first_to_continue, starter_item
from jambot.web.view_models import SessionItem

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
EARLIER = iso(NOW - timedelta(minutes=8))


def rows(*states: str) -> list[SessionItem]:
    return [SessionItem(id=f"{place} {state}", state=state) for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "first"),
    [
        ((), ""),
        (("idle", "idle"), "0 idle"),
        (("idle", "running", "waiting"), "2 waiting"),
        (("done", "running"), "1 running"),
        (("idle", "failed", "interrupted"), "2 interrupted"),
        (("running", "paused"), "1 paused"),
    ],
)
def test_what_waits_for_the_person_comes_first(states, first):
    assert first_to_continue(rows(*states)).id == first


def test_nobody_is_sent_to_the_demo_uninvited():
    demo = SessionItem(id="demo", state="waiting", is_demo=True)
    assert first_to_continue([SessionItem(id="own"), demo]).id == "own"


@pytest.mark.parametrize(
    ("row", "note"),
    [
        (SessionItem(at=EARLIER), "8 min ago"),
        (SessionItem(at=EARLIER, preview="Store revenue fell"), "Store revenue fell · 8 min ago"),
        (
            SessionItem(at=EARLIER, mission="Step 5 of 7", word="Waiting for you", device="Safari on iPhone"),
            "Step 5 of 7 waiting for you · You on Safari on iPhone, 8 min ago",
        ),
    ],
)
def test_the_card_says_where_it_stands_and_where_it_was_worked_in(row, note):
    assert continue_note(row, NOW) == note


def test_a_question_asked_before_stands_with_its_workspace_unless_that_is_called_the_same():
    mission = DoneMission(
        id=MissionId("m"), workspace_id="w", workspace="Orders", goal="Show it", asked="Chart it", at=EARLIER
    )
    assert (starter_item(mission, NOW).text, starter_item(mission, NOW).workspace) == ("Chart it", "Orders")
