from __future__ import annotations

import asyncio

import pytest

from jambot.auth.passwords import PasswordHasher, Verdict
from jambot.auth.service import WrongPassword, build_auth
from jambot.db.repositories import audit, users
from jambot.errors import InvalidCredentials, InvalidToken, NotSignedIn, RateLimited
from jambot.events import listening
from jambot.events.types import user_topic
from tests.auth.conftest import ADA, OTHER_PASSWORD, PASSWORD, House, here


async def test_a_person_signs_in_and_is_known_by_the_cookie(house: House):
    await house.user()
    signed_in = await house.sign_in()
    me = await house.principal(signed_in)
    assert (me.email, me.is_admin, me.login_id) == (ADA, False, signed_in.opened.login.id)


class Held(PasswordHasher):
    """Says what the first password it checked is only once it is let."""

    def __init__(self) -> None:
        super().__init__(memory_kib=1024, rounds=1)
        self.checked, self.let = asyncio.Event(), asyncio.Event()

    async def verify(self, password: str, stored: str | None) -> Verdict:
        verdict = await super().verify(password, stored)
        if not self.checked.is_set():
            self.checked.set()
            await self.let.wait()
        return verdict


async def test_no_key_is_made_with_a_password_that_was_replaced_while_it_was_checked(house: House):
    ada = await house.user()
    me, held = await house.principal(ada), Held()
    parts = {name: getattr(house, name) for name in ("sessions", "work", "blobs", "bus", "clock", "settings")}
    other, _ = build_auth(**parts, passwords=held)
    wanted = {"password": PASSWORD, "name": "k", "scopes": ["read"], "lasts": None, "device": here()}
    making = asyncio.create_task(other.create_key(me, **wanted))
    await held.checked.wait()
    token = (await house.auth.reset_link(None, user_id=me.user_id)).address.rpartition("=")[2]
    await house.auth.reset(token=token, password=OTHER_PASSWORD, device=here())
    held.let.set()
    with pytest.raises(NotSignedIn):
        await making
    assert await house.auth.keys.mine(me) == []
    other.close()


@pytest.mark.parametrize("what", ["password", "shut out"])
async def test_a_sign_in_under_way_while_all_logins_are_ended_opens_none(house: House, what: str):
    await house.admin()
    ada = await house.user()
    held = Held()
    parts = {name: getattr(house, name) for name in ("sessions", "work", "blobs", "bus", "clock", "settings")}
    other, _ = build_auth(**parts, passwords=held)
    signing_in = asyncio.create_task(other.sign_in(email=ADA, password=PASSWORD, device=here("203.0.113.9")))
    await held.checked.wait()
    if what == "password":
        me = await house.principal(ada)
        await house.auth.change_password(me, old=PASSWORD, new=OTHER_PASSWORD, device=here(), cookie=ada.opened.cookie)
    else:
        for is_disabled in (True, False):
            await house.auth.set_disabled(None, ada.person.id, is_disabled=is_disabled)
    held.let.set()
    with pytest.raises(InvalidCredentials):
        await signing_in
    left = await house.sessions.get_user_sessions(ada.person.id)
    assert len(left) == (1 if what == "password" else 0)
    other.close()


async def test_the_store_holds_nothing_that_signs_in(house: House):
    signed_in = await house.user()
    record = await house.sessions.store.get(signed_in.opened.login.id, now_us=0)
    assert record is not None
    assert signed_in.opened.cookie.split(".")[1].encode() not in record.facts + record.body + record.secret_hash


@pytest.mark.parametrize("email", [ADA, "nobody@example.org", "shut@example.org"])
async def test_wrong_password_unknown_and_disabled_look_alike(house: House, email: str):
    await house.admin()
    await house.user()
    shut = await house.user("shut@example.org")
    await house.auth.set_disabled(None, shut.person.id, is_disabled=True)
    password = PASSWORD if email != ADA else OTHER_PASSWORD
    with pytest.raises(InvalidCredentials) as refused:
        await house.sign_in(email, password)
    assert (refused.value.detail, refused.value.extra) == (InvalidCredentials().detail, {})


async def test_the_sixth_failure_from_one_place_is_told_to_wait(house: House):
    await house.user()
    for _ in range(5):
        with pytest.raises(InvalidCredentials):
            await house.sign_in(password=OTHER_PASSWORD, place="203.0.113.9")
    with pytest.raises(RateLimited) as limited:
        await house.sign_in(place="203.0.113.9")
    assert limited.value.retry_after_s and 0 < limited.value.retry_after_s <= 15 * 60 + 1


async def test_a_lockout_is_no_weapon_the_right_password_from_elsewhere_works(house: House):
    await house.user()
    for _ in range(6):
        with pytest.raises((InvalidCredentials, RateLimited)):
            await house.sign_in(password=OTHER_PASSWORD, place="203.0.113.9")
    await house.sign_in(place="203.0.113.10")


async def test_fifty_guesses_at_once_get_no_more_tries_than_one_after_another(house: House):
    await house.user()
    guesses = (house.sign_in(password=OTHER_PASSWORD, place="203.0.113.9") for _ in range(50))
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(each, InvalidCredentials) for each in answers) == 5
    assert sum(isinstance(each, RateLimited) for each in answers) == 45


async def test_one_place_may_not_try_many_accounts(house: House):
    answers = [await _refused(house, f"p{number}@example.org") for number in range(31)]
    assert answers == [InvalidCredentials] * 30 + [RateLimited]


async def test_a_right_password_forgives_earlier_slips(house: House):
    await house.user()
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(InvalidCredentials):
                await house.sign_in(password=OTHER_PASSWORD, place="203.0.113.9")
        await house.sign_in(place="203.0.113.9")


async def test_twenty_sign_ins_at_once_leave_five_devices(house: House):
    signed_in = await house.user()
    await asyncio.gather(*(house.sign_in() for _ in range(20)))
    assert len(await house.sessions.get_user_sessions(signed_in.person.id, kind="login")) == 5


async def test_the_device_that_gives_way_hears_why(house: House):
    first = await house.user()
    async with listening(house.bus, user_topic(first.person.id)) as events:
        for _ in range(5):
            house.wait(seconds=1)
            await house.sign_in()
        await house.sessions.events_settled()
        reasons = [event.reason for event in events.take_waiting() if event.kind == "login.ended"]  # type: ignore[attr-defined]
    assert reasons == ["signed_in_elsewhere"]
    assert await house.of_cookie(first.opened.cookie) is None


async def test_signing_in_again_in_one_browser_replaces_the_cookie_and_keeps_the_login(house: House):
    first = await house.user()
    again = await house.auth.sign_in(email=ADA, password=PASSWORD, device=here(), former_cookie=first.opened.cookie)
    assert again.opened.login.id == first.opened.login.id
    assert await house.of_cookie(first.opened.cookie) is None
    assert await house.of_cookie(again.opened.cookie)


async def test_signing_in_as_somebody_else_ends_the_login_before(house: House):
    first = await house.user()
    await house.user("bob@example.org")
    await house.auth.sign_in(
        email="bob@example.org", password=PASSWORD, device=here(), former_cookie=first.opened.cookie
    )
    assert await house.of_cookie(first.opened.cookie) is None
    assert not await house.sessions.exists(first.opened.login.id)


async def test_signing_out_is_at_once_and_may_be_repeated(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    await house.auth.sign_out(me)
    assert await house.of_cookie(signed_in.opened.cookie) is None
    with pytest.raises(InvalidToken):
        await house.auth.principal_of_bearer(signed_in.access_token)
    await house.auth.sign_out(me)


async def test_an_old_hash_is_made_anew_at_sign_in(house: House):
    signed_in = await house.user()
    cheap = "$argon2id$v=19$m=512,t=1,p=1$"
    await house.work.write(lambda tx: _use_hash(tx, signed_in.person.id, _hash_with(512, PASSWORD)))
    before = await house.work.read(lambda db: users.by_id(db, signed_in.person.id))
    assert before and before.password_hash.startswith(cheap)
    await house.sign_in()
    after = await house.work.read(lambda db: users.by_id(db, signed_in.person.id))
    assert after and "m=1024" in after.password_hash
    await house.sign_in()


async def test_a_damaged_hash_lets_nobody_in_and_breaks_nothing(house: House):
    signed_in = await house.user()
    for damaged in ("", "$argon2id$", "x" * 5000, "$argon2id$v=19$m=1024,t=1,p=1$!!!$###"):
        await house.work.write(lambda tx, damaged=damaged: _use_hash(tx, signed_in.person.id, damaged))
        with pytest.raises(InvalidCredentials):
            await house.sign_in()


async def test_giving_the_password_again_replaces_the_cookie(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    with pytest.raises(WrongPassword):
        await house.auth.prove(me, password=OTHER_PASSWORD, device=here(), cookie=signed_in.opened.cookie)
    house.wait(hours=1)
    proven = await house.auth.prove(me, password=PASSWORD, device=here(), cookie=signed_in.opened.cookie)
    assert proven.opened.login.proved_at == house.clock.now()
    assert await house.of_cookie(signed_in.opened.cookie) is None
    assert await house.of_cookie(proven.opened.cookie)


async def test_a_replaced_cookie_serves_open_sockets_for_a_minute(house: House):
    signed_in = await house.user()
    me = await house.principal(signed_in)
    await house.auth.prove(me, password=PASSWORD, device=here(), cookie=signed_in.opened.cookie)
    old = house.header(signed_in.opened.cookie)
    house.wait(seconds=59)
    assert await house.auth.principal_of_socket(old)
    assert await house.auth.principal_of_cookie_header(old) is None
    house.wait(seconds=1)
    assert await house.auth.principal_of_socket(old) is None


async def test_every_sign_in_and_refusal_is_in_the_audit_without_the_password(house: House):
    signed_in = await house.user()
    with pytest.raises(InvalidCredentials):
        await house.sign_in(password=OTHER_PASSWORD)
    await house.sign_in()
    entries = await house.work.read(lambda db: audit.about(db, signed_in.person.id))
    assert {"user.registered", "login.refused", "login.opened"} <= {entry.action for entry in entries}
    assert not any(word in repr(entries) for word in (PASSWORD, OTHER_PASSWORD))


async def _refused(house: House, email: str) -> type[Exception]:
    with pytest.raises((InvalidCredentials, RateLimited)) as refused:
        await house.sign_in(email, place="203.0.113.9")
    return refused.type


def _use_hash(tx, user_id: str, password_hash: str) -> None:
    user = users.by_id(tx, user_id)
    assert user
    user.password_hash = password_hash
    tx.add(user)


def _hash_with(memory_kib: int, password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher(memory_cost=memory_kib, time_cost=1, parallelism=1).hash(password)
