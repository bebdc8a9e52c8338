"""A start with another key than before: people sign in and work, and what cannot be read is kept as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from sqlmodel import select

from jambot.db.models import UserSession
from jambot.services import Services, build, set_services
from jambot.settings import Settings
from tests.api.conftest import Caller
from tests.api.shared_routes import fresh_api

EMAIL, PASSWORD = "ada@example.org", "a long enough phrase 42"


@asynccontextmanager
async def started(settings: Settings, key: str) -> AsyncIterator[tuple[Services, Caller]]:
    """The app's parts with a key and perhaps one of before, and somebody who calls them."""
    newest, *older = (SecretStr(each * 40) for each in key)
    parts = build(settings.model_copy(update={"secret_key": newest, "older_secret_keys": older[0] if older else None}))
    set_services(parts)
    await parts.sessions.start()
    try:
        async with Caller(fresh_api()) as caller:
            yield parts, caller
    finally:
        await parts.sessions.close()
        parts.auth.close()
        parts.work.close()
        set_services(None)


async def stored(parts: Services) -> list[str]:
    return list(await parts.work.read(lambda db: db.exec(select(UserSession.session_metadata)).all()))


@pytest.mark.usefixtures("sqlite_url")
async def test_with_another_key_people_sign_in_and_what_was_sealed_is_untouched(settings: Settings):
    async with started(settings, "a") as (parts, ada):
        await parts.auth.create_admin(email=EMAIL, password=PASSWORD, name="Ada")
        await ada.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
        made = (await ada.post("/api/sessions/", json={"session_metadata": {"colour": "blue"}})).json()
        workspace_id = (made.get("user_session") or made)["id"]
        before = await stored(parts)
        assert (await ada.get("/readyz")).json() == {"status": "ok"}
    assert before[0]
    assert "blue" not in before[0]

    async with started(settings, "b") as (parts, ada):
        answer = await ada.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})
        assert (await ada.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})).status_code == 200
        assert (await ada.get(f"/api/sessions/{workspace_id}")).status_code == 200
        refused = await ada.put(f"/api/sessions/{workspace_id}", json={"session_metadata": {"colour": "red"}})
        assert refused.status_code >= 400
        assert await stored(parts) == before

    async with started(settings, "ba") as (_, ada):
        # With the key of before beside it everything opens, and what it still seals is counted.
        found = (await ada.get("/readyz")).json()
        assert found["status"] == "ok" and found["under_older_keys"] >= 1
        await ada.post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
        facts = (await ada.get(f"/api/sessions/{workspace_id}")).json()
        assert (facts.get("user_session") or facts)["session_metadata"] == {"colour": "blue"}

    async with started(settings, "a") as (_, ada):
        assert (await ada.get("/readyz")).json() == {"status": "ok"}
