"""The end of a login reaches its open tabs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from jambot.access import Principal, Role
from jambot.events import LocalBus
from jambot.events.bus import MOST_WAITING
from jambot.events.types import LoginEnded, LoginStarted, UserChanged
from jambot.ids import LoginId, UserId
from jambot.web.states.tab import Standing
from jambot.web.tabs import Tabs


def who(user: str, login: str) -> Principal:
    return Principal(
        user_id=UserId(user), login_id=LoginId(login), role=Role.USER, email=f"{user}@example.org", name=user
    )


class Pushed:
    """Remembers what was pushed, and lets a test wait for so many pushes."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Standing, str]] = []
        self._changed = asyncio.Condition()

    async def __call__(self, token: str, standing: Standing, reason: str) -> None:
        async with self._changed:
            self.seen.append((token, standing, reason))
            self._changed.notify_all()

    async def count(self, number: int) -> None:
        async with self._changed, asyncio.timeout(5):
            await self._changed.wait_for(lambda: len(self.seen) >= number)


@pytest.fixture
def tabs() -> Tabs:
    tabs = Tabs()
    tabs.note("laptop", who("ada", "login-1"))
    tabs.note("laptop-second-tab", who("ada", "login-1"))
    tabs.note("phone", who("ada", "login-2"))
    tabs.note("other", who("grace", "login-3"))
    return tabs


@asynccontextmanager
async def following(tabs: Tabs, bus: LocalBus, push) -> AsyncIterator[None]:
    task = asyncio.create_task(tabs.follow(bus, push, lambda token: push(token, Standing.FINE, "asked")))
    await asyncio.sleep(0)  # Lets the follower subscribe; the bus of one process needs no more.
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_an_ended_login_signs_out_its_tabs_and_no_others(tabs: Tabs, bus: LocalBus):
    pushed = Pushed()
    async with following(tabs, bus, pushed):
        await bus.publish(LoginEnded(login_id="login-1", user_id="ada", reason="revoked"))
        await pushed.count(2)
    assert sorted(pushed.seen) == [
        ("laptop", Standing.SIGNED_OUT, "revoked"),
        ("laptop-second-tab", Standing.SIGNED_OUT, "revoked"),
    ]


async def test_a_changed_role_reloads_all_tabs_of_the_user(tabs: Tabs, bus: LocalBus):
    pushed = Pushed()
    async with following(tabs, bus, pushed):
        await bus.publish(UserChanged(user_id="ada", change="name"))
        # Of another password hear the logins that end by it; the one it was chosen on goes on.
        await bus.publish(UserChanged(user_id="ada", change="password"))
        await bus.publish(LoginStarted(login_id="login-9", user_id="ada"))
        await bus.publish(UserChanged(user_id="ada", change="role"))
        await pushed.count(3)
    assert sorted(pushed.seen) == [
        ("laptop", Standing.RELOAD, "role"),
        ("laptop-second-tab", Standing.RELOAD, "role"),
        ("phone", Standing.RELOAD, "role"),
    ]


async def test_a_tab_that_is_busy_does_not_hold_up_the_others(tabs: Tabs, bus: LocalBus):
    pushed = Pushed()
    release = asyncio.Event()

    async def push(token: str, standing: Standing, reason: str) -> None:
        if token == "laptop":
            await release.wait()
        await pushed(token, standing, reason)

    async with following(tabs, bus, push):
        await bus.publish(LoginEnded(login_id="login-1", user_id="ada", reason="revoked"))
        await bus.publish(LoginEnded(login_id="login-3", user_id="grace", reason="expired"))
        await pushed.count(2)
        assert {token for token, _, _ in pushed.seen} == {"laptop-second-tab", "other"}
        release.set()
        await pushed.count(3)


async def test_a_failing_push_harms_nobody(tabs: Tabs, bus: LocalBus):
    pushed = Pushed()

    async def push(token: str, standing: Standing, reason: str) -> None:
        if token == "laptop":
            raise ConnectionError
        await pushed(token, standing, reason)

    async with following(tabs, bus, push):
        await bus.publish(LoginEnded(login_id="login-1", user_id="ada", reason="revoked"))
        await pushed.count(1)
        await bus.publish(LoginEnded(login_id="login-3", user_id="grace", reason="revoked"))
        await pushed.count(2)


async def test_whoever_missed_events_has_all_tabs_find_out_who_is_behind_them(tabs: Tabs, bus: LocalBus):
    pushed = Pushed()
    async with following(tabs, bus, pushed):
        for number in range(MOST_WAITING + 1):
            bus.deliver(LoginEnded(login_id=f"unknown-{number}", user_id="nobody", reason="expired"))
        await pushed.count(4)
    assert {(token, standing) for token, standing, _ in pushed.seen} == {
        (token, Standing.FINE) for token in ("laptop", "laptop-second-tab", "phone", "other")
    }


def test_a_tab_follows_its_newest_login(tabs: Tabs):
    tabs.note("laptop", who("ada", "login-4"))
    assert [tab.token for tab in tabs.of_login("login-1")] == ["laptop-second-tab"]
    assert [tab.token for tab in tabs.of_login("login-4")] == ["laptop"]


def test_a_closed_tab_is_forgotten(tabs: Tabs):
    tabs.forget("laptop")
    tabs.forget("never-known")
    assert [tab.token for tab in tabs.of_login("login-1")] == ["laptop-second-tab"]
