from __future__ import annotations

import json
import zipfile

import pytest
from sqlmodel import col, select

from jambot.auth.service import LinkInvalid, WrongPassword
from jambot.db.models import Asset, AuditEntry, User, UserSession
from jambot.db.repositories import audit, people_data
from jambot.errors import InvalidCredentials, InvalidToken, NotFound, RateLimited, ReauthRequired, WeakPassword
from jambot.events import listening
from jambot.events.types import LOGINS_TOPIC
from jambot.ids import BlobId
from tests.auth.conftest import ADA, OTHER_PASSWORD, PASSWORD, House, here
from tests.people import workspace_of


async def test_a_new_password_ends_the_other_logins_and_the_old_tokens(house: House):
    first = await house.user()
    elsewhere = await house.sign_in()
    me = await house.principal(first)
    async with listening(house.bus, LOGINS_TOPIC) as events:
        changed = await house.auth.change_password(
            me, old=PASSWORD, new=OTHER_PASSWORD, device=here(), cookie=first.opened.cookie
        )
        heard = {event.kind: event for event in events.take_waiting()}
    assert heard["login.ended"].login_id == elsewhere.opened.login.id  # type: ignore[attr-defined]
    assert heard["user.changed"].change == "password"  # type: ignore[attr-defined]
    assert await house.of_cookie(elsewhere.opened.cookie) is None
    assert await house.of_cookie(first.opened.cookie) is None
    assert await house.of_cookie(changed.opened.cookie)
    for dead in (first.access_token, elsewhere.access_token):
        with pytest.raises(InvalidToken):
            await house.auth.principal_of_bearer(dead)
    await house.auth.principal_of_bearer(changed.access_token)
    with pytest.raises(InvalidCredentials):
        await house.sign_in()
    await house.sign_in(password=OTHER_PASSWORD)


async def test_the_old_password_is_needed_and_guessing_it_is_limited(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            await _change(house, me, old=OTHER_PASSWORD)
    with pytest.raises(RateLimited):
        await _change(house, me, old=PASSWORD)


async def test_a_weak_new_password_changes_nothing(house: House):
    me = await house.principal(await house.user())
    with pytest.raises(WeakPassword):
        await house.auth.change_password(me, old=PASSWORD, new="ada@example.org", device=here(), cookie=None)
    await house.sign_in()


async def test_a_reset_link_works_once_for_half_an_hour_and_ends_every_login(house: House):
    signed_in = await house.user()
    first = (await house.auth.reset_link(None, email=ADA)).address.rpartition("=")[2]
    token = (await house.auth.reset_link(None, user_id=signed_in.person.id)).address.rpartition("=")[2]
    with pytest.raises(LinkInvalid):
        await house.auth.reset(token=first, password=OTHER_PASSWORD, device=here())
    await house.auth.reset(token=token, password=OTHER_PASSWORD, device=here())
    assert await house.of_cookie(signed_in.opened.cookie) is None
    with pytest.raises(LinkInvalid):
        await house.auth.reset(token=token, password=OTHER_PASSWORD, device=here())
    late = (await house.auth.reset_link(None, email=ADA)).address.rpartition("=")[2]
    house.wait(minutes=30)
    with pytest.raises(LinkInvalid):
        await house.auth.reset(token=late, password=PASSWORD, device=here())


async def test_there_is_no_reset_link_for_strangers_and_the_disabled(house: House):
    await house.admin()
    signed_in = await house.user()
    with pytest.raises(NotFound):
        await house.auth.reset_link_from_terminal(email="nobody@example.org")
    token = (await house.auth.reset_link_from_terminal(email=ADA)).rpartition("=")[2]
    await house.auth.set_disabled(None, signed_in.person.id, is_disabled=True)
    with pytest.raises(NotFound):
        await house.auth.reset_link_from_terminal(email=ADA)
    with pytest.raises(LinkInvalid):
        await house.auth.reset(token=token, password=OTHER_PASSWORD, device=here())


async def test_another_device_is_ended_only_after_a_recent_password(house: House):
    first = await house.user()
    other = await house.sign_in()
    me = await house.principal(first)
    house.wait(minutes=10)
    await house.auth.end_device(me, other.opened.login.id)
    third = await house.sign_in()
    house.wait(minutes=10, seconds=1)
    with pytest.raises(ReauthRequired):
        await house.auth.end_device(me, third.opened.login.id)
    with pytest.raises(ReauthRequired):
        await house.auth.end_other_devices(me)
    await house.auth.end_device(me, me.login_id)
    assert await house.of_cookie(first.opened.cookie) is None


async def test_a_foreign_device_is_not_there(house: House):
    me = await house.principal(await house.user())
    bob = await house.user("bob@example.org")
    with pytest.raises(NotFound):
        await house.auth.end_device(me, bob.opened.login.id)
    assert await house.of_cookie(bob.opened.cookie)


async def test_the_export_holds_rows_files_and_devices_and_nobody_elses(house: House):
    me = await house.principal(await house.user())
    other = await house.principal(await house.user("bob@example.org"))
    for each in (me, other):
        workspace = await workspace_of(house.work, house.clock, each, name=f"Work of {each.email}")
        blob_id = house.blobs.put(f"file of {each.email}".encode())
        await house.work.write(lambda tx, each=each, w=workspace, b=blob_id: tx.add(_asset(house, each.user_id, w, b)))
    chosen = {"matching": {"person": "bob@example.org"}, "count": 1}
    await house.work.write(
        lambda tx: audit.record(tx, at=house.clock.now(), action="sessions.ended", subject=me.user_id, **chosen)
    )
    with await house.auth.export_my_data(me) as file, zipfile.ZipFile(file) as archive:
        text = archive.read("data.json").decode()
        files = [archive.read(name).decode() for name in archive.namelist() if name.startswith("files/")]
        names = archive.namelist()
    data = json.loads(text)
    assert (data["format"], data["version"]) == ("jambot-export", 1)
    assert [row["name"] for row in data["user_sessions"]] == [f"Work of {ADA}"]
    assert [device["id"] for device in data["devices"]] == [me.login_id]
    assert files == [f"file of {ADA}"]
    assert all(".." not in name and not name.startswith("/") for name in names)
    assert other.user_id not in text and "bob@" not in text
    assert "argon2" not in text


async def test_deleting_the_account_leaves_nothing_but_the_audit(house: House):
    await house.admin()
    signed_in = await house.user()
    me = await house.principal(signed_in)
    workspace = await workspace_of(house.work, house.clock, me)
    blob_id = house.blobs.put(b"file")
    await house.work.write(lambda tx: tx.add(_asset(house, me.user_id, workspace, blob_id)))
    await house.auth.delete_account(me, password=PASSWORD, device=here())
    left = await house.work.read(lambda db: people_data.everything_of(db, me.user_id))
    assert {name for name, rows in left.items() if rows} == {"audit"}
    with pytest.raises(NotFound):
        house.blobs.get(blob_id)
    assert await house.of_cookie(signed_in.opened.cookie) is None
    assert not await house.sessions.get_user_sessions(me.user_id)
    users_left = await house.work.read(lambda db: len(list(db.exec(select(User)))))
    assert (users_left, await _count(house, UserSession)) == (1, 0)


async def test_asking_for_a_reset_does_the_same_for_everybody(house: House):
    signed_in = await house.user()
    for email in (ADA, "nobody@example.org"):
        await house.auth.request_reset(email=email, device=here())
    entries = await house.work.read(
        lambda db: [
            row.subject for row in db.exec(select(AuditEntry).where(col(AuditEntry.action) == "reset.requested"))
        ]
    )
    assert sorted(entries) == ["", signed_in.person.id]


async def _change(house: House, me, *, old: str):
    return await house.auth.change_password(me, old=old, new=OTHER_PASSWORD, device=here(), cookie=None)


async def _count(house: House, model) -> int:
    return await house.work.read(lambda db: len(list(db.exec(select(model)))))


def _asset(house: House, user_id: str, workspace: UserSession, blob_id: BlobId) -> Asset:
    now = house.clock.now()
    return Asset(
        user_id=user_id,
        workspace_id=workspace.id,
        name="../../etc/sales.csv",
        scope_id=workspace.id,
        blob_id=blob_id,
        created_at=now,
        updated_at=now,
    )
