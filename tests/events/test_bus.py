"""One contract for the two buses, and what only Redis adds: other processes hear too."""

import asyncio
import signal
from contextlib import asynccontextmanager

import pytest
import redis.asyncio

from jambot.events import LocalBus, listening
from jambot.events.redis_bus import RedisBus, redis_at
from jambot.events.types import Gap, LoginEnded, MessageDelta, UserChanged, from_wire
from tests.servers import RedisServer

pytestmark = pytest.mark.xdist_group("redis")
SAID = UserChanged(user_id="ada", change="renamed")


@asynccontextmanager
async def redis_bus(url):
    client = redis_at(url)
    bus = RedisBus(client)
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()
        await client.aclose()


@pytest.fixture(params=["local", "redis"])
async def any_bus(request):
    if request.param == "local":
        yield LocalBus()
    else:
        async with redis_bus(request.getfixturevalue("redis_url")) as bus:
            yield bus


async def test_a_subscriber_of_a_topic_hears_it_once_even_under_two_of_its_topics(any_bus):
    async with listening(any_bus, "user:ada", "admin") as heard:
        await any_bus.publish(SAID)
        assert await heard.next() == SAID
        assert heard.take_waiting() == []


async def test_other_topics_are_not_heard_and_a_closed_listener_hears_nothing(any_bus):
    async with listening(any_bus, "user:bob") as heard:
        await any_bus.publish(SAID)
        assert heard.take_waiting() == []
    await any_bus.publish(UserChanged(user_id="bob", change="x"))
    assert heard.take_waiting() == []


async def test_a_slow_listener_loses_the_oldest_and_is_told_so(any_bus):
    async with listening(any_bus, "user:ada") as heard:
        for number in range(1_005):
            await any_bus.publish(UserChanged(user_id="ada", change=str(number)))
        events = heard.take_waiting()
    assert heard.missed
    assert [event.change for event in (events[0], events[-1])] == ["5", "1004"]


async def test_another_process_hears_through_redis(redis_url):
    async with (
        redis_bus(redis_url) as here,
        redis_bus(redis_url) as there,
        listening(there, "login:l1") as heard,
        listening(here, "login:l1") as own,
    ):
        ended = LoginEnded(login_id="l1", user_id="ada", reason="revoked")
        await here.publish(ended)
        assert await asyncio.wait_for(heard.next(), 5) == ended
        assert own.take_waiting() == [ended]


@pytest.mark.parametrize("trouble", ["gone", "frozen"])
async def test_this_process_goes_on_while_redis_is_away_and_is_told_of_the_gap_when_it_is_back(trouble):
    with RedisServer() as server:
        async with redis_bus(server.url) as here, redis_bus(server.url) as there, listening(there, "user:ada") as heard:
            assert server.process is not None
            assert here.is_whole
            server.stop() if trouble == "gone" else server.process.send_signal(signal.SIGSTOP)
            async with listening(here, "user:ada") as own:
                await asyncio.wait_for(here.publish(SAID), 5)
                assert own.take_waiting()[0] == SAID
            # Whoever listens is told at once that it is alone, and again that it no longer is.
            assert await asyncio.wait_for(heard.next(), 15) == Gap()
            await until(lambda: not there.is_whole)
            async with asyncio.timeout(0.5):
                for _ in range(100):
                    await here.publish(SAID)
            server.start() if trouble == "gone" else server.process.send_signal(signal.SIGCONT)
            assert await asyncio.wait_for(heard.next(), 10) == Gap()
            assert heard.missed
            await until(lambda: here.is_whole)
            heard.take_waiting()
            await here.publish(SAID)
            assert await asyncio.wait_for(heard.next(), 5) == SAID


async def until(condition, *, within_s=15):
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_message_that_is_not_ours_is_ignored(redis_url):
    async with redis_bus(redis_url) as bus, listening(bus, "user:ada") as heard:
        client = redis.asyncio.Redis.from_url(redis_url)
        for junk in (b"\x80\x04pickle", b"[]", b'{"from": "x"}', b'{"from": "x", "event": {"kind": "nope"}}'):
            await client.publish("jambot:{events}", junk)
        async with redis_bus(redis_url) as other:
            await other.publish(SAID)
            assert await asyncio.wait_for(heard.next(), 5) == SAID
        await client.aclose()


def test_events_survive_the_wire():
    for event in (SAID, MessageDelta(workspace_id="w", user_id="u", message_id="m", offset=3, text="hé")):
        assert from_wire(event.to_wire()) == event
    assert from_wire({"kind": "user.changed", "user_id": "ada"}) is None
