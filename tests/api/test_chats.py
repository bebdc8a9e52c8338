"""Chats over HTTP: stored once, answered on the server, heard as they are said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jambot.ids import new_id
from jambot.services import Services
from tests.api.conftest import Caller
from tests.api.workplace import workplace, workspace_for
from tests.assistant.scripted import Scripted
from tests.auth.conftest import House


@pytest.fixture
def model() -> Scripted:
    return Scripted()


@pytest.fixture
async def parts(parts: Services, model: Scripted) -> AsyncIterator[Services]:
    async with workplace(parts, reply=model) as working:
        yield working


@pytest.fixture
async def place(parts: Services, ada: Caller) -> tuple[str, str]:
    """Ada's workspace and chat."""
    me = (await ada.get("/api/auth/me")).json()
    return await workspace_for(parts, me["user"]["id"])


@pytest.fixture
async def bob(house: House, caller_from: Any) -> AsyncIterator[Caller]:
    signed_in = await house.user("bob@example.org")
    async with caller_from(headers={"Cookie": house.header(signed_in.opened.cookie)}) as caller:
        yield caller


async def settled(caller: Caller, message_id: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while (found := (await caller.get(f"/api/chat/messages/{message_id}")).json())["status"] == "streaming":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


async def test_a_message_is_stored_and_listed(ada: Caller, place):
    _, chat_id = place
    stored = await ada.post(f"/api/chats/{chat_id}/messages", json={"content": "Hello", "client_id": "c-1"})
    assert (stored.status_code, stored.json()["sequence"]) == (201, 1)
    again = await ada.post(f"/api/chats/{chat_id}/messages", json={"content": "Hello", "client_id": "c-1"})
    assert again.json()["id"] == stored.json()["id"]
    listed = (await ada.get(f"/api/chats/{chat_id}/messages")).json()
    assert [message["content"] for message in listed["messages"]] == ["Hello"]
    assert listed["next_before"] is None


async def test_older_messages_come_in_pages(ada: Caller, place):
    _, chat_id = place
    for n in range(7):
        await ada.post(f"/api/chats/{chat_id}/messages", json={"content": f"message {n}"})
    page = (await ada.get(f"/api/chats/{chat_id}/messages", params={"limit": 3})).json()
    older = (await ada.get(f"/api/chats/{chat_id}/messages?limit=3&before={page['next_before']}")).json()
    assert [m["sequence"] for m in older["messages"] + page["messages"]] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"content": "x", "role": "assistant"}, 422),
        ({"content": "x", "role": "system"}, 422),
        ({"content": "x", "user_id": "me"}, 422),
        ({"content": "   "}, 422),
        ({"content": 7}, 422),
        ({"content": None}, 422),
        ({}, 422),
        ([], 422),
        ("x", 422),
        ({"content": "x" * 100_001}, 413),
        ({"content": "x" * 3_000_000}, 413),
        ({"content": "x", "client_id": "a b"}, 422),
        ({"content": "x", "client_id": "c" * 65}, 422),
    ],
)
async def test_a_message_of_another_shape_is_refused(ada: Caller, place, body, status):
    _, chat_id = place
    refused = await ada.post(f"/api/chats/{chat_id}/messages", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert (await ada.get(f"/api/chats/{chat_id}/messages")).json()["messages"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=abc", "limit=1.5", "before=0", "before=-1", "before=x"]
)
async def test_an_odd_page_is_refused(ada: Caller, place, query):
    assert (await ada.get(f"/api/chats/{place[1]}/messages?{query}")).status_code == 422


async def test_half_an_emoji_is_no_fault(ada: Caller, place):
    raw = b'{"content": "a\\ud83d b\\u0000"}'
    stored = await ada.post(
        f"/api/chats/{place[1]}/messages", content=raw, headers={"Content-Type": "application/json"}
    )
    assert stored.json()["content"] == "a\ufffd b\ufffd"


async def test_a_turn_makes_its_workspace_once(ada: Caller, parts, model):
    body = {"workspace_id": None, "content": "Hello", "client_id": "c-1"}
    answers = await asyncio.gather(*(ada.post("/api/chat/turns", json=body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    started = answers[0].json()
    assert set(started) == {"workspace_id", "chat_id", "message_id", "sequence", "answer_id"}
    model.say("Good day.")
    model.end()
    assert (await settled(ada, started["answer_id"]))["content"] == "Good day."


async def test_while_one_answer_is_written_another_message_waits(ada: Caller, place, model):
    workspace_id, _ = place
    turn = {"workspace_id": workspace_id, "content": "One", "client_id": "c-1"}
    first = (await ada.post("/api/chat/turns", json=turn)).json()
    refused = await ada.post("/api/chat/turns", json=turn | {"client_id": "c-2"})
    assert (refused.status_code, refused.json()["code"]) == (409, "turn_in_progress")
    assert (await ada.post(f"/api/chat/{workspace_id}/stop")).status_code == 204
    assert (await settled(ada, first["answer_id"]))["status"] == "interrupted"
    assert (await ada.post("/api/chat/turns", json=turn | {"client_id": "c-2"})).status_code == 202


async def test_an_answer_can_be_retried_continued_and_its_question_edited(ada: Caller, place, model):
    workspace_id, chat_id = place
    turn = {"workspace_id": workspace_id, "content": "One", "client_id": "c-1"}
    started = (await ada.post("/api/chat/turns", json=turn)).json()
    await ada.post(f"/api/chat/{workspace_id}/stop")
    assert (await ada.post(f"/api/chat/messages/{started['answer_id']}/continue")).status_code == 202
    model.say("whole")
    model.end()
    await settled(ada, started["answer_id"])
    refused = await ada.post(f"/api/chat/messages/{started['answer_id']}/continue")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    assert (await ada.post(f"/api/chat/messages/{started['answer_id']}/retry")).status_code == 202
    model.end()
    await settled(ada, started["answer_id"])
    edited = await ada.put(f"/api/chat/messages/{started['message_id']}", json={"content": "Two", "rerun": True})
    assert edited.json()["message"]["content"] == "Two"
    model.end()
    await settled(ada, edited.json()["turn"]["answer_id"])
    listed = (await ada.get(f"/api/chats/{chat_id}/messages")).json()["messages"]
    assert [message["sequence"] for message in listed] == [1, 2]


async def test_an_answer_is_streamed_as_events(ada: Caller, place, model):
    _, chat_id = place
    model.say("Good ", "day.")
    model.end()
    body = {"chat_id": chat_id, "content": "Hello", "client_id": "c-1"}
    answer = await ada.post("/api/chat/stream", json=body)
    events = read_events(answer.text)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert events[0][0] == "started"
    assert "".join(data["text"] for name, data in events if name == "delta") == "Good day."
    name, last = events[-1]
    assert (name, last["message"]["status"], last["message"]["content"]) == ("settled", "complete", "Good day.")


async def test_asking_again_joins_the_same_answer_from_its_beginning(ada: Caller, place, model):
    _, chat_id = place
    body = {"chat_id": chat_id, "content": "Hello", "client_id": "c-1"}
    model.say("Good day.")
    model.end()
    await ada.post("/api/chat/stream", json=body)
    events = read_events((await ada.post("/api/chat/stream", json=body)).text)
    assert "".join(data["text"] for name, data in events if name == "delta") == "Good day."
    assert len(model.asked) == 1


async def test_other_peoples_malformed_and_missing_ids_answer_alike(ada: Caller, bob: Caller, place, model):
    workspace_id, chat_id = place
    turn = {"workspace_id": workspace_id, "content": "One", "client_id": "c-1"}
    started = (await ada.post("/api/chat/turns", json=turn)).json()
    model.end()
    await settled(ada, started["answer_id"])
    answers = []
    for chat in (chat_id, new_id(), chat_id.upper(), "0", "%00", "..%2f", "a" * 5_000, "' OR 1=1"):
        answers.append(await bob.get(f"/api/chats/{chat}/messages"))
        answers.append(await bob.post(f"/api/chats/{chat}/messages", json={"content": "x"}))
    answers.append(await bob.post("/api/chat/turns", json=turn))
    answers.append(await bob.post("/api/chat/stream", json={"chat_id": chat_id, "content": "x"}))
    answers.append(await bob.post(f"/api/chat/{workspace_id}/stop"))
    for message_id in (started["message_id"], started["answer_id"], new_id()):
        answers.append(await bob.get(f"/api/chat/messages/{message_id}"))
        answers.append(await bob.post(f"/api/chat/messages/{message_id}/retry"))
        answers.append(await bob.post(f"/api/chat/messages/{message_id}/continue"))
        answers.append(await bob.post(f"/api/chat/messages/{message_id}/keep"))
        answers.append(await bob.put(f"/api/chat/messages/{message_id}", json={"content": "x"}))
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1


async def test_nobody_reads_or_writes_without_signing_in(anyone: Caller, place):
    workspace_id, chat_id = place
    answers = [
        await anyone.get(f"/api/chats/{chat_id}/messages"),
        await anyone.post(f"/api/chats/{chat_id}/messages", json={"content": "x"}),
        await anyone.post("/api/chat/turns", json={"content": "x", "client_id": "c"}),
        await anyone.post("/api/chat/stream", json={"chat_id": chat_id, "content": "x"}),
        await anyone.post(f"/api/chat/{workspace_id}/stop"),
    ]
    assert {answer.status_code for answer in answers} == {401}


def read_events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The named events of a server-sent stream."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found
