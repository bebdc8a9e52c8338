from __future__ import annotations

import asyncio
import signal

import pytest

from jambot.auth.throttle import Throttle
from jambot.errors import RateLimited
from tests.servers import RedisServer, free_port


async def fail(throttle: Throttle, place: str = "1.2.3.4", account: str = "ada") -> None:
    async with throttle.attempt(account=account, place=place) as attempt:
        attempt.failed()


async def test_two_processes_on_one_redis_count_together(redis_url: str):
    one, two = Throttle(redis_url=redis_url), Throttle(redis_url=redis_url)
    for throttle in (one, two, one, two, one):
        await fail(throttle)
    for throttle in (one, two):
        with pytest.raises(RateLimited) as limited:
            await fail(throttle)
        assert limited.value.retry_after_s and limited.value.retry_after_s > 60


async def test_a_success_forgives_on_every_process(redis_url: str):
    one, two = Throttle(redis_url=redis_url), Throttle(redis_url=redis_url)
    for _ in range(4):
        await fail(one)
    async with two.attempt(account="ada", place="1.2.3.4"):
        pass
    for _ in range(4):
        await fail(one)


async def test_without_redis_the_limit_is_lower_and_never_absent():
    throttle = Throttle(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    for _ in range(3):
        await fail(throttle)
    with pytest.raises(RateLimited):
        await fail(throttle)
    for number in range(12):
        await fail(throttle, account=f"p{number}")
    with pytest.raises(RateLimited):
        await fail(throttle, account="one more")


async def test_a_frozen_redis_delays_the_first_of_many_attempts_and_not_each():
    with RedisServer() as server:
        throttle = Throttle(redis_url=server.url)
        await fail(throttle)
        assert server.process is not None
        server.process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(10):
            for number in range(6):
                await fail(throttle, account=f"p{number}")


async def test_an_attempt_that_breaks_is_neither_failed_nor_forgiven():
    throttle = Throttle()
    for _ in range(4):
        await fail(throttle)
    with pytest.raises(LookupError):
        async with throttle.attempt(account="ada", place="1.2.3.4"):
            raise LookupError
    await fail(throttle)
    with pytest.raises(RateLimited):
        await fail(throttle)


async def test_right_passwords_are_not_checked_without_end_either():
    throttle = Throttle()

    async def succeed(place: str = "1.2.3.4", account: str = "ada") -> None:
        async with throttle.attempt(account=account, place=place):
            pass

    for _ in range(60):
        await succeed()
    with pytest.raises(RateLimited) as limited:
        await succeed()
    assert limited.value.retry_after_s and limited.value.retry_after_s <= 61
    await succeed(place="5.6.7.8")
    await succeed(account="bob")


async def test_nothing_is_kept_of_attempts_that_are_over():
    throttle = Throttle()
    for number in range(50):
        async with throttle.attempt(account=f"p{number}", place="1.2.3.4"):
            pass
    assert not throttle._turns
