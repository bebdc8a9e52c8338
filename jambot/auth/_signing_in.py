"""Signing in and out, and what keeps a login going."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from jambot.access import Principal, Role
from jambot.auth._core import Person, SignedIn
from jambot.auth._credentials import Credentials
from jambot.auth.devices import Device, kept_address, limit_key
from jambot.auth.login import Login, Opened
from jambot.auth.passwords import Verdict
from jambot.auth.principals import Known
from jambot.db import Tx
from jambot.db.models import User
from jambot.db.repositories import users
from jambot.errors import InvalidCredentials, InvalidToken, NotFound, NotSignedIn, RateLimited, TooManySessions
from jambot.ids import LoginId
from jambot.meter import meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A fresh access token; `refresh_token` is the next one, or None when none was used."""

    access_token: str
    expires_in_s: int
    refresh_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The caller: the person, and the login that speaks for it; None where a key does."""

    person: Person
    login: Login | None


class SigningIn(Credentials):
    """Turns passwords into logins, and keeps them going."""

    async def sign_in(
        self,
        *,
        email: str,
        password: str,
        remember: bool = False,
        device: Device,
        former_cookie: str | None = None,
        instead_of: str | None = None,
    ) -> SignedIn:
        """Open a login. Unknown, disabled and mistyped look and take the same.

        Args:
            former_cookie: the login this browser held until now: the same person's gets a new cookie, another's ends,
                and what a guest made is this person's from now on.
            instead_of: one of the person's logins, which ends if there is no room for this one; else it stays. It comes
                with the password each time, so nothing but the password ever ends a device from outside.

        Raises:
            InvalidCredentials, RateLimited, Unavailable
            TooManySessions: with `devices`, to choose the one that gives way.
        """
        place = limit_key(device.ip_address)
        try:
            async with self._throttle.attempt(account=users.email_key(email), place=place) as attempt:
                user = await self._work.read(lambda db: users.by_email(db, email))
                verdict = await self._passwords.verify(password, user.password_hash if user else None)
                if user is None or user.is_disabled or user.role == Role.GUEST or not verdict.is_right:
                    attempt.failed()
                    await self._note(
                        "login.refused", subject=user.id if user else "", place=kept_address(device.ip_address)
                    )
                    meter.count("logins.refused")
                    raise InvalidCredentials
        except RateLimited:
            await self._note("login.limited", place=kept_address(device.ip_address))
            raise
        opened = await self._open(
            user, device=device, remember=remember, former_cookie=former_cookie, instead_of=instead_of
        )
        if not await self._note_sign_in(user, password, verdict, opened.login, device):
            await self._logins.end(opened.login.id, reason="password_changed")
            raise InvalidCredentials
        return self._signed_in(user, opened)

    async def sign_out(self, me: Principal) -> None:
        """End the caller's login; dead when this returns. Doing it again is no error."""
        if await self._logins.end(me.login_id, reason="signed_out"):
            await self._note("login.signed_out", actor_id=me.user_id, subject=me.user_id, login_id=me.login_id)
            if self._at_sign_out is not None:
                await self._at_sign_out(me)

    async def renew(self, me: Principal, cookie: str | None) -> SignedIn | None:
        """A new cookie for a login whose owner's role changed since it was opened; None when nothing is to renew."""
        opened = await self._logins.renew(me, cookie) if cookie else None
        return None if opened is None else self._signed_in(await self._user(me.user_id), opened)

    async def ends_in(self, me: Principal) -> timedelta:
        """How long the caller's login lasts if nobody does anything from now on."""
        if me.scopes is not None:
            return await self.keys.ends_in(me)
        login = await self._logins.find(me, me.login_id)
        return min(login.idle_ends_at, login.ends_at) - self._clock.now()

    async def touch(self, me: Principal) -> None:
        """Note that a person did something: the only thing that keeps a login from becoming idle."""
        await self._logins.touch(me)

    async def me(self, me: Principal) -> Me:
        """The caller, fresh from the database. Never extends the login."""
        login = await self._logins.find(me, me.login_id) if me.scopes is None else None
        return Me(person=Person.of(await self._user(me.user_id)), login=login)

    async def refresh(self, refresh_token: str, device: Device | None = None) -> Renewed:
        """Exchange a refresh token, which is thereby used up, for an access token and the next refresh token.

        Args:
            device: as for a cookie: where it came from.

        Raises:
            SessionReused: it had been used before; its login has ended.
            InvalidToken: it is not one, its login has ended, or may not be used from there.
        """

        async def admits(known: Known) -> bool:
            return device is None or await self._moving.admits(known, device)

        renewed = await self._logins.refresh(refresh_token, admits=admits)
        if renewed is None:
            raise InvalidToken
        principal, version, following = renewed
        return self._renewed(principal, version, following)

    async def access_token(self, me: Principal) -> Renewed:
        """An access token for a caller who is signed in by other means."""
        user = await self._user(me.user_id)
        return self._renewed(me, user.auth_version, None)

    async def prove(self, me: Principal, *, password: str, device: Device, cookie: str | None) -> SignedIn:
        """Give the password once more: for ten minutes, sensitive actions ask no further. The cookie is replaced.

        Raises:
            WrongPassword, RateLimited
        """
        user = await self._verified(me, password, device)
        opened = await self._logins.prove(me, cookie)
        await self._note("login.proved", actor_id=me.user_id, subject=me.user_id, login_id=me.login_id)
        return self._signed_in(user, opened)

    async def _open(
        self, user: User, *, device: Device, remember: bool, former_cookie: str | None, instead_of: str | None
    ) -> Opened:
        former = await self._principals.of_cookie(former_cookie) if former_cookie else None
        if former is not None and former.user_id == user.id:
            try:
                return await self._logins.prove(former, former_cookie, remember=remember)
            except (NotSignedIn, NotFound):
                former = None
        try:
            opened = await self._open_beside(user, device=device, remember=remember, instead_of=instead_of)
        except TooManySessions:
            await self._note("login.refused_at_limit", actor_id=user.id, subject=user.id)
            held = await self._logins.of_user(user)
            listed = [{"id": each.id, "device": each.device, "last_seen_at": each.last_seen_at} for each in held]
            raise TooManySessions(devices=listed) from None
        # Whoever was here before stays so until there is room for the new one.
        if former is not None:
            await self._follow(former, user, opened)
        return opened

    async def _follow(self, former: Principal, user: User, opened: Opened) -> None:
        """`opened` takes the place of a former login: what a guest made is the user's, another person's ends."""
        if former.role is not Role.GUEST:
            await self._logins.end(former.login_id, reason="signed_in_as_other")
            return
        try:
            await self._adopt(former, user.id)
        except BaseException:
            await self._logins.end(opened.login.id, reason="signed_out")
            raise

    async def _open_beside(self, user: User, *, device: Device, remember: bool, instead_of: str | None) -> Opened:
        try:
            return await self._logins.open(user, device=device, remember=remember)
        except TooManySessions:
            if instead_of not in {login.id for login in await self._logins.of_user(user)}:
                raise
        login_id, reason = LoginId(str(instead_of)), "signed_in_elsewhere"
        if await self._logins.end(login_id, reason=reason):
            await self._note("login.ended", actor_id=user.id, subject=user.id, login_id=login_id, cause=reason)
        return await self._logins.open(user, device=device, remember=remember)

    async def _note_sign_in(self, user: User, password: str, verdict: Verdict, login: Login, device: Device) -> bool:
        """Note it in the user's row and the audit. False when the password, the role or the standing changed since the
        password was checked: whoever ended all logins then could not see this one yet."""
        new_hash = await self._passwords.hash(password) if verdict.is_outdated else None
        now = self._clock.now()

        def change(tx: Tx) -> bool:
            present = users.by_id(tx, user.id)
            if present is None or present.auth_version != user.auth_version:
                return False
            users.note_sign_in(tx, user.id, now)
            if new_hash:
                users.replace_hash(tx, user.id, old=user.password_hash, new=new_hash)
            self._audit(
                tx,
                "login.opened",
                actor_id=user.id,
                subject=user.id,
                login_id=login.id,
                device=login.device,
                place=kept_address(device.ip_address),
            )
            return True

        return await self._work.write(change)

    def _renewed(self, me: Principal, version: int, refresh_token: str | None) -> Renewed:
        token = self._tokens.issue(user_id=me.user_id, login_id=me.login_id, version=version, now=self._clock.now())
        return Renewed(access_token=token, expires_in_s=self._tokens.life_s, refresh_token=refresh_token)
