from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from jambot.access import Role
from jambot.auth.links import LIFE
from jambot.auth.service import EmailTaken, LinkInvalid, RegistrationClosed
from jambot.db.models import LinkKind, OneTimeLink
from jambot.errors import Forbidden, InvalidInput, RateLimited, WeakPassword
from jambot.settings import Registration, Settings
from tests.auth.conftest import ADA, PASSWORD, House, here


def token_of(address: str) -> str:
    return address.rpartition("=")[2]


async def set_up(house: House, token: str, email: str = "root@example.org"):
    return await house.auth.set_up(token=token, email=email, password=PASSWORD, device=here(house.new_place()))


async def join(house: House, email: str = ADA, invite: str | None = None, **more):
    return await house.auth.register(
        email=email, password=more.pop("password", PASSWORD), invite=invite, device=here(house.new_place()), **more
    )


async def test_the_setup_link_makes_the_first_admin_once(house: House):
    assert await house.auth.needs_setup()
    address = await house.auth.setup_link()
    assert address and address.startswith("http://localhost:3000/setup#token=")
    signed_in = await set_up(house, token_of(address))
    assert signed_in.person.role is Role.ADMIN
    assert not await house.auth.needs_setup()
    assert await house.auth.setup_link() is None
    with pytest.raises(LinkInvalid):
        await set_up(house, token_of(address), "second@example.org")


async def test_two_who_use_the_setup_link_at_once_make_one_admin(house: House):
    token = token_of(await house.auth.setup_link() or "")
    answers = await asyncio.gather(
        *(set_up(house, token, f"p{number}@example.org") for number in range(5)), return_exceptions=True
    )
    assert sum(isinstance(each, LinkInvalid) for each in answers) == 4


async def test_a_new_setup_link_withdraws_the_one_before(house: House):
    first = token_of(await house.auth.setup_link() or "")
    second = token_of(await house.auth.setup_link() or "")
    with pytest.raises(LinkInvalid):
        await set_up(house, first)
    await set_up(house, second)


async def test_a_setup_link_is_worthless_once_the_terminal_made_an_admin(house: House):
    token = token_of(await house.auth.setup_link() or "")
    await house.admin()
    with pytest.raises(LinkInvalid):
        await set_up(house, token, "late@example.org")


async def test_a_refused_setup_leaves_the_link_good(house: House):
    token = token_of(await house.auth.setup_link() or "")
    with pytest.raises(WeakPassword):
        await house.auth.set_up(token=token, email="root@example.org", password="password1234", device=here())
    with pytest.raises(InvalidInput):
        await house.auth.set_up(token=token, email="no address", password=PASSWORD, device=here())
    await set_up(house, token)


async def test_links_end_at_their_time(house: House):
    for kind, make, use in (
        (LinkKind.SETUP, house.auth.setup_link, lambda token: set_up(house, token)),
        (LinkKind.INVITE, lambda: house.auth.invite_from_terminal(), lambda token: join(house, invite=token)),
    ):
        token = token_of(await make() or "")
        house.clock.advance(LIFE[kind])
        with pytest.raises(LinkInvalid):
            await use(token)


async def test_only_a_hash_of_a_link_is_kept(house: House):
    token = token_of(await house.auth.invite_from_terminal())
    rows = await house.work.read(lambda db: list(db.exec(select(OneTimeLink))))
    assert len(token) == 43
    assert token not in repr([row.model_dump() for row in rows])


async def test_an_invitation_decides_the_role_and_serves_one_person(house: House):
    token = token_of((await house.auth.invite(None, role=Role.ADMIN)).address)
    joined = await join(house, invite=token)
    assert joined.person.role is Role.ADMIN
    with pytest.raises(LinkInvalid):
        await join(house, "bob@example.org", invite=token)


async def test_an_invitation_for_an_address_serves_no_other(house: House):
    token = token_of((await house.auth.invite(None, email="Bob@Example.org")).address)
    with pytest.raises(LinkInvalid):
        await join(house, invite=token)
    await join(house, "bob@example.ORG", invite=token)


@pytest.mark.parametrize("token", ["", "x", "é", "\ud800", "x" * 64, "x" * 10_000, "../", "%00"])
async def test_made_up_invitations_are_refused(house: House, token: str):
    with pytest.raises((LinkInvalid, RegistrationClosed)):
        await join(house, invite=token)


async def test_a_link_of_one_kind_opens_no_other_door(house: House):
    invite = token_of(await house.auth.invite_from_terminal())
    setup = token_of(await house.auth.setup_link() or "")
    with pytest.raises(LinkInvalid):
        await set_up(house, invite)
    with pytest.raises(LinkInvalid):
        await join(house, invite=setup)
    with pytest.raises(LinkInvalid):
        await house.auth.reset(token=invite, password=PASSWORD, device=here())


class TestOpenRegistration:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"registration": Registration.OPEN})

    async def test_people_join_even_before_there_is_an_admin_and_are_no_admins(self, house: House):
        joined = await join(house)
        assert joined.person.role is Role.USER
        assert await house.auth.needs_setup()

    async def test_an_address_joins_once_however_it_is_written(self, house: House):
        await join(house)
        for again in ("ADA@Example.org", " ada@example.org ", "ａｄａ@example.org"):
            with pytest.raises(EmailTaken):
                await join(house, again)

    async def test_ten_who_join_at_once_under_one_address_are_one(self, house: House):
        answers = await asyncio.gather(*(join(house) for _ in range(10)), return_exceptions=True)
        assert sum(isinstance(each, EmailTaken) for each in answers) == 9

    @pytest.mark.parametrize(
        "email",
        [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a b@example.org",
            "a@b@c",
            "x" * 400 + "@e.org",
            "a\r\nb@e.org",
            "a\u202e@e.org",
        ],
    )
    async def test_what_is_no_address_is_refused(self, house: House, email: str):
        with pytest.raises(InvalidInput):
            await join(house, email)

    async def test_names_are_kept_on_one_line_and_bounded(self, house: House):
        joined = await join(house, name=" Ada\r\n  Lovelace\ud800 ")
        assert joined.person.name == "Ada Lovelace\ufffd"
        with pytest.raises(InvalidInput):
            await join(house, "bob@example.org", name="x" * 201)

    async def test_one_place_cannot_register_without_end(self, house: House):
        for number in range(30):
            await house.auth.register(email=f"p{number}@example.org", password=PASSWORD, device=here())
        with pytest.raises(RateLimited):
            await house.auth.register(email="p30@example.org", password=PASSWORD, device=here())


class TestClosedRegistration:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"registration": Registration.CLOSED})

    async def test_nobody_joins_not_even_by_invitation(self, house: House):
        token = token_of(await house.auth.invite_from_terminal())
        with pytest.raises(RegistrationClosed):
            await join(house, invite=token)


async def test_only_admins_invite(house: House):
    me = await house.principal(await house.user())
    with pytest.raises(Forbidden):
        await house.auth.invite(me)
    with pytest.raises(Forbidden):
        await house.auth.reset_link(me, user_id=me.user_id)
