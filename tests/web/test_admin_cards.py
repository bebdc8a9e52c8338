"""The figures of the dashboard: each that is sampled is shown by itself, with its course and its change."""

from __future__ import annotations

from datetime import UTC, datetime

from jambot.admin.dashboard import Course, Now, Point
from jambot.admin.figures import Figures
from jambot.web.admin_cards import cards, details

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOW = Now(
    active=5,
    idle=40,
    expiring=7,
    expired=3,
    by_kind={"login": 55},
    online=4,
    people=20,
    missions_running=0,
    counted_at=AT,
)
SAMPLED = Figures(
    n=1,
    gauges={"active": 6, "idle": 41, "expiring": 8, "expired": 2, "online": 3},
    counts={
        "sessions.created": 11,
        "sessions.deleted": 1,
        "sessions.expired": 12,
        "sessions.evicted": 13,
        "sessions.cleaned": 14,
        "recoveries": 15,
        "errors": 16,
    },
)
BEFORE = Figures(
    n=1,
    gauges={"idle": 30, "expiring": 7, "expired": 4},
    counts={"sessions.expired": 10, "sessions.evicted": 13, "sessions.cleaned": 20},
)


def course(before: Figures = BEFORE) -> Course:
    return Course(points=[Point(at=AT, figures=SAMPLED)], whole=SAMPLED, before=before)


def test_each_state_and_each_way_to_end_is_a_figure_of_its_own():
    shown = {each.label: each.value for each in [*cards(NOW, course()), *details(NOW, course())]}
    assert (
        shown.items()
        >= {
            "Active now": "5",
            "Idle": "40",
            "Expiring": "7",
            "Ended, still kept": "3",
            "People online": "4",
            "Created": "11",
            "Ended": "26",
            "Expired": "12",
            "Evicted": "13",
            "Cleaned": "14",
            "Recoveries": "15",
            "Errors": "16",
        }.items()
    )


def test_each_has_its_course_from_the_samples():
    courses = {each.key: [point["value"] for point in each.points] for each in details(NOW, course())}
    assert courses == {
        "idle": [41],
        "expiring": [8],
        "expired": [2],
        "timed_out": [12],
        "evicted": [13],
        "cleaned": [14],
        "recoveries": [15],
    }


def test_how_each_changed_is_said_in_a_word():
    changes = {each.key: each.change for each in details(NOW, course())}
    assert changes == {
        "idle": "10 more",
        "expiring": "as before",
        "expired": "1 fewer",
        "timed_out": "2 more",
        "evicted": "as before",
        "cleaned": "6 fewer",
        "recoveries": "15 more",
    }


def test_nothing_is_compared_with_a_time_of_which_nothing_is_known():
    assert {each.change for each in details(NOW, course(Figures()))} == {""}
