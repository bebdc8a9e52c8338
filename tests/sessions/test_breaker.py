"""Who waited in vain a few times stops waiting: the breaker as a table, and on a Redis that is frozen."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from jambot.sessions import RedisStore, SessionManager, StoreUnavailable
from jambot.sessions.breaker import Breaker
from tests.servers import RedisServer


@pytest.mark.parametrize(
    ("happened", "refused"),
    [
        ("", False),
        ("tt", False),
        ("ttatt", False),  # an answer between starts the count anew
        ("ttt", True),
        ("3", True),  # three that waited together
        ("ttt5", True),
        ("ttt9", True),
        ("ttt91", False),  # a second after: one may try
        ("ttt91?", True),  # and the others wait for a second more
        ("ttt91?91", False),
        ("ttt91?t", True),  # the trial failed
        ("ttt91?a", False),  # the trial was answered
        ("ttt91?att", False),
    ],
)
def test_after_three_in_a_row_all_but_a_trial_a_second_are_refused(happened, refused):
    now = 0.0
    breaker = Breaker("test", clock=lambda: now)
    for each in happened:
        if each == "t":
            breaker.timed_out()
        elif each == "3":
            breaker.timed_out(3)
        elif each == "a":
            breaker.answered()
        elif each == "?":
            assert breaker.refuses() is False
        else:
            now += int(each) / 10
    assert breaker.refuses() is refused


async def test_a_frozen_redis_is_waited_for_once_and_not_by_each():
    now = 0.0
    with RedisServer() as server:
        store = RedisStore(server.url, timeout_s=1)
        store._wire.breaker = store.breaker = Breaker("redis", clock=lambda: now)
        async with SessionManager(store) as manager:
            made = await manager.create("ada")
            assert manager.is_store_away is False
            server.process.send_signal(signal.SIGSTOP)
            told = await asyncio.gather(*(manager.get(made.id) for _ in range(3)), return_exceptions=True)
            assert {type(each) for each in told} == {StoreUnavailable}
            assert manager.is_store_away is True
            began = time.monotonic()
            for _ in range(50):
                with pytest.raises(StoreUnavailable):
                    await manager.get(made.id)
            assert time.monotonic() - began < 1
            server.process.send_signal(signal.SIGCONT)
            now += 1
            assert (await manager.get(made.id)).handle == made.handle
            assert manager.is_store_away is False
