"""How long a login lasts under each policy, what happens at the limit of devices, and the cookie of a new role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from jambot.access import Role
from jambot.auth.passwords import PasswordHasher
from jambot.auth.service import build_auth
from jambot.auth.terms import login_kind, terms_of
from jambot.clock import ManualClock
from jambot.db import MemoryBlobs, UnitOfWork
from jambot.errors import InvalidCredentials, TooManySessions
from jambot.events import LocalBus
from jambot.ids import new_id
from jambot.sessions import LimitPolicy, MemoryStore, SessionConfig, SessionManager, Strategy
from jambot.settings import LoginStrategy, Settings
from tests.auth.conftest import ADA, PASSWORD, House, here


@pytest.fixture
async def build(work: UnitOfWork, bus: LocalBus, clock: ManualClock, settings: Settings) -> AsyncIterator[object]:
    """Makes a house of other settings: `await build(login_strategy=...)`."""
    made: list[House] = []

    async def make(**changes: object) -> House:
        chosen = settings.model_copy(update=changes)
        config = SessionConfig(
            kinds=(login_kind(chosen),), auto_cleanup=False, limit_policy=LimitPolicy(chosen.login_limit_policy)
        )
        sessions = SessionManager(MemoryStore(), config, clock=clock)
        await sessions.start()
        blobs = MemoryBlobs()
        hasher = PasswordHasher(memory_kib=1024, rounds=1)
        auth, logins = build_auth(
            sessions=sessions, work=work, blobs=blobs, bus=bus, clock=clock, settings=chosen, passwords=hasher
        )
        house = House(
            auth=auth, logins=logins, sessions=sessions, work=work, bus=bus, clock=clock, settings=chosen, blobs=blobs
        )
        made.append(house)
        return house

    yield make
    for house in made:
        house.auth.close()
        await house.sessions.close()


@pytest.mark.parametrize(
    ("strategy", "role", "idle", "longest"),
    [
        (LoginStrategy.HYBRID, Role.USER, timedelta(hours=12), timedelta(days=30)),
        (LoginStrategy.HYBRID, Role.ADMIN, timedelta(minutes=15), timedelta(hours=12)),
        (LoginStrategy.FIXED, Role.USER, timedelta(days=30), timedelta(days=30)),
        (LoginStrategy.SLIDING, Role.USER, timedelta(hours=12), timedelta(days=400)),
        (LoginStrategy.SLIDING, Role.ADMIN, timedelta(minutes=15), timedelta(days=400)),
    ],
)
def test_the_terms_are_those_of_the_strategy_and_the_role(
    settings: Settings, strategy: LoginStrategy, role: Role, idle: timedelta, longest: timedelta
):
    terms = terms_of(role, settings.model_copy(update={"login_strategy": strategy}))
    assert (terms.idle, terms.longest, terms.strategy) == (idle, longest, Strategy(strategy))


@pytest.mark.parametrize(
    ("strategy", "busy_until_h", "idle_until_h"),
    [
        # Of a life of 48 h and an idle time of 12 h: when it ends for somebody who works on, and for somebody who left.
        (LoginStrategy.FIXED, 48, 48),
        (LoginStrategy.SLIDING, None, 12),
        (LoginStrategy.HYBRID, 48, 12),
    ],
)
async def test_a_login_ends_as_its_strategy_says(build, strategy, busy_until_h, idle_until_h):
    house = await build(login_strategy=strategy, login_max_days=2)
    busy, idle = await house.user(), await house.user("bob@example.org")
    house.wait(microseconds=-1)
    for hour in range(1, 61):
        house.wait(hours=1)
        for signed_in, until in ((busy, busy_until_h), (idle, idle_until_h)):
            me = await house.of_cookie(signed_in.opened.cookie)
            assert (me is not None) is (until is None or hour <= until), (hour, until)
            if me is not None and signed_in is busy:
                await house.auth.touch(me)


async def test_at_the_limit_a_sign_in_is_refused_and_says_where_one_is_signed_in(build):
    house = await build(login_limit_policy="refuse", max_logins_per_user=2)
    first = await house.user()
    await house.sign_in()
    with pytest.raises(TooManySessions) as refused:
        await house.sign_in()
    assert [each["device"] for each in refused.value.extra["devices"]] == ["Firefox 140 on Linux"] * 2
    assert await house.of_cookie(first.opened.cookie) is not None
    await house.auth.sign_out(await house.principal(first))
    assert await house.sign_in()


@pytest.mark.parametrize("before", ["somebody else", "a guest"])
async def test_a_sign_in_refused_at_the_limit_leaves_whoever_was_here_as_they_were(build, before: str):
    house = await build(login_limit_policy="refuse", max_logins_per_user=1, guests=True)
    ada = await house.user()
    if before == "a guest":
        former = await house.auth.start_guest(device=here())
    else:
        former = await house.user("bob@example.org")
    signing_in = partial(
        house.auth.sign_in, email=ADA, password=PASSWORD, device=here(), former_cookie=former.opened.cookie
    )
    with pytest.raises(TooManySessions):
        await signing_in()
    kept = await house.of_cookie(former.opened.cookie)
    assert kept is not None and kept.user_id == former.person.id
    assert await signing_in(instead_of=ada.opened.login.id)
    assert await house.of_cookie(former.opened.cookie) is None


async def test_at_the_limit_the_device_that_is_named_with_the_password_gives_way(build):
    house = await build(login_limit_policy="refuse", max_logins_per_user=2)
    first, second = await house.user(), await house.sign_in()
    other = await house.user("bob@example.org")
    ids = [each.opened.login.id for each in (first, second)]

    async def sign_in(instead_of: str, password: str = PASSWORD):
        return await house.auth.sign_in(
            email=ADA, password=password, device=here(house.new_place()), instead_of=instead_of
        )

    with pytest.raises(InvalidCredentials):
        await sign_in(ids[0], "not the password at all")
    for odd in (other.opened.login.id, new_id(), "", "'; --"):
        with pytest.raises(TooManySessions) as refused:
            await sign_in(odd)
        assert {each["id"] for each in refused.value.extra["devices"]} == set(ids)
    assert await house.of_cookie(other.opened.cookie) is not None
    third = await sign_in(ids[0])
    living = [await house.of_cookie(each.opened.cookie) is not None for each in (first, second, third)]
    assert living == [False, True, True]
    await house.auth.sign_out(await house.principal(third))
    # There is room: nobody has to give way.
    assert await sign_in(ids[1])
    assert await house.of_cookie(second.opened.cookie) is not None


async def test_a_new_role_brings_a_new_cookie_and_the_old_one_is_dead(house: House):
    opened = await house.user()
    cookie = opened.opened.cookie
    me = await house.principal(opened)
    assert await house.auth.renew(me, cookie) is None
    await house.auth.set_role(None, me.user_id, role=Role.ADMIN)
    promoted = await house.principal(opened)
    renewed = await house.auth.renew(promoted, cookie)
    assert renewed is not None
    assert await house.of_cookie(cookie) is None
    after = await house.of_cookie(renewed.opened.cookie)
    assert after is not None and (after.role, after.login_id) == (Role.ADMIN, me.login_id)
    assert await house.auth.renew(after, renewed.opened.cookie) is None
