"""Times in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jambot.clock import iso
from jambot.web.when import age, ago, seconds_text, since

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=0), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(seconds=60), "1m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=1), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=1), "1d"),
        (timedelta(days=6, hours=23), "6d"),
        (timedelta(days=7), "13 Nov"),
        (timedelta(days=365), "20 Nov 2025"),
        # A clock that was set back shows no negative age.
        (timedelta(minutes=-5), "now"),
    ],
)
def test_an_age_is_short_and_becomes_a_date_after_a_week(ago: timedelta, words: str) -> None:
    assert age(iso(NOW - ago), NOW) == words


def test_no_moment_has_no_age() -> None:
    assert age("", NOW) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.84, "0.8 s"), (9.94, "9.9 s"), (42.2, "42 s"), (125, "2:05"), (3725, "1:02:05")],
)
def test_a_duration_has_the_precision_it_deserves(seconds: float, words: str) -> None:
    assert seconds_text(seconds) == words


def test_a_running_time_is_never_negative() -> None:
    assert since(iso(NOW + timedelta(seconds=9)), NOW) == "0.0 s"
    assert since(None, NOW) == ""


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=8), "8 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=6), "6 d ago"),
    ],
)
def test_ages_in_sentences(passed: timedelta, words: str) -> None:
    assert ago(iso(NOW - passed), NOW) == words
    assert ago("2026-01-05T00:00:00+00:00", datetime(2026, 11, 20, tzinfo=UTC)) == "on 5 Jan"
