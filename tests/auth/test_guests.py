"""Guests: a working product without an account, whose work becomes a person's whole, or goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jambot.access import Action, Principal, Role, may
from jambot.auth.service import GuestsClosed
from jambot.db.models import Asset, Draft, Place, User, UserSession
from jambot.db.repositories import users
from jambot.errors import InvalidCredentials, InvalidInput
from jambot.services import Services
from jambot.settings import Settings
from tests.api.conftest import PASSWORD, Caller
from tests.api.shared_routes import fresh_api
from tests.auth.conftest import ADA, House, here
from tests.whole_app import whole_app

NEW = {"email": ADA, "password": PASSWORD, "name": "Ada"}


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Open to whoever wants to register, and to guests unless a test says otherwise."""
    opened = {"guests": getattr(request, "param", True), "registration": "open", "guest_messages": 2}
    return settings.model_copy(update=opened)


@pytest.fixture
async def app(sqlite_url: str, settings: Settings) -> AsyncIterator[Services]:
    """The whole app."""
    async with whole_app(settings) as parts:
        yield parts


@pytest.fixture
async def guest(app: Services) -> AsyncIterator[Caller]:
    """A browser of a guest who made a workspace with a file, a draft and metadata."""
    async with Caller(fresh_api()) as caller:
        assert (await caller.post("/api/auth/guest")).status_code == 201
        yield caller


async def work_of(caller: Caller) -> str:
    """What the guest does; the id of the workspace."""
    made = await caller.post("/api/sessions/", json={"name": "First try", "session_metadata": {"folder": "x"}})
    workspace_id = made.json()["user_session"]["id"]
    await caller.put(f"/api/sessions/{workspace_id}/draft", json={"text": "half a thought"})
    await caller.put("/api/place", json={"workspace_id": workspace_id, "place": {"panel": "mission"}})
    files = {"file": ("a.csv", b"a;b\n1;2\n", "text/csv")}
    uploaded = await caller.post("/api/assets/", files=files, data={"workspace_id": workspace_id})
    assert uploaded.status_code == 201, uploaded.text
    return workspace_id


def kept_for(answer: Any) -> int:
    """How many seconds the browser keeps the login cookie it is given."""
    return int(answer.headers.get_list("set-cookie")[0].partition("Max-Age=")[2].partition(";")[0] or 0)


async def kept(caller: Caller, workspace_id: str) -> None:
    """Everything is there for whoever asks."""
    found = (await caller.get(f"/api/sessions/{workspace_id}")).json()
    assert found["user_session"]["session_metadata"] == {"folder": "x"}, found
    assert (await caller.get(f"/api/sessions/{workspace_id}/draft")).json()["text"] == "half a thought"
    assert [each["name"] for each in (await caller.get("/api/assets/")).json()["assets"]] == ["a.csv"]
    listed = (await caller.get("/api/sessions/", params={"q": "First"})).json()
    assert "First try" in str(listed)


@pytest.mark.parametrize("settings", [False], indirect=True)
async def test_nobody_tries_where_that_is_not_open(house: House):
    with pytest.raises(GuestsClosed):
        await house.auth.start_guest(device=here())


async def test_a_guest_who_signs_up_keeps_everything_and_the_old_cookie_is_dead(app: Services, guest: Caller):
    workspace_id = await work_of(guest)
    before = guest.cookies["jam_sid"]
    user_id = (await guest.get("/api/auth/me")).json()["user"]["id"]
    answer = await guest.post("/api/auth/register", json=NEW)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["user"]["id"], answer.json()["user"]["role"]) == (user_id, "user")
    assert guest.cookies["jam_sid"] != before
    await kept(guest, workspace_id)
    async with Caller(fresh_api(), headers={"Cookie": f"jam_sid={before}"}) as old:
        assert (await old.get("/api/auth/me")).status_code == 401


async def test_a_guest_who_signs_in_brings_everything_along_and_is_gone(app: Services, guest: Caller):
    async with Caller(fresh_api()) as ada:
        await ada.post("/api/auth/register", json=NEW)
        own = (await ada.post("/api/sessions/", json={"name": "Her own"})).json()["user_session"]["id"]
        device = ada.cookies["jam_dev"]
        await ada.put("/api/place", json={"workspace_id": own, "place": {}})
    workspace_id = await work_of(guest)
    guest_id, before = (await guest.get("/api/auth/me")).json()["user"]["id"], guest.cookies["jam_sid"]

    # Both had a place on one device: hers stays.
    def same_device(tx: Any) -> None:
        for place in tx.query(Place).filter(Place.user_id == guest_id):
            place.device_id = device

    await app.work.write(same_device)
    answer = await guest.post("/api/auth/login", json={"email": ADA, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    await kept(guest, workspace_id)
    me = answer.json()["user"]["id"]

    def left(db: Any) -> list[Any]:
        owned = [row.user_id for model in (UserSession, Asset, Draft, Place) for row in db.query(model)]
        return [db.get(User, guest_id), set(owned)]

    assert await app.work.read(left) == [None, {me}]
    assert len((await guest.get("/api/sessions/")).json()["sessions"]) == 2
    async with Caller(fresh_api(), headers={"Cookie": f"jam_sid={before}"}) as old:
        assert (await old.get("/api/auth/me")).status_code == 401


async def test_a_guest_is_known_for_as_long_as_the_work_is_kept_also_when_the_browser_was_closed(app: Services):
    async with Caller(fresh_api()) as guest:
        begun = await guest.post("/api/auth/guest")
        joined = await guest.post("/api/auth/register", json={**NEW, "remember": True})
        assert [round(kept_for(answer) / 3600) for answer in (begun, joined)] == [24, 30 * 24]


async def test_a_wrong_password_leaves_the_guest_as_they_were(app: Services, guest: Caller):
    workspace_id = await work_of(guest)
    assert (await guest.post("/api/auth/login", json={"email": ADA, "password": "not it at all"})).status_code == 401
    await kept(guest, workspace_id)


async def test_a_guest_may_work_and_nothing_else(app: Services, guest: Caller):
    me = Principal(user_id="u", login_id="l", role=Role.GUEST, email="", name="")  # type: ignore[arg-type]
    assert may(me, Action.USE_APP) and not may(me, Action.ADMINISTER)
    key = {"name": "k", "scopes": ["read"], "password": "!"}
    for method, path, body, status in (
        ("GET", "/api/admin/overview", None, 403),
        ("POST", "/api/keys", key, 422),
        ("PUT", "/api/auth/password", {"old_password": "!", "new_password": PASSWORD}, 422),
        ("DELETE", "/api/auth/account", {"password": "!"}, 422),
    ):
        answer = await guest.request(method, path, json=body)
        assert answer.status_code == status, (path, answer.text)
    email = (await guest.get("/api/auth/me")).json()["user"]["email"]
    with pytest.raises(InvalidCredentials):
        await app.auth.sign_in(email=email, password="!", device=here())
    # Pressing the button again is no second guest.
    again = await guest.post("/api/auth/guest")
    assert again.json()["user"]["email"] == email


async def test_a_guest_says_only_so_much(app: Services, guest: Caller):
    workspace_id = await work_of(guest)
    sent = []
    for number in range(3):
        body = {"workspace_id": workspace_id, "content": f"Hello {number}", "client_id": f"{number:08d}-aaaa"}
        sent.append(await guest.post("/api/chat/turns", json=body))
        for turn in list(app.turns._tasks):
            await turn
    assert [answer.status_code for answer in sent] == [202, 202, 413], [answer.text for answer in sent]
    assert sent[-1].json()["code"] == "guest_limit"


async def test_a_guest_ends_after_a_day_whatever_they_do_and_leaves_nothing(house: House):
    started = await house.auth.start_guest(device=here())
    me = await house.principal(started)
    for _ in range(23):
        house.wait(hours=1)
        await house.auth.touch(me)
    assert await house.of_cookie(started.opened.cookie) is not None
    assert await house.auth.forget_guests() == 0
    house.wait(hours=1)
    assert await house.of_cookie(started.opened.cookie) is None
    house.wait(hours=1, seconds=1)
    assert await house.auth.forget_guests() == 1
    assert await house.work.read(lambda db: users.by_id(db, me.user_id)) is None


async def test_whoever_has_an_account_gets_nothing_of_a_guest_and_no_token_for_a_cookie(app: Services):
    await app.auth.create_admin(email=ADA, password=PASSWORD, name="Ada")
    async with Caller(fresh_api()) as ada:
        assert (await ada.post("/api/auth/login", json={"email": ADA, "password": PASSWORD})).status_code == 200
        answer = await ada.post("/api/auth/guest")
        assert answer.status_code == 409
        assert "refresh_token" not in answer.text


async def test_a_guest_who_is_shut_out_is_signed_out(app: Services, guest: Caller):
    await app.auth.create_admin(email=ADA, password=PASSWORD, name="Ada")
    user_id = (await guest.get("/api/auth/me")).json()["user"]["id"]
    await app.auth.set_disabled(None, user_id, is_disabled=True)
    assert await app.sessions.get_user_sessions(user_id) == []


async def test_a_guest_is_given_no_other_standing_but_by_signing_up(app: Services, guest: Caller):
    user_id = (await guest.get("/api/auth/me")).json()["user"]["id"]
    with pytest.raises(InvalidInput):
        await app.auth.set_role(None, user_id, role=Role.ADMIN)
