"""What people do with their own account."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import IO

from jambot.access import Principal, Role
from jambot.auth import links
from jambot.auth._core import RECENT, AuthCore, SignedIn, checked_name
from jambot.auth.api_keys import MadeKey
from jambot.auth.device_list import DeviceList, read_devices
from jambot.auth.devices import Device, limit_key
from jambot.auth.export import written
from jambot.auth.login import Login
from jambot.auth.passwords import check_new
from jambot.db import Tx
from jambot.db.models import LinkKind, LoginRecord, User
from jambot.db.repositories import people_data, session_log, users
from jambot.errors import NotFound, ReauthRequired, WrongState
from jambot.events.types import UserChanged


class Account(AuthCore):
    """Passwords, devices, the person's own data, and its end."""

    async def change_password(
        self, me: Principal, *, old: str, new: str, device: Device, cookie: str | None
    ) -> SignedIn:
        """Choose a new password. Every other login of the user ends; this one gets a new cookie and new tokens.

        Raises:
            WrongPassword, WeakPassword, RateLimited
        """
        check_new(new, personal=(me.email, me.name))
        await self._verified(me, old, device)
        user = await self._set_password(me.user_id, new, action="password.changed", actor_id=me.user_id)
        await self._logins.revoke_all(me.user_id, except_id=me.login_id, reason="password_changed")
        return self._signed_in(user, await self._logins.prove(me, cookie))

    async def request_reset(self, *, email: str, device: Device) -> None:
        """Note that somebody asks for a new password. Admins see it and hand out the link; the answer tells nothing.

        Raises:
            RateLimited
        """
        await self._throttle.note(place=limit_key(device.ip_address))
        user = await self._work.read(lambda db: users.by_email(db, email))
        await self._note("reset.requested", subject=user.id if user else "")

    async def reset(self, *, token: str, password: str, device: Device) -> None:
        """Choose a new password by a reset link. Every login and every key of the user ends.

        Raises:
            LinkInvalid, WeakPassword, RateLimited
        """
        await self._throttle.note(place=limit_key(device.ip_address))
        check_new(password)
        new_hash = await self._passwords.hash(password)

        def change(tx: Tx) -> str:
            link = links.claim(tx, kind=LinkKind.RESET, token=token, now=self._clock.now())
            user = users.by_id(tx, link.user_id or "")
            if user is None or user.is_disabled:
                raise links.LinkInvalid
            self._put_password(tx, user, new_hash, action="password.reset", actor_id=None)
            self.keys.end_all(tx, user.id)
            return user.id

        user_id = await self._work.write(change)
        await self._logins.revoke_all(user_id, reason="password_changed")

    async def rename(self, me: Principal, *, name: str) -> None:
        """Change the caller's name."""
        name = checked_name(name)

        def change(tx: Tx) -> None:
            user = users.by_id(tx, me.user_id)
            if user is None:
                raise NotFound
            user.name = name
            tx.add(user)
            tx.emit(UserChanged(user_id=me.user_id, change="name"))

        await self._work.write(change)

    async def devices(self, me: Principal) -> list[Login]:
        """Where the caller is signed in, newest first."""
        return await self._logins.list_devices(me)

    async def device_list(self, me: Principal) -> DeviceList:
        """The caller's devices, this one first, with what each shows; and those that ended lately."""
        return await read_devices(me, await self.devices(me), work=self._work, clock=self._clock)

    async def new_devices(self, me: Principal) -> list[LoginRecord]:
        """Devices somebody signed in on for the first time and nobody has called their own yet, newest first."""
        return await self._memory.unconfirmed(me)

    async def confirm_device(self, me: Principal, login_id: str) -> None:
        """The caller says that a new device is theirs. Raises `NotFound`."""
        await self._memory.confirm(me, login_id)

    async def forget_old_devices(self) -> int:
        """Remember when logins ended by their clock, and remove what was remembered for long enough; how many."""
        await self._memory.settle()
        return await self._memory.forget()

    async def end_device(self, me: Principal, login_id: str) -> None:
        """Sign one of the caller's devices out.

        Raises:
            NotFound: it is not the caller's, or not signed in.
            ReauthRequired: it is another device, and the password was last given more than ten minutes ago.
        """
        await self._logins.find(me, login_id)
        if login_id != me.login_id:
            await self._require_recent(me)
        await self._logins.revoke(me, login_id, reason="signed_out")

    async def end_other_devices(self, me: Principal) -> int:
        """Sign out everywhere but here; how many ended. Raises `ReauthRequired` as `end_device`."""
        await self._require_recent(me)
        count = await self._logins.revoke_all(me.user_id, except_id=me.login_id, reason="signed_out")
        await self._note("login.others_ended", actor_id=me.user_id, subject=me.user_id, count=count)
        return count

    async def export_my_data(self, me: Principal) -> IO[bytes]:
        """Everything kept about the caller, as a zip at its beginning; close it when done."""
        logins = await self._logins.list_devices(me)
        tables = await self._work.read(lambda db: people_data.everything_of(db, me.user_id))
        extra = {name: await export(me) for name, export in self._exports.items()}
        await self._note("user.exported", actor_id=me.user_id, subject=me.user_id)
        return await written(
            tables=tables, logins=logins, extra=extra, blobs=self._blobs, exported_at=self._clock.now()
        )

    async def create_key(
        self,
        me: Principal,
        *,
        password: str,
        name: str,
        scopes: Collection[str],
        lasts: timedelta | None,
        device: Device,
    ) -> MadeKey:
        """Make an API key; it takes the password. Raises as `ApiKeys.create`, `WrongPassword`, `RateLimited`."""
        user = await self._verified(me, password, device)
        return await self.keys.create(me, name=name, scopes=scopes, lasts=lasts, version=user.auth_version)

    async def delete_account(self, me: Principal, *, password: str, device: Device) -> None:
        """Delete the caller and everything that is theirs, at once and for good.

        Raises:
            WrongPassword, RateLimited
            WrongState: nobody else could administer this installation.
        """
        await self._verified(me, password, device)

        def change(tx: Tx) -> list[str]:
            user = users.by_id(tx, me.user_id)
            if user is None:
                raise NotFound
            if user.role == Role.ADMIN and users.living_admins(tx) == 1:
                raise WrongState("You are the only admin. Make somebody else an admin first.")
            blob_ids = people_data.blobs_of(tx, me.user_id)
            tx.delete(user)
            session_log.forget_user(tx, me.user_id)
            tx.emit(UserChanged(user_id=me.user_id, change="deleted"))
            self._audit(tx, "user.deleted", actor_id=me.user_id, subject=me.user_id)
            return blob_ids

        blob_ids = await self._work.write(change)
        await self._logins.revoke_all(me.user_id, reason="account_deleted")
        await self._drop_blobs(blob_ids)

    async def _require_recent(self, me: Principal) -> None:
        login = await self._logins.find(me, me.login_id)
        if self._clock.now() - login.proved_at > RECENT:
            raise ReauthRequired

    async def _set_password(self, user_id: str, password: str, *, action: str, actor_id: str | None) -> User:
        new_hash = await self._passwords.hash(password)

        def change(tx: Tx) -> User:
            user = users.by_id(tx, user_id)
            if user is None:
                raise NotFound
            self._put_password(tx, user, new_hash, action=action, actor_id=actor_id)
            return user

        return await self._work.write(change)

    def _put_password(self, tx: Tx, user: User, new_hash: str, *, action: str, actor_id: str | None) -> None:
        user.password_hash = new_hash
        user.auth_version += 1
        tx.add(user)
        tx.emit(UserChanged(user_id=user.id, change="password"))
        self._audit(tx, action, actor_id=actor_id, subject=user.id)
