from __future__ import annotations

import asyncio

import pytest

from jambot.auth import refreshing
from jambot.auth.refreshing import GRACE, Step
from jambot.errors import InvalidToken, SessionReused
from jambot.events import listening
from jambot.events.types import LOGINS_TOPIC
from tests.auth.conftest import ADA, OTHER_PASSWORD, PASSWORD, House, here


async def test_each_refresh_token_works_once_and_leads_to_the_next(house: House):
    token = (await house.user()).opened.refresh_token
    for _ in range(5):
        renewed = await house.auth.refresh(token)
        assert renewed.refresh_token and renewed.refresh_token != token
        me = await house.auth.principal_of_bearer(renewed.access_token)
        assert me.email == ADA
        token = renewed.refresh_token
        house.wait(minutes=10)


async def test_a_lost_answer_is_given_again_within_the_grace(house: House):
    """The client lost the reply: it gets the same successor, and that one works."""
    token = (await house.user()).opened.refresh_token
    first = await house.auth.refresh(token)
    house.wait(seconds=9.9)
    again = await house.auth.refresh(token)
    assert again.refresh_token == first.refresh_token
    assert first.refresh_token
    house.wait(hours=1)
    await house.auth.refresh(first.refresh_token)


async def test_a_token_used_again_after_the_grace_ends_the_login_everywhere(house: House):
    signed_in = await house.user()
    renewed = await house.auth.refresh(signed_in.opened.refresh_token)
    house.wait(seconds=10)
    async with listening(house.bus, LOGINS_TOPIC) as events:
        with pytest.raises(SessionReused):
            await house.auth.refresh(signed_in.opened.refresh_token)
        assert [event.reason for event in events.take_waiting()] == ["session_reused"]  # type: ignore[attr-defined]
    assert await house.of_cookie(signed_in.opened.cookie) is None
    with pytest.raises(InvalidToken):
        await house.auth.refresh(renewed.refresh_token or "")
    with pytest.raises(InvalidToken):
        await house.auth.principal_of_bearer(renewed.access_token)


async def test_a_grandparent_ends_the_login_even_within_the_grace(house: House):
    first = (await house.user()).opened.refresh_token
    second = (await house.auth.refresh(first)).refresh_token
    await house.auth.refresh(second or "")
    with pytest.raises(SessionReused):
        await house.auth.refresh(first)


async def test_twenty_refreshes_at_once_agree_on_one_successor(house: House):
    token = (await house.user()).opened.refresh_token
    answers = await asyncio.gather(*(house.auth.refresh(token) for _ in range(20)))
    assert len({answer.refresh_token for answer in answers}) == 1


async def test_refreshing_is_not_activity(house: House):
    token = (await house.user()).opened.refresh_token
    for _ in range(12):
        house.wait(minutes=59)
        token = (await house.auth.refresh(token)).refresh_token or ""
    house.wait(minutes=12)
    with pytest.raises(InvalidToken):
        await house.auth.refresh(token)


async def test_refresh_tokens_of_before_a_password_change_are_dead(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    changed = await house.auth.change_password(
        me, old=PASSWORD, new=OTHER_PASSWORD, device=here(), cookie=signed_in.opened.cookie
    )
    with pytest.raises(InvalidToken):
        await house.auth.refresh(signed_in.opened.refresh_token)
    await house.auth.refresh(changed.opened.refresh_token)


async def test_forged_refresh_tokens_are_refused_and_end_nothing(house: House):
    signed_in = await house.user()
    token = signed_in.opened.refresh_token
    head, login_id, generation, proof = token.split(".")
    forgeries = [
        "",
        "x",
        signed_in.access_token,
        f"{head}.{login_id}.2.{proof}",
        f"{head}.{login_id}.0.{proof}",
        f"{head}.{login_id}.-1.{proof}",
        f"{head}.{login_id}.{generation}.{'A' * 43}",
        f"{head}.{login_id}.{'9' * 9}.{proof}",
        f"{head}.{'0' * 8}{login_id[8:]}.{generation}.{proof}",
        token + "\n",
        token + "=",
        token * 10,
        "é" * 60,
    ]
    for forgery in forgeries:
        with pytest.raises(InvalidToken):
            await house.auth.refresh(forgery)
    await house.auth.refresh(token)


@pytest.mark.parametrize(
    ("shown", "present", "after", "step"),
    [
        (3, 3, 0, Step.ADVANCE),
        (3, 3, 10**6, Step.ADVANCE),
        (2, 3, 0, Step.REPEAT),
        (2, 3, 9.999, Step.REPEAT),
        (2, 3, 10, Step.REVOKE),
        (1, 3, 0, Step.REVOKE),
        (4, 3, 0, Step.REVOKE),
    ],
)
def test_what_a_token_leads_to(shown: int, present: int, after: float, step: Step, clock):
    from datetime import timedelta

    now = clock.now()
    assert (
        refreshing.next_step(shown=shown, present=present, advanced_at=now, now=now + timedelta(seconds=after)) is step
    )
    assert GRACE.total_seconds() == 10
