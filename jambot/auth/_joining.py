"""Becoming a user: by the setup link, by invitation, openly, or from the terminal."""

from __future__ import annotations

from jambot.access import Principal, Role
from jambot.auth import links
from jambot.auth._core import EmailTaken, Person, SignedIn, checked_email, checked_name
from jambot.auth._guests import Guests
from jambot.auth.devices import Device, limit_key
from jambot.auth.passwords import check_new
from jambot.db import Tx
from jambot.db.models import LinkKind, User
from jambot.db.repositories import users
from jambot.errors import Forbidden
from jambot.settings import Registration


class RegistrationClosed(Forbidden):
    """Nobody can register here by themselves. Ask an admin for an invitation."""

    code = "registration_closed"


class Joining(Guests):
    """The ways in. A role never comes from the person who joins."""

    async def setup_link(self) -> str | None:
        """The one-time address that makes the first admin, for the terminal; None when there is an admin.

        Each call withdraws the address of the call before.
        """
        if await self._work.read(users.any_admin):
            return None
        now, origin = self._clock.now(), self._settings.origin
        issued = await self._work.write(lambda tx: links.issue(tx, kind=LinkKind.SETUP, origin=origin, now=now))
        return issued.address

    async def needs_setup(self) -> bool:
        """Whether there is no admin yet."""
        return not await self._work.read(users.any_admin)

    async def set_up(
        self, *, token: str, email: str, password: str, name: str = "", remember: bool = False, device: Device
    ) -> SignedIn:
        """Make the first admin by the setup link and sign in.

        Raises:
            LinkInvalid, WeakPassword, EmailTaken, InvalidInput, RateLimited
        """
        await self._throttle.note(place=limit_key(device.ip_address))
        draft = await self._draft(email=email, password=password, name=name, role=Role.ADMIN)

        def change(tx: Tx) -> User:
            links.claim(tx, kind=LinkKind.SETUP, token=token, now=self._clock.now())
            if users.any_admin(tx):
                raise links.LinkInvalid
            return self._add(tx, draft, "user.set_up")

        return await self._first_sign_in(await self._work.write(change), device, remember=remember)

    async def register(
        self,
        *,
        email: str,
        password: str,
        name: str = "",
        invite: str | None = None,
        remember: bool = False,
        device: Device,
        former_cookie: str | None = None,
    ) -> SignedIn:
        """Join by the policy of this installation and sign in. An invitation decides the role, maybe the e-mail.

        Args:
            former_cookie: the login this browser held until now: a guest becomes this person, with all they made.

        Raises:
            RegistrationClosed, LinkInvalid, WeakPassword, EmailTaken, InvalidInput, RateLimited
        """
        await self._throttle.note(place=limit_key(device.ip_address))
        policy = self._settings.registration
        if policy is Registration.CLOSED or (policy is Registration.INVITE and not invite):
            raise RegistrationClosed
        draft = await self._draft(email=email, password=password, name=name, role=Role.USER)
        guest = await self._guest_behind(former_cookie)

        def change(tx: Tx) -> User:
            if invite:
                link = links.claim(tx, kind=LinkKind.INVITE, token=invite, now=self._clock.now())
                if link.email and users.email_key(link.email) != draft.email_key:
                    raise links.LinkInvalid("This invitation is for another e-mail.")
                draft.role = link.role
            return self._add(tx, draft, "user.registered", guest=guest)

        user = await self._work.write(change)
        if guest is not None:
            await self._end_guest(guest.user_id)
        return await self._first_sign_in(user, device, remember=remember)

    async def create_admin(self, *, email: str, password: str, name: str = "") -> Person:
        """Make an admin from the terminal of the machine.

        Raises:
            WeakPassword, EmailTaken, InvalidInput
        """
        draft = await self._draft(email=email, password=password, name=name, role=Role.ADMIN)
        user = await self._work.write(lambda tx: self._add(tx, draft, "user.created_at_terminal"))
        return Person.of(user)

    async def _draft(self, *, email: str, password: str, name: str, role: Role) -> User:
        """The user to be, checked, with the password hashed before any transaction begins."""
        email, name = checked_email(email), checked_name(name)
        check_new(password, personal=(email, name))
        return User(
            email=email,
            email_key=users.email_key(email),
            name=name,
            password_hash=await self._passwords.hash(password),
            role=role,
            created_at=self._clock.now(),
        )

    def _add(self, tx: Tx, draft: User, action: str, *, guest: Principal | None = None) -> User:
        if users.by_email(tx, draft.email) is not None:
            raise EmailTaken
        if guest is not None:
            draft = self._become(tx, guest, draft)
        else:
            tx.add(draft)
        tx.flush()
        self._audit(tx, action, actor_id=draft.id, subject=draft.id, role=str(draft.role))
        return draft

    async def _first_sign_in(self, user: User, device: Device, *, remember: bool) -> SignedIn:
        opened = await self._logins.open(user, device=device, remember=remember)
        now = self._clock.now()
        await self._work.write(lambda tx: users.note_sign_in(tx, user.id, now))
        return self._signed_in(user, opened)
