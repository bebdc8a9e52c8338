from __future__ import annotations

import pytest

from jambot.access import Principal, Role
from jambot.admin.service import AdminService
from jambot.errors import BadCursor, Forbidden, InvalidInput, InvalidToken, NotFound, WrongState
from jambot.events import listening
from jambot.events.types import LOGINS_TOPIC
from jambot.ids import new_id
from tests.auth.conftest import ADA, House, house
from tests.people import workspace_of

__all__ = ["house"]


@pytest.fixture
def admin(house: House) -> AdminService:
    return AdminService(
        work=house.work,
        clock=house.clock,
        sessions=house.sessions,
        logins=house.logins,
        auth=house.auth,
        settings=house.settings,
    )


@pytest.fixture
async def root(house: House) -> Principal:
    return await house.principal(await house.admin())


async def test_the_figures_count_people_devices_and_workspaces(admin: AdminService, root: Principal, house: House):
    ada = await house.principal(await house.user())
    await house.sign_in()
    await workspace_of(house.work, house.clock, ada)
    figures = await admin.overview(root)
    assert (figures.people, figures.signed_in_devices, figures.workspaces_active) == (2, 3, 1)
    assert (figures.workspaces_used_today, figures.missions_running) == (1, 0)
    assert figures.counted_at == house.clock.now()


async def test_devices_come_newest_first_page_by_page(admin: AdminService, root: Principal, house: House):
    for number in range(5):
        house.wait(seconds=1)
        await house.user(f"p{number}@example.org")
    first = await admin.logins(root, limit=4)
    second = await admin.logins(root, limit=4, cursor=first.next_cursor)
    emails = [row.email.split("@")[0] for row in (*first.rows, *second.rows)]
    assert emails == ["p4", "p3", "p2", "p1", "p0", "root"]
    assert second.next_cursor is None


async def test_devices_are_found_by_their_owner_and_by_state(admin: AdminService, root: Principal, house: House):
    await house.user(name="Ada Lovelace")
    await house.user("bob@example.org")
    house.wait(minutes=6)
    await house.sign_in("bob@example.org")
    assert [row.email for row in (await admin.logins(root, query="LOVEL")).rows] == [ADA]
    assert len((await admin.logins(root, query="bob", state="active")).rows) == 1
    assert (await admin.logins(root, query="%")).rows == []


async def test_a_device_an_admin_ends_is_dead_and_its_pages_hear_it(admin: AdminService, root: Principal, house: House):
    signed_in = await house.user()
    async with listening(house.bus, LOGINS_TOPIC) as events:
        await admin.sign_out(root, signed_in.opened.login.id, reason="lost laptop")
        heard = [(event.login_id, event.reason) for event in events.take_waiting()]  # type: ignore[attr-defined]
    assert heard == [(signed_in.opened.login.id, "lost laptop")]
    assert await house.of_cookie(signed_in.opened.cookie) is None
    with pytest.raises(NotFound):
        await admin.sign_out(root, signed_in.opened.login.id)
    entries = (await admin.audit(root, action="login.ended")).rows
    assert [(entry.actor, entry.subject, entry.reason) for entry in entries] == [
        ("root@example.org", ADA, "lost laptop")
    ]


async def test_signing_out_everywhere_ends_every_device(admin: AdminService, root: Principal, house: House):
    signed_in = await house.user()
    await house.sign_in()
    assert await admin.sign_out_everywhere(root, signed_in.person.id) == 2
    assert await house.of_cookie(signed_in.opened.cookie) is None


async def test_disabling_shuts_out_at_once_and_enabling_lets_in(admin: AdminService, root: Principal, house: House):
    signed_in = await house.user()
    await admin.set_disabled(root, signed_in.person.id, is_disabled=True, reason="left")
    assert await house.of_cookie(signed_in.opened.cookie) is None
    await admin.set_disabled(root, signed_in.person.id, is_disabled=False)
    await house.sign_in()


async def test_a_demoted_admin_is_no_admin_on_the_next_look_and_the_old_token_is_dead(
    admin: AdminService, root: Principal, house: House
):
    second = await house.user("second@example.org")
    await admin.set_role(root, second.person.id, role=Role.ADMIN)
    promoted = await house.sign_in("second@example.org")
    assert (await house.principal(promoted)).is_admin
    await admin.set_role(root, second.person.id, role=Role.USER)
    assert not (await house.principal(promoted)).is_admin
    with pytest.raises(InvalidToken):
        await house.auth.principal_of_bearer(promoted.access_token)


async def test_the_last_admin_can_neither_be_demoted_nor_disabled(admin: AdminService, root: Principal):
    with pytest.raises(WrongState):
        await admin.set_role(root, root.user_id, role=Role.USER)
    with pytest.raises(WrongState):
        await admin.set_disabled(root, root.user_id, is_disabled=True)
    assert (await admin.person(root, root.user_id)).role is Role.ADMIN


async def test_nobody_is_made_a_guest_whom_the_clean_up_would_take_with_all_their_work(
    admin: AdminService, root: Principal, house: House
):
    ada = (await house.user()).person.id
    with pytest.raises(InvalidInput):
        await admin.set_role(root, ada, role=Role.GUEST)
    house.wait(days=3)
    assert await house.auth.forget_guests() == 0
    assert (await admin.person(root, ada)).role is Role.USER


async def test_workspaces_of_everybody_page_by_page_without_contents(
    admin: AdminService, root: Principal, house: House
):
    ada = await house.principal(await house.user())
    for number in range(3):
        house.wait(seconds=1)
        await workspace_of(house.work, house.clock, ada, name=f"Sales {number}")
    first = await admin.workspaces(root, limit=2)
    second = await admin.workspaces(root, limit=2, cursor=first.next_cursor)
    assert [row.name for row in (*first.rows, *second.rows)] == ["Sales 2", "Sales 1", "Sales 0"]
    assert {row.email for row in first.rows} == {ADA}
    assert [row.name for row in (await admin.workspaces(root, query="sales 1")).rows] == ["Sales 1"]
    assert not {"content", "preview", "session_metadata"} & set(type(first.rows[0]).__slots__)


async def test_a_cursor_serves_only_whom_and_what_it_was_made_for(admin: AdminService, root: Principal, house: House):
    for number in range(2):
        await house.user(f"p{number}@example.org")
    cursor = (await admin.people(root, limit=1)).next_cursor
    assert cursor
    other = await house.principal(await house.admin("other@example.org"))
    for me, ask in ((other, admin.people), (root, admin.workspaces), (root, admin.audit)):
        with pytest.raises(BadCursor):
            await ask(me, cursor=cursor)
    for forged in ("x", "", cursor[:-2] + "AA", "é", "a" * 300):
        if forged:
            with pytest.raises(BadCursor):
                await admin.people(root, cursor=forged)


async def test_nobody_else_may_do_any_of_it(admin: AdminService, house: House):
    me = await house.principal(await house.user())
    for attempt in (
        admin.overview(me),
        admin.logins(me),
        admin.workspaces(me),
        admin.people(me),
        admin.person(me, me.user_id),
        admin.audit(me),
        admin.invites(me),
        admin.sign_out(me, me.login_id),
        admin.sign_out_everywhere(me, me.user_id),
        admin.invite(me),
        admin.reset_link(me, me.user_id),
        admin.set_role(me, me.user_id, role=Role.ADMIN),
        admin.set_disabled(me, me.user_id, is_disabled=False),
    ):
        with pytest.raises(Forbidden):
            await attempt


@pytest.mark.parametrize("bad", [{"limit": 0}, {"limit": 101}, {"state": "password"}])
async def test_odd_questions_are_refused(admin: AdminService, root: Principal, bad):
    with pytest.raises(InvalidInput):
        await admin.logins(root, **bad)


async def test_unknown_people_are_not_found(admin: AdminService, root: Principal):
    for user_id in (new_id(), "0", "", "'; --"):
        for attempt in (
            admin.person(root, user_id),
            admin.sign_out_everywhere(root, user_id),
            admin.reset_link(root, user_id),
            admin.set_role(root, user_id, role=Role.USER),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_open_invitations_are_listed_until_used(admin: AdminService, root: Principal, house: House):
    link = await admin.invite(root, email="bob@example.org", role=Role.ADMIN)
    assert [(row.id, row.email, row.role) for row in await admin.invites(root)] == [
        (link.id, "bob@example.org", "admin")
    ]
    await house.user("somebody@example.org")
    token = link.address.rpartition("=")[2]
    from tests.auth.conftest import PASSWORD, here

    joined = await house.auth.register(email="Bob@Example.org", password=PASSWORD, invite=token, device=here())
    assert joined.person.role is Role.ADMIN
    assert await admin.invites(root) == []
