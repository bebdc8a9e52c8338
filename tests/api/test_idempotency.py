from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlmodel import select

from jambot.api.app import create_api
from jambot.api.deps import Me
from jambot.api.schemas import Body
from jambot.db.models import IdempotencyKey
from jambot.db.repositories import idempotency
from jambot.errors import TurnInProgress
from tests.api.conftest import Caller
from tests.auth.conftest import House


class Work(Body):
    text: str = ""


class Counter:
    """A route whose effects can be counted, and what it shall do."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.has_begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.is_busy = False
        self.breaks = False


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def api(parts: Any, counter: Counter) -> Any:
    made = create_api()
    router = APIRouter()

    @router.post("/api/work", status_code=201)
    async def work(body: Work, me: Me) -> dict[str, Any]:
        counter.has_begun.set()
        await counter.go_on.wait()
        if counter.is_busy:
            raise TurnInProgress
        if counter.breaks:
            raise RuntimeError("broken")
        counter.done.append(me.email)
        return {"number": len(counter.done), "text": body.text}

    @router.post("/api/work/stream")
    async def stream(me: Me) -> StreamingResponse:
        counter.done.append(me.email)
        return StreamingResponse(iter(["data: x\n\n"]), media_type="text/event-stream")

    made.include_router(router)
    made.router.routes.insert(0, made.router.routes.pop())
    return made


KEY = {"Idempotency-Key": "k-1"}


async def test_the_same_request_again_is_answered_again_and_not_done_again(ada: Caller, counter: Counter):
    first = await ada.post("/api/work", json={"text": "hé"}, headers=KEY)
    again = await ada.post("/api/work", json={"text": "hé"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert len(counter.done) == 1


async def test_without_a_key_each_request_counts(ada: Caller, counter: Counter):
    for _ in range(2):
        await ada.post("/api/work", json={})
    assert len(counter.done) == 2


async def test_fifty_at_once_have_one_effect_and_one_answer(ada: Caller, counter: Counter):
    answers = await asyncio.gather(*(ada.post("/api/work", json={}, headers=KEY) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(counter.done) == 1


async def test_another_body_under_the_same_key_is_refused(ada: Caller, counter: Counter):
    await ada.post("/api/work", json={"text": "a"}, headers=KEY)
    other = await ada.post("/api/work", json={"text": "b"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert (await ada.post("/api/work?x=1", json={"text": "a"}, headers=KEY)).status_code == 422
    assert len(counter.done) == 1


async def test_keys_of_two_people_have_nothing_to_do_with_each_other(ada: Caller, root: Caller, counter: Counter):
    for caller in (ada, root):
        assert (await caller.post("/api/work", json={}, headers=KEY)).json()["number"] == len(counter.done)
    assert len(set(counter.done)) == 2


async def test_one_that_takes_long_is_told_to_be_in_progress(ada: Caller, counter: Counter):
    counter.go_on.clear()
    first = asyncio.ensure_future(ada.post("/api/work", json={}, headers=KEY))
    await counter.has_begun.wait()
    second = await ada.post("/api/work", json={}, headers=KEY)
    assert (second.status_code, second.json()["code"]) == (409, "in_progress")
    counter.go_on.set()
    assert (await first).status_code == 201
    assert len(counter.done) == 1


async def test_a_refused_request_may_come_again_under_its_key(ada: Caller, counter: Counter):
    counter.is_busy = True
    assert (await ada.post("/api/work", json={}, headers=KEY)).json()["code"] == "turn_in_progress"
    counter.is_busy, counter.breaks = False, True
    assert (await ada.post("/api/work", json={}, headers=KEY)).status_code == 500
    counter.breaks = False
    assert (await ada.post("/api/work", json={}, headers=KEY)).status_code == 201


async def test_after_a_day_a_key_is_new(ada: Caller, counter: Counter, house: House):
    await ada.post("/api/work", json={}, headers=KEY)
    house.wait(hours=11)
    await ada.post("/api/auth/activity")
    house.wait(hours=11)
    await ada.post("/api/auth/activity")
    house.wait(hours=1, minutes=59)
    assert (await ada.post("/api/work", json={}, headers=KEY)).headers["idempotency-replayed"]
    house.wait(minutes=1)
    assert "idempotency-replayed" not in (await ada.post("/api/work", json={}, headers=KEY)).headers
    assert len(counter.done) == 2


async def test_what_a_killed_process_left_behind_passes_on_after_its_lease(ada: Caller, counter: Counter, house: House):
    await ada.post("/api/work", json={}, headers=KEY)
    await house.work.write(lambda tx: _leave_behind(tx))
    early = await ada.post("/api/work", json={}, headers=KEY)
    assert early.json()["code"] == "in_progress"
    house.clock.advance(idempotency.LEASE + timedelta(seconds=1))
    assert (await ada.post("/api/work", json={}, headers=KEY)).json()["number"] == 2


@pytest.mark.parametrize("key", ["x" * 129, "a\tb"])
async def test_odd_keys_are_refused(ada: Caller, key: str, counter: Counter):
    assert (await ada.post("/api/work", json={}, headers={"Idempotency-Key": key})).status_code == 422
    assert counter.done == []


async def test_nobody_leaves_keys_behind_without_signing_in(anyone: Caller, house: House):
    assert (await anyone.post("/api/work", json={}, headers=KEY)).status_code == 401
    assert await house.work.read(lambda db: list(db.exec(select(IdempotencyKey)))) == []


async def test_a_stream_is_passed_on_and_not_kept(ada: Caller, counter: Counter, house: House):
    for number in (1, 2):
        answer = await ada.post("/api/work/stream", headers=KEY)
        assert answer.text == "data: x\n\n"
        assert len(counter.done) == number
    assert await house.work.read(lambda db: list(db.exec(select(IdempotencyKey)))) == []


async def test_answers_that_hold_secrets_are_not_kept(root: Caller, ada: Caller, house: House):
    await ada.post("/api/auth/refresh", headers=KEY)
    assert await house.work.read(lambda db: list(db.exec(select(IdempotencyKey)))) == []


def _leave_behind(tx: Any) -> None:
    row = tx.exec(select(IdempotencyKey)).one()
    row.status_code = idempotency.IN_PROGRESS
    tx.add(row)
