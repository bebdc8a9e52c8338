from __future__ import annotations

import pytest
from sqlalchemy import event

from jambot.access import Role
from jambot.auth.principals import MOST_KEPT
from jambot.auth.service import build_auth
from jambot.auth.terms import login_kind
from jambot.db.models import User
from jambot.errors import InvalidToken
from jambot.sessions import SessionConfig, SessionManager
from tests.auth.conftest import ADA, PASSWORD, House, here


async def test_looking_again_within_a_second_asks_no_database(house: House):
    signed_in = await house.user()
    await house.of_cookie(signed_in.opened.cookie)
    asked: list[str] = []
    event.listen(house.work.reader, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for _ in range(10):
        assert await house.of_cookie(signed_in.opened.cookie)
    assert asked == []
    house.wait(seconds=1)
    await house.of_cookie(signed_in.opened.cookie)
    assert asked


async def test_what_changes_behind_our_back_is_seen_within_a_second(house: House):
    signed_in = await house.user()
    await house.of_cookie(signed_in.opened.cookie)

    def rename(tx) -> None:
        user = tx.get(User, signed_in.person.id)
        user.name = "Behind"
        tx.add(user)

    await house.work.write(rename)
    house.wait(seconds=1)
    me = await house.of_cookie(signed_in.opened.cookie)
    assert me and me.name == "Behind"


async def test_a_change_in_the_app_is_seen_at_once(house: House):
    await house.admin()
    signed_in = await house.user()
    await house.principal(signed_in)
    await house.auth.set_role(None, signed_in.person.id, role=Role.ADMIN)
    assert (await house.principal(signed_in)).is_admin
    with pytest.raises(InvalidToken):
        await house.auth.principal_of_bearer(signed_in.access_token)


async def test_a_promoted_user_is_held_to_the_terms_of_admins(house: House):
    await house.admin()
    signed_in = await house.user()
    await house.auth.set_role(None, signed_in.person.id, role=Role.ADMIN)
    house.wait(minutes=15, seconds=-1)
    assert await house.of_cookie(signed_in.opened.cookie)
    house.wait(seconds=1)
    assert await house.of_cookie(signed_in.opened.cookie) is None


async def test_an_admin_is_signed_out_after_twelve_hours_whatever_they_do(house: House):
    signed_in = await house.admin()
    me = await house.principal(signed_in)
    for _ in range(71):
        house.wait(minutes=10)
        assert await house.of_cookie(signed_in.opened.cookie), house.clock.now()
        await house.auth.touch(me)
    house.wait(minutes=10)
    assert await house.of_cookie(signed_in.opened.cookie) is None


async def test_a_user_is_signed_out_after_thirty_days_whatever_they_do(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    for _ in range(59):
        house.wait(hours=12, seconds=-1)
        assert await house.of_cookie(signed_in.opened.cookie)
        await house.auth.touch(me)
    house.wait(hours=12, minutes=1)
    assert await house.of_cookie(signed_in.opened.cookie) is None


async def test_looking_never_prolongs_a_login(house: House):
    signed_in = await house.user()
    for _ in range(11):
        house.wait(hours=1)
        assert await house.of_cookie(signed_in.opened.cookie)
        await house.auth.principal_of_bearer(
            (await house.auth.access_token(await house.principal(signed_in))).access_token
        )
    house.wait(hours=1)
    assert await house.of_cookie(signed_in.opened.cookie) is None


async def test_reports_of_activity_are_written_about_once_a_minute(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    house.wait(minutes=5)
    versions = set()
    for _ in range(10):
        await house.auth.touch(me)
        found = await house.sessions.find(me.login_id)
        assert found
        versions.add(found.version)
    assert len(versions) == 1


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "a.b", "00000000-0000-4000-8000-000000000000." + "A" * 43, "é" * 80, "x" * 100_000, "\ud800", "\x00"],
)
async def test_made_up_cookies_are_nobody(house: House, cookie: str):
    signed_in = await house.user()
    assert await house.of_cookie(cookie) is None
    assert await house.auth.principal_of_socket(house.header(cookie)) is None
    handle = signed_in.opened.login.id
    for forged in (handle, f"{handle}.", f"{handle}.{'A' * 43}"):
        assert await house.of_cookie(forged) is None
        assert await house.auth.principal_of_socket(house.header(forged)) is None


async def test_other_kinds_of_session_sign_nobody_in(house: House):
    signed_in = await house.user()
    memory = await house.sessions.create(signed_in.person.id, kind="guest")
    assert await house.of_cookie(memory.id) is None


async def test_after_the_secret_was_lost_people_sign_in_again(house: House):
    before = await house.user()
    config = SessionConfig(kinds=(login_kind(house.settings),), auto_cleanup=False, encryption_keys=(b"n" * 32,))
    auth, _ = build_auth(
        sessions=SessionManager(house.sessions.store, config, clock=house.clock),
        work=house.work,
        blobs=house.blobs,
        bus=house.bus,
        clock=house.clock,
        settings=house.settings,
    )
    header = house.header(before.opened.cookie)
    assert await auth.principal_of_cookie_header(header) is None
    assert await auth.principal_of_socket(header) is None
    with pytest.raises(InvalidToken):
        await auth.principal_of_bearer(before.access_token)
    with pytest.raises(InvalidToken):
        await auth.refresh(before.opened.refresh_token)
    after = await auth.sign_in(email=ADA, password=PASSWORD, device=here(), former_cookie=before.opened.cookie)
    assert await auth.principal_of_cookie_header(house.header(after.opened.cookie))
    auth.close()


async def test_what_is_remembered_is_bounded():
    assert MOST_KEPT <= 100_000


async def test_a_deleted_user_is_nobody(house: House):
    signed_in = await house.user()

    def remove(tx) -> None:
        tx.delete(tx.get(User, signed_in.person.id))

    await house.principal(signed_in)
    await house.work.write(remove)
    house.wait(seconds=1)
    assert await house.of_cookie(signed_in.opened.cookie) is None
    assert ADA
