"""Guests: a working product without an account, for a day; what they made becomes theirs when they sign up or in."""

from __future__ import annotations

from datetime import timedelta

from jambot.access import Principal, Role
from jambot.auth._core import AuthCore, SignedIn
from jambot.auth.devices import Device, limit_key
from jambot.auth.terms import GUEST_KIND
from jambot.db import Tx
from jambot.db.models import User
from jambot.db.repositories import adoption, audit, people_data, users
from jambot.errors import Forbidden, NotFound, WrongState
from jambot.events.types import UserChanged
from jambot.ids import new_id

PER_COMMIT = 50
# Whoever signs up in the last minute has their work still.
KEPT_LONGER = timedelta(hours=1)


class GuestsClosed(Forbidden):
    """Nobody can try this without an account here. Sign in, or ask an admin for an invitation."""

    code = "guests_closed"


class Guests(AuthCore):
    """The part of the service that lets people try."""

    async def start_guest(self, *, device: Device, former_cookie: str | None = None) -> SignedIn:
        """Begin as a guest: a person of their own with a login of a fixed time, and nothing else.

        Raises:
            GuestsClosed, RateLimited
            WrongState: the cookie is somebody's who has an account.
        """
        if not self._settings.guests:
            raise GuestsClosed
        former = await self._principals.of_cookie(former_cookie) if former_cookie else None
        if former is not None and former.role is not Role.GUEST:
            raise WrongState("You are signed in already.")
        if former is not None:
            user = await self._user(former.user_id)
            return self._signed_in(user, await self._logins.again(former))
        await self._throttle.note(place=limit_key(device.ip_address))
        guest_id, now = new_id(), self._clock.now()
        email = f"guest-{guest_id}@guest.invalid"
        # No hash of any password looks like this one.
        draft = User(
            id=guest_id,
            email=email,
            email_key=users.email_key(email),
            name="Guest",
            password_hash="!",  # noqa: S106 - no password
            role=Role.GUEST,
            created_at=now,
            last_sign_in_at=now,
        )

        def change(tx: Tx) -> User:
            tx.add(draft)
            tx.flush()
            self._audit(tx, "guest.started", actor_id=guest_id, subject=guest_id)
            return draft

        user = await self._work.write(change)
        # Nothing but this cookie leads back to what a guest makes, so it outlives the browser.
        return self._signed_in(user, await self._logins.open(user, device=device, remember=True))

    async def forget_guests(self) -> int:
        """Remove guests whose time is over, with everything that was theirs; how many."""
        before = self._clock.now() - timedelta(hours=self._settings.guest_h) - KEPT_LONGER
        removed = 0
        while True:

            def change(tx: Tx) -> tuple[int, list[str]]:
                gone = users.guests_before(tx, before, limit=PER_COMMIT)
                blobs = [blob for user in gone for blob in people_data.blobs_of(tx, user.id)]
                for user in gone:
                    tx.delete(user)
                return len(gone), blobs

            count, blobs = await self._work.write(change)
            await self._drop_blobs(blobs)
            removed += count
            if count < PER_COMMIT:
                return removed

    async def _guest_behind(self, cookie: str | None) -> Principal | None:
        """The guest this browser held until now, if it did."""
        found = await self._principals.of_cookie(cookie) if cookie else None
        return found if found is not None and found.role is Role.GUEST else None

    def _become(self, tx: Tx, guest: Principal, draft: User) -> User:
        """The guest is a person from now on: the same row, so everything stays where it is."""
        user = tx.get(User, guest.user_id)
        if user is None or user.role != Role.GUEST:
            raise NotFound
        for field in ("email", "email_key", "name", "password_hash", "role"):
            setattr(user, field, getattr(draft, field))
        user.auth_version += 1
        tx.add(user)
        self._audit(tx, "guest.adopted", actor_id=user.id, subject=user.id)
        tx.emit(UserChanged(user_id=user.id, change="adopted"))
        return user

    async def _adopt(self, guest: Principal, user_id: str) -> None:
        """What was the guest's is the user's, and the guest is gone: one transaction."""

        def change(tx: Tx) -> None:
            if self._reseal is not None:
                self._reseal(tx, guest.user_id, user_id)
            adoption.adopt(tx, guest_id=guest.user_id, user_id=user_id)
            audit.record(
                tx, at=self._clock.now(), action="guest.adopted", actor_id=user_id, subject=user_id, guest=guest.user_id
            )
            tx.emit(UserChanged(user_id=user_id, change="adopted"))

        await self._work.write(change)
        await self._end_guest(guest.user_id)

    async def _end_guest(self, guest_id: str) -> None:
        """The login from before is dead from here."""
        await self._sessions_of_guests.delete_user_sessions(guest_id, kind=GUEST_KIND, reason="adopted")
        self._principals.forget(user_id=guest_id)
