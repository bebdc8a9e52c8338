"""Turns on a real database with a model whose words a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from jambot.access import Principal
from jambot.assistant.turns import Turns
from jambot.clock import ManualClock
from jambot.db import UnitOfWork
from jambot.events import LocalBus
from jambot.workspaces.chat import ChatService
from jambot.workspaces.view import MessageView
from tests.assistant.scripted import KeptProposals, Scripted
from tests.people import person

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return once `condition` holds; fail after 10 s."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
async def me(work: UnitOfWork, clock: ManualClock) -> Principal:
    return await person(work, clock)


@pytest.fixture
def chats(work: UnitOfWork, clock: ManualClock) -> ChatService:
    return ChatService(work=work, clock=clock)


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
def proposals() -> KeptProposals:
    return KeptProposals()


@pytest.fixture
async def turns(
    work: UnitOfWork, bus: LocalBus, clock: ManualClock, model: Scripted, proposals: KeptProposals
) -> AsyncIterator[Turns]:
    made = Turns(work=work, bus=bus, clock=clock, reply=model, keep_proposal=proposals)
    yield made
    await made.aclose()


@pytest.fixture
def settled(chats: ChatService, me: Principal) -> Callable[[str], Awaitable[MessageView]]:
    """Waits for an answer to be settled and returns it."""

    async def wait(message_id: str) -> MessageView:
        async def is_settled() -> bool:
            return (await chats.message(me, message_id)).status != "streaming"

        await until(is_settled)
        return await chats.message(me, message_id)

    return wait
