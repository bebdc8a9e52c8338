"""Callers that share a commit: each gets its own answer, and one that cannot be done spoils nothing for the others."""

from __future__ import annotations

import asyncio

import pytest

from jambot.sessions import StoreUnavailable
from jambot.sessions.stores.together import MOST_TOGETHER, Together


async def test_what_is_asked_meanwhile_shares_the_next_group_and_nobody_is_forgotten():
    groups: list[int] = []

    async def double(items):
        groups.append(len(items))
        await asyncio.sleep(0)
        return [item * 2 for item in items]

    together = Together(double, timeout_s=5)
    for _ in range(3):
        assert await asyncio.gather(*(together.put(n) for n in range(700))) == [n * 2 for n in range(700)]
        assert await together.put(7) == 14
    assert groups == [MOST_TOGETHER, 700 - MOST_TOGETHER, 1] * 3


async def test_one_that_cannot_be_done_fails_alone():
    async def refuse_threes(items):
        if 3 in items:
            raise ValueError(items)
        return items

    together = Together(refuse_threes, timeout_s=5)
    told = await asyncio.gather(*(together.put(n) for n in range(6)), return_exceptions=True)
    assert [each for each in told if not isinstance(each, ValueError)] == [0, 1, 2, 4, 5]
    with pytest.raises(ValueError, match="3"):
        await together.put(3)


async def test_one_who_went_away_holds_up_nobody():
    async def same(items):
        await asyncio.sleep(0)
        return items

    together = Together(same, timeout_s=5)
    gone = asyncio.ensure_future(together.put(1))
    await asyncio.sleep(0)
    gone.cancel()
    assert await together.put(2) == 2


async def test_nobody_waits_longer_than_was_said_however_long_a_group_takes():
    may_end = asyncio.Event()
    done: list[int] = []

    async def slowly(items):
        await may_end.wait()
        done.extend(items)
        return items

    together = Together(slowly, timeout_s=0.05)
    first = together.put(1)
    for given_up in (first, together.put(2)):
        with pytest.raises(StoreUnavailable):
            await given_up
    last = together.put(3)
    may_end.set()
    assert await last == 3
    assert done == [1, 2, 3]  # what was given up may happen all the same
