"""The stories of people, their logins and their work on PostgreSQL, through the API, with the app's own composition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import pytest

from jambot.client import JamBot, Started
from jambot.services import Services, build, set_services
from jambot.settings import Registration, Settings
from tests.api.conftest import PASSWORD, Caller
from tests.api.shared_routes import fresh_api
from tests.auth.conftest import OTHER_PASSWORD

pytestmark = pytest.mark.xdist_group("postgres")
T = TypeVar("T")
CSV = b"Date,Channel,Revenue\n" + b"".join(b"2026-%02d-03,Shop %d,%d.50\n" % (n % 12 + 1, n % 3, n) for n in range(60))


@pytest.fixture
async def parts(postgres_url: str, settings: Settings) -> AsyncIterator[Services]:
    built = build(settings.model_copy(update={"database_url": postgres_url, "registration": Registration.OPEN}))
    set_services(built)
    await built.sessions.start()
    yield built
    await built.turns.aclose()
    await built.runner.stop(drain=timedelta(seconds=1))
    await built.sessions.close()
    built.auth.close()
    built.work.close()
    set_services(None)


async def test_the_whole_story(parts: Services):
    api = fresh_api()
    async with Caller(api) as root, Caller(api, place="203.0.113.8") as ada:
        token = (await parts.auth.setup_link() or "").rpartition("=")[2]
        body = {"token": token, "email": "root@example.org", "password": PASSWORD}
        answers = await asyncio.gather(*(root.post("/api/auth/setup", json=body) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
        invite = (await root.post("/api/admin/invites", json={})).json()["address"].rpartition("=")[2]
        body = {"email": "ada@example.org", "password": PASSWORD, "invite": invite, "name": "Ada % _"}
        answers = await asyncio.gather(*(ada.post("/api/auth/register", json=body) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
        made = await asyncio.gather(
            *(ada.post("/api/sessions/", json={"name": "One"}, headers={"Idempotency-Key": "k"}) for _ in range(10))
        )
        assert {answer.status_code for answer in made} == {201}
        assert len({answer.content for answer in made}) == 1
        for query in (
            "users?q=ada %25 _",
            "users?limit=1",
            "workspaces?q=one&limit=1",
            "logins?q=ADA",
            "audit?limit=2",
        ):
            page = (await root.get(f"/api/admin/{query}")).json()
            rows = next(value for value in page.values() if isinstance(value, list))
            assert rows, query
            if page["next_cursor"]:
                following = await root.get(f"/api/admin/{query}", params={"cursor": page["next_cursor"]})
                assert following.status_code in {200, 400}
        assert (await root.get("/api/admin/overview")).json()["workspaces_active"] == 1
        changed = await ada.put("/api/auth/password", json={"old_password": PASSWORD, "new_password": OTHER_PASSWORD})
        assert changed.status_code == 200
        refreshed = await ada.post("/api/auth/refresh", json={"refresh_token": changed.json()["refresh_token"]})
        assert refreshed.status_code == 200
        assert (await ada.get("/api/auth/export")).status_code == 200
        gone = await ada.request("DELETE", "/api/auth/account", json={"password": OTHER_PASSWORD})
        assert gone.status_code == 204
        assert (await ada.get("/api/auth/me")).status_code == 401
        assert (await root.get("/api/admin/overview")).json()["people"] == 1


async def test_a_person_works_in_a_workspace_from_the_first_word_to_the_trash(parts: Services):
    await parts.runner.start()
    async with JamBot("http://localhost:3000", transport=httpx.ASGITransport(fresh_api())) as ada:
        await register(parts)
        await ada.sign_in("ada@example.org", PASSWORD)
        session = (await ada.create_session("Umsätze 2026")).user_session.id
        asset = await ada.upload(session, "sales.csv", CSV)
        started = await ada.send(session, "Show me the revenue per month", asset_ids=[asset.id])
        assert isinstance(started, Started)
        assert (await until(lambda: ada.get_message(started.answer_id), lambda it: it.status)).status == "complete"
        proposal = (await ada.get_missions(session)).proposal
        assert proposal is not None
        mission = (await ada.accept_proposal(proposal.id)).mission
        done = await until(lambda: ada.get_mission(mission.id), lambda it: it.mission.status)
        assert done.mission.status == "completed"
        report = next(each for each in done.assets if each.role == "output")
        assert await ada.download(report.id)
        for query in ("UMSÄTZE", "umsatz", "% _"):
            found = await ada.list_sessions(query=query)
            assert [row.id for row in found.sessions] == ([session] if "%" not in query else [])
        await ada.delete_session(session)
        assert (await ada.list_sessions()).sessions == ()
        assert (await ada.restore_session(session)).name == "Umsätze 2026"


async def register(parts: Services) -> None:
    async with Caller(fresh_api()) as anyone:
        body = {"email": "ada@example.org", "password": PASSWORD, "name": "Ada"}
        assert (await anyone.post("/api/auth/register", json=body)).status_code == 201


async def until(look: Callable[[], Awaitable[T]], status_of: Callable[[T], str]) -> T:
    """What `look` sees once it is neither written nor worked on any more."""
    async with asyncio.timeout(60):
        while status_of(seen := await look()) in {"streaming", "in_progress", "pending"}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return seen
