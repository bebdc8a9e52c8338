"""Page states live on while Redis is away, and are in Redis again when it is back. On a real Redis, really stopped."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
import reflex as rx
from redis.asyncio import Redis

from jambot.web.page_states import PageStates
from jambot.web.states.jambot import JamBotState
from jambot.web.states.notice import NoticeState
from jambot.web.states.stream import StreamState
from tests.servers import RedisServer


@pytest.fixture
def redis_of_its_own() -> Iterator[RedisServer]:
    with RedisServer() as running:
        yield running


def states_on(server: RedisServer) -> PageStates:
    return PageStates(Redis.from_url(server.url, socket_timeout=2, socket_connect_timeout=1))


@pytest.fixture
async def states(redis_of_its_own: RedisServer) -> AsyncIterator[PageStates]:
    made = states_on(redis_of_its_own)
    yield made
    await made.close()


def tab(cls: type[rx.State] = rx.State, ident: str = str(uuid.uuid4())) -> rx.BaseStateToken:
    return rx.BaseStateToken(ident=ident, cls=cls)


async def write(states: PageStates, text: str) -> None:
    async with states.modify_state(tab(StreamState)) as root:
        (await root.get_state(StreamState)).text = text


async def read(states: PageStates) -> tuple[str, str]:
    async with states.modify_state(tab()) as root:
        return (await root.get_state(StreamState)).text, (await root.get_state(JamBotState)).workspace_id


@pytest.mark.parametrize("trouble", ["gone", "frozen"])
async def test_a_page_goes_on_from_where_it_was_when_redis_goes_and_redis_has_it_again_afterwards(
    states: PageStates, redis_of_its_own: RedisServer, trouble: str
):
    async with states.modify_state(tab(JamBotState)) as root:
        (await root.get_state(JamBotState)).workspace_id = "w1"
    await write(states, "before")
    assert redis_of_its_own.process is not None
    redis_of_its_own.stop() if trouble == "gone" else redis_of_its_own.process.send_signal(signal.SIGSTOP)

    # The first event waits for the two seconds of a silent Redis, and no other.
    async with asyncio.timeout(4):
        assert await read(states) == ("before", "w1")
        await write(states, "meanwhile")
        assert await read(states) == ("meanwhile", "w1")
    assert states.is_away

    redis_of_its_own.start() if trouble == "gone" else redis_of_its_own.process.send_signal(signal.SIGCONT)
    async with asyncio.timeout(5):
        while states.is_away:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await read(states) == ("meanwhile", "w1")
    elsewhere = states_on(redis_of_its_own)
    assert await read(elsewhere) == ("meanwhile", "w1")
    await elsewhere.close()


async def test_an_event_in_the_middle_of_which_redis_goes_is_not_lost(
    states: PageStates, redis_of_its_own: RedisServer
):
    async with states.modify_state(tab(StreamState)) as root:
        (await root.get_state(StreamState)).text = "half way"
        redis_of_its_own.stop()
    assert await read(states) == ("half way", "")


async def test_a_handler_that_fails_changes_nothing_and_says_so(states: PageStates):
    await write(states, "kept")
    with pytest.raises(ZeroDivisionError):
        async with states.modify_state(tab(NoticeState)) as root:
            (await root.get_state(NoticeState)).text = "never"
            raise ZeroDivisionError
    assert not states.is_away
    assert (await read(states))[0] == "kept"
