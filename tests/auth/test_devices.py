"""What a person sees of their devices: what each shows, which one is new, which one moved, which ones ended."""

from __future__ import annotations

import asyncio

import pytest

from jambot.access import Principal
from jambot.admin.session_log import SessionLog
from jambot.auth.device_list import DeviceList
from jambot.auth.devices import Device
from jambot.auth.presence import Presence
from jambot.db.models import LoginRecord
from jambot.db.repositories import audit
from jambot.errors import InvalidToken, NotFound, ReauthRequired, SessionReused
from jambot.ids import new_id
from jambot.meter import Meter
from jambot.settings import MovePolicy, Settings
from jambot.workspaces.story import new_workspace
from tests.auth.conftest import ADA, CHROME, PASSWORD, House, here


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """The settings, with those that a test names."""
    return settings.model_copy(update=getattr(request, "param", {}))


async def signed_in(house: House, device: Device) -> Principal:
    done = await house.auth.sign_in(email=ADA, password=PASSWORD, device=device)
    return await house.principal(done)


async def actions(house: House, me: Principal) -> list[str]:
    return [entry.action for entry in await house.work.read(lambda db: audit.about(db, me.user_id))]


async def workspace_of(house: House, me: Principal, name: str) -> str:
    now = house.clock.now()
    return (await house.work.write(lambda tx: new_workspace(tx, user_id=me.user_id, now=now, name=name))).id


async def test_the_first_device_of_all_is_not_new_and_the_second_is_until_somebody_else_says_so(house: House):
    me = await house.principal(await house.user())
    assert await house.auth.new_devices(me) == []
    phone = await signed_in(house, here(agent=CHROME))
    assert [record.device for record in await house.auth.new_devices(me)] == ["Chrome 139 on Android"]
    assert "login.new_device" in await actions(house, me)
    # The new device is not asked about itself, and cannot vouch for itself.
    assert await house.auth.new_devices(phone) == []
    with pytest.raises(NotFound):
        await house.auth.confirm_device(phone, phone.login_id)
    await house.auth.confirm_device(me, phone.login_id)
    assert await house.auth.new_devices(me) == []


async def test_a_device_that_comes_back_is_known_by_its_cookie_and_a_program_by_its_name_and_network(house: House):
    me = await house.principal(await house.user())
    laptop, program = here(device_id=new_id()), "curl/8.0"
    for device in (laptop, laptop, here(agent=program), here(agent=program)):
        house.wait(minutes=1)
        await signed_in(house, device)
    assert len(await house.auth.new_devices(me)) == 2
    house.wait(minutes=1)
    await signed_in(house, here("192.0.2.1", agent=program))
    assert len(await house.auth.new_devices(me)) == 3


async def test_another_person_on_the_same_device_learns_nothing_of_the_first(house: House):
    ada = await house.principal(await house.user())
    bob = await house.principal(await house.user("bob@example.org"))
    phone = await signed_in(house, here(agent=CHROME))
    assert await house.auth.new_devices(bob) == []
    with pytest.raises(NotFound):
        await house.auth.confirm_device(bob, phone.login_id)
    assert [view.login.user_id for view in (await house.auth.device_list(bob)).devices] == [bob.user_id]
    assert len((await house.auth.device_list(ada)).devices) == 2


async def test_each_device_shows_the_workspace_its_page_has_open_and_no_longer_when_it_is_left(house: House):
    me = await house.principal(await house.user())
    phone = await signed_in(house, here(agent=CHROME))
    presence = Presence(work=house.work, clock=house.clock)
    wanted = await workspace_of(house, me, "Revenue by month")

    async def shown() -> list[tuple[str, bool]]:
        views = (await house.auth.device_list(me)).devices
        return [(view.workspace.name if view.workspace else "", view.has_page) for view in views]

    async with presence.here(phone, wanted):
        assert await shown() == [("", False), ("Revenue by month", True)]
        async with presence.here(me):
            assert await shown() == [("", True), ("Revenue by month", True)]
    assert await shown() == [("", False), ("", False)]


async def test_a_page_whose_process_died_is_not_believed_for_long(house: House):
    me = await house.principal(await house.user())
    wanted = await workspace_of(house, me, "Left behind")
    living, dead = (Presence(work=house.work, clock=house.clock) for _ in range(2))
    entered = asyncio.Event()

    async def stay(presence: Presence) -> None:
        async with presence.here(me, wanted):
            entered.set()
            await asyncio.Event().wait()

    page = asyncio.create_task(stay(dead))
    await entered.wait()
    house.wait(seconds=60)
    await living.tell()
    house.wait(seconds=20)
    assert not (await house.auth.device_list(me)).devices[0].has_page
    assert await living.forget() == 1
    page.cancel()


async def test_nobody_shows_a_workspace_that_is_not_theirs(house: House):
    ada = await house.principal(await house.user())
    bob = await house.principal(await house.user("bob@example.org"))
    foreign = await workspace_of(house, ada, "Private")
    async with Presence(work=house.work, clock=house.clock).here(bob, foreign):
        view = (await house.auth.device_list(bob)).devices[0]
        assert (view.workspace, view.has_page) == (None, True)


async def test_what_ended_says_why_and_what_ended_in_silence_ended_by_its_clock(house: House):
    me = await house.principal(await house.user())
    left = await signed_in(house, here())
    await house.auth.sign_out(left)
    idle = await signed_in(house, here(agent=CHROME))
    for _ in range(13):
        house.wait(hours=1)
        await house.auth.touch(me)
    found: DeviceList = await house.auth.device_list(me)
    assert [view.login.id for view in found.devices] == [me.login_id]
    assert {(each.id, each.reason) for each in found.ended} == {
        (left.login_id, "signed_out"),
        (idle.login_id, "expired"),
    }
    house.wait(days=31)
    assert await house.work.read(lambda db: db.get(LoginRecord, left.login_id)) is not None


@pytest.mark.parametrize("looks", ["somebody", "the hourly job"])
async def test_what_ended_by_its_clock_ended_then_and_not_when_somebody_looked(house: House, looks: str):
    log = SessionLog(work=house.work, clock=house.clock, sessions=house.sessions, meter=Meter())
    me = await house.principal(await house.user())
    idle = await signed_in(house, here(agent=CHROME))
    for _ in range(13):
        house.wait(hours=1)
        await house.auth.touch(me)
    await house.sessions.cleanup()
    ended_at = house.clock.now()
    await house.sessions.events_settled()
    await log.write()
    if looks == "the hourly job":
        await house.auth.forget_old_devices()
    for _ in range(24 * 9):
        house.wait(hours=1)
        await house.auth.touch(me)
    if looks == "the hourly job":
        await log.trim()
    found = await house.auth.device_list(me)
    assert [(each.id, each.reason, each.ended_at) for each in found.ended] == [(idle.login_id, "expired", ended_at)]


async def test_a_login_used_from_another_network_is_noted_once_and_shown_there(house: House):
    opened = await house.user()
    me, header = await house.principal(opened), house.header(opened.opened.cookie)
    for _ in range(3):
        assert await house.auth.principal_of_cookie_header(header, here("192.0.2.77"))
        house.wait(minutes=2)
    assert (await actions(house, me)).count("login.moved") == 1
    assert (await house.auth.devices(me))[0].ip_address == "192.0.2.0/24"


async def test_another_network_and_another_browser_at_once_ask_for_the_password_before_what_is_sensitive(house: House):
    opened = await house.user()
    me, header = await house.principal(opened), house.header(opened.opened.cookie)
    await signed_in(house, here())
    # An update of the browser is no other browser.
    newer = here("198.51.0.1", agent=here().user_agent.replace("140", "141"))
    assert await house.auth.principal_of_cookie_header(header, newer)
    assert "login.moved" not in await actions(house, me)
    assert await house.auth.principal_of_cookie_header(header, here("192.0.2.77", agent=CHROME))
    with pytest.raises(ReauthRequired):
        await house.auth.end_other_devices(me)


def moving(*, network: MovePolicy, browser: MovePolicy) -> dict[str, MovePolicy]:
    return {"network_policy": network, "browser_policy": browser}


@pytest.mark.parametrize(
    ("settings", "noted", "admitted"),
    [
        (moving(network=MovePolicy.OFF, browser=MovePolicy.OFF), set(), True),
        (moving(network=MovePolicy.WARN, browser=MovePolicy.WARN), {"login.moved"}, True),
        (moving(network=MovePolicy.REFUSE, browser=MovePolicy.WARN), {"login.move_refused"}, False),
        (moving(network=MovePolicy.WARN, browser=MovePolicy.REFUSE), {"login.move_refused"}, False),
    ],
    indirect=["settings"],
)
async def test_what_becomes_of_a_login_that_moved_is_the_settings_to_say(house: House, noted: set[str], admitted: bool):
    opened = await house.user()
    me, header = await house.principal(opened), house.header(opened.opened.cookie)
    moved = await house.auth.principal_of_cookie_header(header, here("192.0.2.77", agent=CHROME))
    assert (moved is not None) is admitted
    # From where it was opened it goes on in any case.
    assert await house.auth.principal_of_cookie_header(header, here("198.51.0.1")) is not None
    assert {"login.moved", "login.move_refused"} & set(await actions(house, me)) == noted


@pytest.mark.parametrize("settings", [moving(network=MovePolicy.REFUSE, browser=MovePolicy.WARN)], indirect=True)
async def test_a_token_is_watched_as_a_cookie_is(house: House):
    opened = await house.user()
    me, token = await house.principal(opened), opened.opened.refresh_token
    elsewhere, at_home = here("192.0.2.77"), here("198.51.0.1")
    with pytest.raises(InvalidToken):
        await house.auth.principal_of_bearer(opened.access_token, elsewhere)
    with pytest.raises(InvalidToken):
        await house.auth.refresh(token, elsewhere)
    assert "login.move_refused" in await actions(house, me)
    assert await house.auth.principal_of_bearer(opened.access_token, at_home)
    following = (await house.auth.refresh(token, at_home)).refresh_token
    # One that was used before gives whoever shows it away, wherever they are.
    assert following
    await house.auth.refresh(following, at_home)
    with pytest.raises(SessionReused):
        await house.auth.refresh(token, elsewhere)


@pytest.mark.parametrize("settings", [moving(network=MovePolicy.WARN, browser=MovePolicy.WARN)], indirect=True)
async def test_a_token_that_moved_is_noted_and_goes_on(house: House):
    opened = await house.user()
    me = await house.principal(opened)
    renewed = await house.auth.refresh(opened.opened.refresh_token, here("192.0.2.77"))
    assert renewed.refresh_token and "login.moved" in await actions(house, me)
    assert await house.auth.principal_of_bearer(renewed.access_token, here("192.0.2.77"))


@pytest.mark.parametrize("settings", [moving(network=MovePolicy.REFUSE, browser=MovePolicy.WARN)], indirect=True)
async def test_the_socket_of_a_page_is_watched_as_its_requests_are(house: House):
    opened = await house.user()
    me, header = await house.principal(opened), house.header(opened.opened.cookie)
    assert await house.auth.principal_of_socket(header, here("192.0.2.77")) is None
    assert await house.auth.principal_of_socket(header, here("198.51.0.1")) is not None
    assert "login.move_refused" in await actions(house, me)
