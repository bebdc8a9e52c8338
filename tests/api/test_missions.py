"""Missions over HTTP: proposed by the assistant, decided by their owner alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jambot.ids import new_id
from jambot.services import Services
from tests.api.conftest import Caller
from tests.api.workplace import workplace, workspace_for
from tests.auth.conftest import House

CSV = b"Month,Region,Revenue\n" + b"".join(
    f"2025-{month:02},{region},{month * 10}\n".encode() for month in range(1, 13) for region in ("North", "South")
)


@pytest.fixture
async def parts(parts: Services) -> AsyncIterator[Services]:
    async with workplace(parts) as working:
        yield working


@pytest.fixture
async def bob(house: House, caller_from: Any) -> AsyncIterator[Caller]:
    signed_in = await house.user("bob@example.org")
    async with caller_from(headers={"Cookie": house.header(signed_in.opened.cookie)}) as caller:
        yield caller


@pytest.fixture
async def workspace_id(parts: Services, ada: Caller) -> str:
    me = (await ada.get("/api/auth/me")).json()
    return (await workspace_for(parts, me["user"]["id"]))[0]


@pytest.fixture
async def proposal(ada: Caller, workspace_id: str) -> dict[str, Any]:
    """What the assistant proposes to do with an uploaded table."""
    form = {"files": {"file": ("sales.csv", CSV)}, "data": {"workspace_id": workspace_id}}
    asset = (await ada.post("/api/assets/", **form)).json()
    turn = {
        "workspace_id": workspace_id,
        "content": "Show revenue by month as a chart",
        "client_id": "c-1",
        "asset_ids": [asset["id"]],
    }
    started = (await ada.post("/api/chat/turns", json=turn)).json()
    async with asyncio.timeout(30):
        while (await ada.get(f"/api/chat/messages/{started['answer_id']}")).json()["status"] == "streaming":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return (await ada.get("/api/missions/", params={"workspace_id": workspace_id})).json()["proposal"]


async def test_an_accepted_proposal_is_one_mission_with_hops_and_steps(ada: Caller, workspace_id, proposal):
    accepted = await asyncio.gather(
        *(ada.post(f"/api/proposals/{proposal['id']}/accept", json={"ask": "run_all"}) for _ in range(2))
    )
    assert {answer.status_code for answer in accepted} == {200}
    mission = accepted[0].json()["mission"]
    assert {answer.json()["mission"]["id"] for answer in accepted} == {mission["id"]}
    found = (await ada.get("/api/missions/", params={"workspace_id": workspace_id})).json()
    assert ([each["id"] for each in found["missions"]], found["proposal"]) == ([mission["id"]], None)
    hops = (await ada.get(f"/api/missions/{mission['id']}/hops")).json()
    steps = (await ada.get(f"/api/missions/{mission['id']}/tool-steps")).json()
    assert [step["id"] for hop in hops for step in hop["steps"]] == [step["id"] for step in steps]
    assert (await ada.get(f"/api/tool-steps/{steps[0]['id']}")).json() == steps[0]


async def test_a_mission_is_paused_resumed_stopped_and_run_again(ada: Caller, proposal):
    mission = (await ada.post(f"/api/proposals/{proposal['id']}/accept")).json()["mission"]

    async def status_after(verb: str, body: dict[str, Any] | None = None) -> Any:
        answer = await ada.post(f"/api/missions/{mission['id']}/{verb}", json=body)
        return answer.json()["mission"]["status"] if answer.status_code == 200 else answer.json()["code"]

    assert await status_after("resume") == "wrong_state"
    assert await status_after("pause") == "paused"
    assert await status_after("resume") == "in_progress"
    assert await status_after("stop") == "cancelled"
    price = await ada.get(f"/api/missions/{mission['id']}/retry-price", params={"scope": "mission"})
    assert (price.status_code, price.json()["keeps"]) == (200, 0)
    assert await status_after("retry", {"scope": "mission"}) == "in_progress"
    assert await status_after("kill", {"reason": "enough"}) == "cancelled"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/missions/{id}/kill", {}),
        ("/api/missions/{id}/kill", {"reason": ""}),
        ("/api/missions/{id}/retry", {"scope": "everything"}),
        ("/api/missions/{id}/retry", {"status": "completed"}),
        ("/api/approvals/{id}", {"approve": "yes"}),
        ("/api/proposals/{id}/accept", {"ask": "never"}),
        ("/api/proposals/{id}/accept", {"name": "mine"}),
    ],
)
async def test_a_decision_of_another_shape_is_refused(ada: Caller, proposal, path, body):
    assert (await ada.post(path.format(id=proposal["id"]), json=body)).status_code == 422


async def test_a_rejected_proposal_cannot_be_accepted(ada: Caller, proposal):
    assert (await ada.post(f"/api/proposals/{proposal['id']}/reject")).json()["status"] == "rejected"
    refused = await ada.post(f"/api/proposals/{proposal['id']}/accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


async def test_other_peoples_malformed_and_missing_ids_answer_alike(ada: Caller, bob: Caller, workspace_id, proposal):
    before = await bob.get(f"/api/proposals/{proposal['id']}")
    mission = (await ada.post(f"/api/proposals/{proposal['id']}/accept")).json()["mission"]
    step_id = mission["hops"][0]["steps"][0]["id"]
    answers = [before, await bob.get("/api/missions/", params={"workspace_id": workspace_id})]
    for id_ in (mission["id"], step_id, proposal["id"], new_id(), "0", "%00", "..%2f", "a" * 3_000):
        answers.append(await bob.get(f"/api/missions/{id_}"))
        answers.append(await bob.get(f"/api/missions/{id_}/hops"))
        answers.append(await bob.get(f"/api/missions/{id_}/tool-steps"))
        answers.append(await bob.get(f"/api/missions/{id_}/retry-price"))
        answers.append(await bob.post(f"/api/missions/{id_}/retry", json={}))
        answers.append(await bob.post(f"/api/missions/{id_}/kill", json={"reason": "x"}))
        answers.append(await bob.post(f"/api/approvals/{id_}", json={"approve": True}))
        answers.append(await bob.get(f"/api/tool-steps/{id_}"))
        answers.append(await bob.post(f"/api/tool-steps/{id_}/retry"))
        answers += [await bob.post(f"/api/missions/{id_}/{verb}") for verb in ("pause", "resume", "stop")]
        answers += [await bob.post(f"/api/proposals/{id_}/{verb}") for verb in ("accept", "reject", "change")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({str(answer.json() | {"request_id": ""}) for answer in answers}) == 1
    assert (await ada.get(f"/api/missions/{mission['id']}")).json()["mission"]["status"] == "in_progress"


async def test_tools_say_what_they_take_and_give(ada: Caller, anyone: Caller):
    tools = (await ada.get("/api/tools/")).json()["tools"]
    assert {"profile_table", "query_table", "chart", "summarize", "write_report"} <= {tool["id"] for tool in tools}
    assert (await ada.get("/api/tools/query_table")).json()["side_effect"] == "none"
    assert (await ada.get("/api/tools/rm_rf")).status_code == 404
    assert (await anyone.get("/api/tools/")).status_code == 401
