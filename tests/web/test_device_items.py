"""Devices and keys as the settings tell of them, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jambot.auth.api_keys import KeyView
from jambot.auth.device_list import DeviceView
from jambot.auth.login import Login
from jambot.ids import LoginId, UserId
from jambot.web.device_items import clocks_of, device_item
from jambot.web.key_items import key_item

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_login(
    *, idle: timedelta, longest: timedelta, age: timedelta = HOUR, device: str = "Firefox 145 on Linux"
) -> Login:
    """A login that was opened `age` ago and used then for the last time."""
    opened = NOW - age
    return Login(
        id=LoginId("l"),
        user_id=UserId("u"),
        device_id=None,
        device=device,
        ip_address="203.0.113.0/24",
        is_remembered=True,
        created_at=opened,
        last_seen_at=opened,
        idle_for=idle,
        idle_ends_at=min(opened + idle, opened + longest),
        ends_at=opened + longest,
        proved_at=opened,
    )


def seen(age: timedelta) -> str:
    login = a_login(idle=timedelta(days=60), longest=timedelta(days=90), age=age)
    view = DeviceView(login=login, workspace=None, has_page=False, drafts=0, draft_length=0, is_new=False)
    return device_item(view, NOW, is_current=False).seen


def used(age: timedelta | None, place: str = "203.0.113.0/24") -> str:
    key = KeyView(
        id="k",
        name="Nightly",
        prefix="jbk_1",
        scopes=("read",),
        created_at=NOW,
        expires_at=None,
        last_used_at=None if age is None else NOW - age,
        last_used_from=place,
    )
    return key_item(key, NOW).used


def test_a_login_with_two_clocks_says_both_and_the_rule_behind_them():
    clocks = clocks_of(a_login(idle=12 * HOUR, longest=timedelta(days=30), age=3 * HOUR), NOW)
    assert (clocks.idle_left, clocks.idle_percent) == ("9 h", 75)
    assert clocks.latest_left == "29 d 21 h"
    assert clocks.rule == "Signs out after 12 h idle, at most 30 d after signing in."


def test_a_login_of_a_fixed_time_has_one_clock_which_nothing_restarts():
    clocks = clocks_of(a_login(idle=24 * HOUR, longest=24 * HOUR), NOW)
    assert (clocks.idle_left, clocks.latest_left) == ("", "23 h")
    assert clocks.rule == "Signs out 1 d after signing in, whatever is done until then."


@pytest.mark.parametrize(
    ("age", "device", "key"),
    [
        (timedelta(seconds=30), "Active now", "used just now from 203.0.113.0/24"),
        (timedelta(minutes=8), "Active 8 min ago", "used 8 min ago from 203.0.113.0/24"),
        (timedelta(days=10), "Active on 10 Nov", "used on 10 Nov from 203.0.113.0/24"),
    ],
)
def test_what_was_used_lately_or_long_ago_is_said_in_a_sentence(age: timedelta, device: str, key: str):
    assert (seen(age), used(age)) == (device, key)


def test_a_key_that_was_never_used_or_from_nowhere_known_says_so():
    assert (used(None), used(HOUR, place="")) == ("never used", "used 1 h ago")
