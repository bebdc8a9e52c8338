"""The story of people and their logins on PostgreSQL, through the API, with the app's own composition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from jambot.api.app import create_api
from jambot.services import Services, build, set_services
from jambot.settings import Settings
from tests.api.conftest import PASSWORD, Caller
from tests.auth.conftest import OTHER_PASSWORD


@pytest.fixture
async def parts(postgres_url: str, settings: Settings) -> AsyncIterator[Services]:
    built = build(settings.model_copy(update={"database_url": postgres_url}))
    set_services(built)
    await built.sessions.start()
    yield built
    await built.turns.aclose()
    await built.sessions.close()
    built.auth.close()
    built.work.close()
    set_services(None)


async def test_the_whole_story(parts: Services):
    api = create_api()
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
