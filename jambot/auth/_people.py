"""What an admin, or the terminal of the machine, does to people."""

from __future__ import annotations

from collections.abc import Callable

from jambot.access import Action, Principal, Role, require
from jambot.auth import links
from jambot.auth._core import AuthCore, Person, checked_email
from jambot.auth.links import IssuedLink
from jambot.db import Tx
from jambot.db.models import LinkKind, User
from jambot.db.repositories import users
from jambot.errors import InvalidInput, NotFound, ScopeMissing, WrongState
from jambot.events.types import UserChanged
from jambot.ids import is_id


class People(AuthCore):
    """Invitations, reset links, roles and standing. `by` is None when the terminal asks, which may do all of it."""

    async def invite(self, by: Principal | None, *, email: str | None = None, role: Role = Role.USER) -> IssuedLink:
        """An invitation, for anybody or for one e-mail. Its address is shown here and never again."""
        self._require_person(by)
        email = checked_email(email) if email else None
        now, origin, actor_id = self._clock.now(), self._settings.origin, by.user_id if by else None

        def change(tx: Tx) -> IssuedLink:
            link = links.issue(
                tx, kind=LinkKind.INVITE, origin=origin, now=now, email=email, role=role, created_by=actor_id
            )
            self._audit(tx, "invite.issued", actor_id=actor_id, subject=link.id, role=str(role))
            return link

        return await self._work.write(change)

    async def reset_link(
        self, by: Principal | None, *, user_id: str | None = None, email: str | None = None
    ) -> IssuedLink:
        """A link by which a user chooses a new password, good for half an hour; earlier ones stop working.

        Raises:
            NotFound: there is no such user.
        """
        self._require_person(by)
        now, origin, actor_id = self._clock.now(), self._settings.origin, by.user_id if by else None

        def change(tx: Tx) -> IssuedLink:
            user = users.by_id(tx, user_id) if user_id and is_id(user_id) else users.by_email(tx, email or "")
            if user is None or user.is_disabled:
                raise NotFound
            link = links.issue(tx, kind=LinkKind.RESET, origin=origin, now=now, user_id=user.id, created_by=actor_id)
            self._audit(tx, "reset.issued", actor_id=actor_id, subject=user.id)
            return link

        return await self._work.write(change)

    async def invite_from_terminal(self, *, email: str | None = None, role: Role = Role.USER) -> str:
        """The address of an invitation, for whoever sits at the machine."""
        return (await self.invite(None, email=email, role=role)).address

    async def reset_link_from_terminal(self, *, email: str) -> str:
        """The address of a reset link, for whoever sits at the machine. Raises `NotFound`."""
        return (await self.reset_link(None, email=email)).address

    async def set_role(self, by: Principal | None, user_id: str, *, role: Role, reason: str = "") -> Person:
        """Change what a user may do, on the very next request of any of their logins.

        Raises:
            NotFound, WrongState: nobody could administer this installation any more.
            ScopeMissing: a key would make an admin, who stays one when the key is gone.
            InvalidInput: somebody would become a guest, who is forgotten after a day, or a guest somebody without a
                password.
        """
        if role is Role.ADMIN:
            self._require_person(by)

        def apply(_tx: Tx, user: User) -> None:
            if Role.GUEST in (role, user.role):
                raise InvalidInput("Nobody is made a guest, and a guest becomes a person by signing up.")
            user.role = role

        return await self._change(by, user_id, apply, action="user.role", reason=reason, role=str(role))

    async def set_disabled(self, by: Principal | None, user_id: str, *, is_disabled: bool, reason: str = "") -> Person:
        """Shut a user out, which ends all their logins at once, or let them in again.

        Raises:
            NotFound, WrongState: nobody could administer this installation any more.
        """

        def apply(tx: Tx, user: User) -> None:
            user.is_disabled = is_disabled
            if is_disabled:
                self.keys.end_all(tx, user.id)

        action = "user.disabled" if is_disabled else "user.enabled"
        person = await self._change(by, user_id, apply, action=action, reason=reason)
        if is_disabled:
            await self._logins.revoke_all(user_id, reason="disabled")
        return person

    async def _change(
        self,
        by: Principal | None,
        user_id: str,
        apply: Callable[[Tx, User], None],
        *,
        action: str,
        reason: str,
        **details: str,
    ) -> Person:
        self._require(by)
        if not is_id(user_id):
            raise NotFound

        def change(tx: Tx) -> Person:
            user = users.by_id(tx, user_id)
            if user is None:
                raise NotFound
            apply(tx, user)
            # Every access token of before is dead with it.
            user.auth_version += 1
            tx.add(user)
            tx.flush()
            if not users.any_admin(tx):
                raise WrongState("Nobody could administer this installation any more.")
            tx.emit(UserChanged(user_id=user_id, change=action.partition(".")[2]))
            self._audit(tx, action, actor_id=by.user_id if by else None, subject=user_id, reason=reason, **details)
            return Person.of(user)

        return await self._work.write(change)

    def _require(self, by: Principal | None) -> None:
        if by is not None:
            require(by, Action.ADMINISTER)

    def _require_person(self, by: Principal | None) -> None:
        """As `_require`; and no key makes a way in, for its owner or for others."""
        self._require(by)
        if by is not None and by.scopes is not None:
            raise ScopeMissing
