from __future__ import annotations

import cProfile
import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jambot.admin.desk import Desk, build_desk
from jambot.admin.session_rows import SessionRow
from jambot.admin.targets import Targets
from jambot.api.admin_sessions import csv_text, jsonl_text
from jambot.auth.service import build_auth
from jambot.services import Services, services, set_services
from jambot.sessions import SessionConfig, SessionManager
from jambot.sessions.stores.sql import SqlStore
from jambot.settings import Settings
from tests.api.conftest import Caller
from tests.auth.conftest import House

__all__: list[str] = []


@asynccontextmanager
async def desk_of_its_own(house: House, **stores: str) -> AsyncIterator[tuple[Desk, SessionManager]]:
    """A dashboard over sessions in the database, where it can look for them."""
    work, clock = house.work, house.clock
    async with SessionManager(SqlStore(work), SessionConfig(auto_cleanup=False), clock=clock) as sessions:
        _, logins = build_auth(
            sessions=sessions, work=work, blobs=house.blobs, bus=house.bus, clock=clock, settings=house.settings
        )
        targets = Targets(stores, sessions=sessions, keys=(), clock=clock)
        desk = build_desk(
            work=work,
            bus=house.bus,
            clock=clock,
            sessions=sessions,
            logins=logins,
            cursor_key=b"c" * 32,
            targets=targets,
        )
        yield desk, sessions


@pytest.fixture(autouse=True)
async def with_desk(parts: Services, house: House, tmp_path: Path):
    """The dashboard over a store of its own in the database, where the sessions of these tests are."""
    async with desk_of_its_own(house, archive=f"sqlite:///{tmp_path / 'archive.db'}") as (desk, sessions):
        set_services(replace(parts, desk=desk))
        for n in range(3):
            house.wait(seconds=1)
            await sessions.create(None, kind="guest", metadata={"device": f"=cmd|{n}"})
        yield sessions


async def test_sessions_are_listed_counted_and_looked_at(root: Caller):
    page = (await root.get("/api/admin/sessions?kind=guest&limit=2")).json()
    assert [row["kind"] for row in page["sessions"]] == ["guest", "guest"]
    rest = (await root.get("/api/admin/sessions", params={"kind": "guest", "limit": 2, "cursor": page["older"]})).json()
    assert len(rest["sessions"]) == 1
    assert (await root.get("/api/admin/sessions/count?kind=guest")).json() == {"count": 3, "is_exact": True}
    handle = page["sessions"][0]["handle"]
    assert (await root.get(f"/api/admin/sessions/{handle}")).json()["strategy"] == "fixed"
    assert (await root.get("/api/admin/sessions?state=odd")).status_code == 422
    assert (await root.get("/api/admin/sessions?cursor=forged")).status_code == 400


async def test_requests_of_a_session_and_their_errors_are_counted_for_its_inspector(root: Caller, with_desk):
    health = services().desk.health
    mine = next(each["id"] for each in (await root.get("/api/devices")).json()["devices"] if each["is_current"])
    before = health.of(mine).requests
    for path in ("/api/auth/me", "/api/devices", "/api/admin/sessions/none"):
        await root.get(path)
    assert (health.of(mine).requests - before, health.of(mine).errors) == (3, 0)
    handle = (await with_desk.create(None, kind="guest")).handle
    for failed in (False, True):
        health.record(handle, failed=failed)
    seen = (await root.get(f"/api/admin/sessions/{handle}")).json()
    assert (seen["requests"], seen["errors"]) == (2, 1)


async def test_an_export_holds_every_row_and_no_formula(root: Caller):
    answer = await root.get("/api/admin/sessions/export?kind=guest")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["device"] for row in rows] == ["'=cmd|2", "'=cmd|1", "'=cmd|0"]
    lines = (await root.get("/api/admin/sessions/export?kind=guest&format=jsonl&up=1")).text.splitlines()
    assert [json.loads(line)["device"] for line in lines] == ["=cmd|0", "=cmd|1", "=cmd|2"]


def test_writing_a_row_takes_few_steps():
    """A million rows are exported in minutes: copying each value deeply takes five times the steps."""
    moment = datetime(2026, 1, 5, tzinfo=UTC)
    row = SessionRow(
        handle="h",
        kind="login",
        state="idle",
        user_id="u",
        email="a@example.org",
        name="Ada",
        device="Firefox on Linux",
        ip_address="203.0.113.0/24",
        created_at=moment,
        last_used_at=moment,
        ends_at=moment,
        version=1,
        connections=0,
        active_requests=0,
    )
    for write in (csv_text, jsonl_text):
        profile = cProfile.Profile()
        profile.runcall(write, [row] * 100)
        assert sum(each.callcount for each in profile.getstats()) < 100 * 100


async def test_an_action_is_previewed_begun_and_followed(root: Caller):
    chosen = {"doing": "expire", "matching": {"kinds": ["guest"]}}
    impact = (await root.post("/api/admin/sessions/preview", json=chosen)).json()
    assert (impact["sessions"], impact["people"]) == (3, 0)
    assert (await root.post("/api/admin/sessions/actions", json=chosen)).status_code == 422
    begun = await root.post("/api/admin/sessions/actions", json={**chosen, "reason": "test guests"})
    assert begun.status_code == 202
    over = (await root.get(f"/api/admin/operations/{begun.json()['id']}?wait=true")).json()
    assert (over["state"], over["progress"]["done"]) == ("done", 3)
    assert (await root.get("/api/admin/sessions/count")).json()["count"] == 0


async def test_sessions_are_copied_to_a_store_by_its_name(root: Caller):
    assert (await root.get("/api/admin/session-targets")).json() == {"targets": ["archive"]}
    chosen = {"doing": "move", "target": "archive", "matching": {"kinds": ["guest"]}}
    impact = (await root.post("/api/admin/sessions/preview", json=chosen)).json()
    assert (impact["sessions"], impact["moving"]) == (3, {"target": "archive", "deletes": False})
    begun = await root.post("/api/admin/sessions/actions", json={**chosen, "reason": "a copy"})
    await root.get(f"/api/admin/operations/{begun.json()['id']}?wait=true")
    results = (await root.get(f"/api/admin/operations/{begun.json()['id']}/results")).json()
    assert [(row["success"], row["failed"]) for row in results["results"]] == [(True, None)] * 3
    assert (await root.get("/api/admin/sessions/count")).json()["count"] >= 3
    for odd in ({**chosen, "target": "redis://x"}, {**chosen, "target": ""}, {**chosen, "doing": "expire"}):
        assert (await root.post("/api/admin/sessions/preview", json=odd)).status_code == 422


async def test_figures_are_for_whoever_has_the_token(root: Caller, anyone: Caller, ada: Caller, parts: Services):
    text = (await root.get("/metrics")).text
    for name in ("jambot_sessions{state=", "jambot_logins_total", "jambot_store_seconds_bucket", "jambot_http_answers"):
        assert name in text
    settings = Settings(_env_file=None, data_dir=parts.settings.data_dir, metrics_token="a-token")  # type: ignore[call-arg]
    set_services(replace(parts, settings=settings))
    assert (await anyone.get("/metrics", headers={"Authorization": "Bearer a-token"})).status_code == 200
    assert (await anyone.get("/metrics")).status_code == 401
    assert (await ada.get("/metrics")).status_code == 403
