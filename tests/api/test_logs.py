"""What is secret is in no log, whatever is sent and whatever goes wrong."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jambot import log
from jambot.api.app import create_api
from tests.api.conftest import Caller
from tests.auth.conftest import House, here
from tests.conftest import plain_logs

CANARY = "c4n4ry-0f-th3-c0al-m1ne"
OTHER = "an0ther-c4n4ry-s1ngs-here"


@pytest.fixture
def write_logs() -> Iterator[Callable[[], io.StringIO]]:
    """Makes logs go where a test can read them, in the form a server writes them."""
    kept, level, stderr = logging.root.handlers[:], logging.root.level, sys.stderr

    def start() -> io.StringIO:
        sys.stderr = io.StringIO()
        log.configure(json_lines=False, level="DEBUG")
        return sys.stderr

    yield start
    sys.stderr = stderr
    plain_logs()
    logging.root.handlers[:] = kept
    logging.root.setLevel(level)


async def test_no_password_cookie_or_token_reaches_the_logs(house: House, write_logs: Any, parts: Any):
    logs = write_logs()
    api = create_api()

    @api.post("/api/broken")
    async def broken(body: dict[str, Any]) -> None:
        raise RuntimeError(f"could not handle password={body['password']}")

    api.router.routes.insert(0, api.router.routes.pop())
    invite = (await house.auth.invite(None)).address.rpartition("=")[2]
    reset = ""
    async with Caller(api) as caller:
        joined = await caller.post(
            "/api/auth/register", json={"email": "ada@example.org", "password": CANARY, "invite": invite}
        )
        assert joined.status_code == 201
        cookie, token, refresh = (
            joined.cookies["jam_sid"],
            joined.json()["access_token"],
            joined.json()["refresh_token"],
        )
        for body in (
            {"email": "ada@example.org", "password": OTHER},
            {"email": "ada@example.org", "password": {"deep": CANARY}},
            {"email": CANARY + "@example.org", "password": CANARY, "extra": CANARY},
        ):
            await caller.post("/api/auth/login", json=body)
        await caller.post("/api/auth/login", content=CANARY.encode(), headers={"Content-Type": "application/json"})
        await caller.post("/api/broken", json={"password": CANARY})
        await caller.get("/api/auth/me", headers={"Authorization": f"Bearer {token}x"})
        await caller.get(f"/api/auth/me?token={token}")
        await caller.post("/api/auth/refresh", json={"refresh_token": refresh})
        house.wait(seconds=11)
        await caller.post("/api/auth/refresh", json={"refresh_token": refresh})
        signed_in = await house.auth.sign_in(email="ada@example.org", password=CANARY, device=here("203.0.113.99"))
        reset = (await house.auth.reset_link(None, email="ada@example.org")).address.rpartition("=")[2]
        await caller.post("/api/auth/reset", json={"token": reset, "password": OTHER + OTHER})
    written = logs.getvalue()
    assert "auth.user.registered" in written and "api.fault" in written
    for secret in (
        CANARY,
        OTHER,
        cookie,
        cookie.partition(".")[2],
        token,
        refresh,
        signed_in.opened.cookie,
        signed_in.opened.refresh_token,
        invite,
        reset,
    ):
        assert secret not in written, secret[:12]


async def test_a_user_agent_cannot_forge_a_line(anyone: Caller, house: House, write_logs: Any):
    logs = write_logs()
    await house.user()
    agent = "x\x1b[31m evil\x7f login.opened"
    await anyone.post(
        "/api/auth/login",
        json={"email": "ada@example.org\r\n2026 forged", "password": "x" * 20},
        headers={"User-Agent": agent},
    )
    assert not any(line.startswith("2026 forged") for line in logs.getvalue().splitlines())
