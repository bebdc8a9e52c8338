"""A server that is full says so at once, and in a way that lets callers come back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from jambot.api.at_once import AtOnce
from jambot.api.edge import MOST_ARRIVING
from jambot.errors import RateLimited
from jambot.sessions import AtCapacity, MemoryStore, SessionConfig, SessionManager
from tests.api.conftest import PASSWORD, Caller
from tests.auth.conftest import ADA, House

WAIT = timedelta(seconds=5)


async def test_more_requests_than_fit_wait_and_more_than_that_are_refused(ada: Caller, house: House, caller_from: Any):
    house.sessions.config = SessionConfig(kinds=house.sessions.config.kinds, max_concurrent_requests=2)
    wanted = {"email": ADA, "password": PASSWORD}
    callers = [caller_from(f"203.0.113.{number}") for number in range(1, 13)]
    answers = await asyncio.gather(*(caller.post("/api/auth/login", json=wanted) for caller in callers))
    # Two at work, two waiting for their turn, and the rest is told to come back.
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [503] * 8
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert refused.json()["code"] == "at_capacity"
    assert refused.json()["detail"] == "Server at capacity, please try again later."
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await ada.get("/api/auth/me")).status_code == 200


async def test_bodies_that_trickle_in_take_no_room(ada: Caller, house: House, caller_from: Any):
    house.sessions.config = SessionConfig(kinds=house.sessions.config.kinds, max_concurrent_requests=2)
    begun, arrives = asyncio.Semaphore(0), asyncio.Event()

    async def slowly():
        yield b'{"email":"'
        begun.release()
        await arrives.wait()
        yield b'"}'

    slow = caller_from("203.0.113.66")
    headers = {"Content-Type": "application/json"}
    sent = [asyncio.create_task(slow.post("/api/auth/login", content=slowly(), headers=headers)) for _ in range(70)]
    async with asyncio.timeout(20):
        for _ in range(MOST_ARRIVING):
            await begun.acquire()
    assert (await ada.get("/api/auth/me")).status_code == 200
    arrives.set()
    answers = [answer.status_code for answer in await asyncio.gather(*sent)]
    # No more than so many from one place; of what arrived whole, what fits is read and refused.
    assert (answers.count(429), answers.count(422) > 0, 500 in answers) == (70 - MOST_ARRIVING, True, False)


async def test_nobody_alone_holds_more_open_than_their_share(ada: Caller, house: House):
    at_once = AtOnce(2, "exports")
    with at_once.one("ada"), at_once.one("bob"):
        with at_once.one("ada"), pytest.raises(RateLimited), at_once.one("ada"):
            pass
        with at_once.one("ada"):
            pass
    for _ in range(5):
        assert (await ada.get("/api/auth/export")).status_code == 200


async def test_a_probe_is_answered_by_a_full_server_too(anyone: Caller, house: House):
    house.sessions.config = SessionConfig(kinds=house.sessions.config.kinds, max_concurrent_requests=1)
    async with house.sessions.admit():
        assert (await anyone.get("/livez")).status_code == 200


async def test_room_goes_to_who_waits_longest_and_is_never_lost():
    sessions = SessionManager(MemoryStore(), SessionConfig(max_concurrent_requests=2))
    at_work, most, done = 0, 0, []

    async def work(number: int) -> None:
        nonlocal at_work, most
        async with sessions.admit(wait=WAIT):
            at_work += 1
            most = max(most, at_work)
            await asyncio.sleep(0)
            at_work -= 1
            done.append(number)

    await asyncio.gather(*map(work, range(4)))
    assert (most, done) == (2, [0, 1, 2, 3])
    async with sessions.admit(), sessions.admit():
        waiting = asyncio.create_task(work(4))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(AtCapacity):
            async with sessions.admit():
                pass
    await asyncio.gather(waiting, return_exceptions=True)
    async with sessions.admit(), sessions.admit():
        pass
    await sessions.close()


async def test_who_gave_up_waiting_leaves_their_turn_to_others():
    sessions = SessionManager(MemoryStore(), SessionConfig(max_concurrent_requests=1))
    for _ in range(3):
        async with sessions.admit():
            with pytest.raises(AtCapacity):
                async with sessions.admit(wait=timedelta(milliseconds=1)):
                    raise AssertionError
            # As many may wait as may work, so a turn of somebody who is gone would take this one's place.
            next_one = asyncio.create_task(_pass(sessions))
            await asyncio.sleep(0)
        await next_one
    await sessions.close()


async def _pass(sessions: SessionManager) -> None:
    async with sessions.admit(wait=WAIT):
        pass
