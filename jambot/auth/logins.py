"""Signed-in devices. The cookie names a login, the session engine keeps it, and its deletion is the sign-out.

One that ends, for whatever reason, is dead for every reader at once; the event that follows only tells open pages.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from jambot.access import Principal, Role
from jambot.auth._exchanging import Exchanging
from jambot.auth.devices import Device, kept_address, kept_user_agent, readable
from jambot.auth.keys import derive
from jambot.auth.login import Login, Opened, login_of
from jambot.auth.principals import Principals, cookie_hash
from jambot.auth.remembering import LoginMemory
from jambot.auth.terms import GUEST_KIND, KIND, is_over, kind_of, terms_of
from jambot.clock import Clock, iso
from jambot.db import UnitOfWork
from jambot.db.models import User
from jambot.db.repositories import audit
from jambot.errors import NotFound, SessionExpired
from jambot.events import EventBus
from jambot.events.types import LoginEnded
from jambot.log import get_log
from jambot.meter import meter
from jambot.sessions import Session, SessionEvent, SessionManager, Strategy
from jambot.settings import Settings

FORMER_COOKIE_LIFE = timedelta(seconds=60)
_SEEN_LATELY = timedelta(seconds=45)
log = get_log(__name__)


class Logins(Exchanging):
    """Opens, finds and ends logins."""

    def __init__(
        self,
        *,
        sessions: SessionManager,
        principals: Principals,
        memory: LoginMemory,
        work: UnitOfWork,
        bus: EventBus,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._sessions = sessions
        self._principals = principals
        self._memory = memory
        self._work = work
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._refresh_keys = tuple(derive(each, "refresh-token") for each in settings.master_keys())
        for name in ("evicted", "expired"):
            sessions.on(name, self._tell_ended)

    async def open(self, user: User, *, device: Device, remember: bool = False) -> Opened:
        """Sign `user` in on `device`. At the limit of devices the oldest gives way."""
        now = iso(self._clock.now())
        terms = terms_of(Role(user.role), self._settings)
        session = await self._sessions.create(
            user.id,
            {"proved_at": now, "salt": _salt(), "generation": 1, "advanced_at": now, "role": user.role},
            kind=kind_of(Role(user.role)),
            ttl=terms.idle,
            max_age=None if terms.strategy is Strategy.SLIDING else max(terms.longest, terms.idle),
            strategy=terms.strategy,
            ip_address=kept_address(device.ip_address) or None,
            user_agent=kept_user_agent(device.user_agent) or None,
            metadata={
                "device_id": device.device_id or "",
                "device": readable(device.user_agent),
                "remembered": remember,
            },
        )
        meter.count("logins")
        await self._memory.opened(session, device, ends_at=session.created_at + max(terms.longest, terms.idle))
        return self._opened(session, Role(user.role), cookie=session.id)

    async def touch(self, me: Principal) -> None:
        """Note that a person did something: the only thing that moves the idle clock, at most about once a minute."""
        session = await self._sessions.find(me.login_id)
        if session is None or session.kind != KIND:
            # What a guest does extends nothing.
            return
        if self._clock.now() - session.last_accessed_at >= min(_SEEN_LATELY, session.ttl / 20):
            await self._sessions.refresh(me.login_id)
            self._principals.forget(login_id=me.login_id)

    async def list_devices(self, me: Principal) -> list[Login]:
        """Where the caller is signed in, newest first."""
        return await self._living_of(me.user_id, me.role)

    async def of_user(self, user: User) -> list[Login]:
        """Where `user`, who gave the password, is signed in, newest first."""
        return await self._living_of(user.id, Role(user.role))

    async def _living_of(self, user_id: str, role: Role) -> list[Login]:
        terms, now = terms_of(role, self._settings), self._clock.now()
        found = await self._sessions.get_user_sessions(user_id, kind=kind_of(role))
        return [login_of(session, role, self._settings) for session in found if not is_over(session, terms, now)]

    async def find(self, me: Principal, login_id: str) -> Login:
        """One of the caller's logins; `NotFound` for anybody else's and for none."""
        session = await self._living(login_id)
        if session.user_id != me.user_id:
            raise NotFound
        return login_of(session, me.role, self._settings)

    async def revoke(self, by: Principal, login_id: str, *, reason: str) -> None:
        """End a login: one's own, or as an admin anybody's. Dead when this returns.

        Raises:
            NotFound: there is no such login, or it is not the caller's to end.
        """
        session = await self._living(login_id)
        if session.user_id != by.user_id and not by.is_admin:
            raise NotFound
        if not await self.end(login_id, reason=reason):
            raise NotFound
        await self._work.write(
            lambda tx: audit.record(
                tx,
                at=self._clock.now(),
                action="login.ended",
                actor_id=by.user_id,
                subject=str(session.user_id),
                reason=reason,
                login_id=login_id,
            )
        )

    async def end(self, login_id: str, *, reason: str, expected_version: int | None = None) -> bool:
        """End a login without asking who wants it; False when it had ended already, or is another version by now."""
        session = await self._sessions.find(login_id)
        if (
            session is None
            or session.kind not in (KIND, GUEST_KIND)
            or not await self._sessions.delete(login_id, reason=reason, expected_version=expected_version)
        ):
            return False
        await self._memory.ended([login_id], reason=reason)
        await self._forget(session, reason)
        return True

    async def revoke_all(self, user_id: str, *, except_id: str | None = None, reason: str) -> int:
        """End every login of a user but one; how many ended."""
        ending, count = list[Session](), 0
        for kind in (KIND, GUEST_KIND):
            found = await self._sessions.get_user_sessions(user_id, kind=kind)
            ending += [session for session in found if session.handle != except_id]
            count += await self._sessions.delete_user_sessions(user_id, except_id, kind=kind, reason=reason)
        self._principals.forget(user_id=user_id)
        await self._memory.ended([session.handle for session in ending], reason=reason)
        for session in ending:
            await self._forget(session, reason)
        return count

    async def prove(self, me: Principal, cookie: str | None, *, remember: bool | None = None) -> Opened:
        """Note that the password was just given: a new cookie where one was shown, new refresh tokens in any case.

        Args:
            remember: the new choice; None keeps the one before.
        """
        now = self._clock.now()
        metadata = (await self._living(me.login_id)).metadata
        if remember is not None:
            metadata = {**metadata, "remembered": remember}
        rotated = await self._sessions.rotate(cookie) if cookie else None
        changes: dict[str, Any] = {
            "proved_at": iso(now),
            "salt": _salt(),
            "generation": 1,
            "advanced_at": iso(now),
            "role": me.role.value,
        }
        if rotated is not None and cookie:
            changes["former"] = {"hash": cookie_hash(cookie), "until": iso(now + FORMER_COOKIE_LIFE)}
        session = await self._sessions.update(me.login_id, changes, merge=True, metadata=metadata)
        if session is None:
            raise SessionExpired
        self._principals.forget(login_id=me.login_id)
        return self._opened(session, me.role, cookie=rotated.id if rotated else "")

    async def again(self, me: Principal) -> Opened:
        """The caller's own login once more, with the cookie that stays good."""
        return self._opened(await self._living(me.login_id), me.role, cookie="")

    async def renew(self, me: Principal, cookie: str) -> Opened | None:
        """A new cookie and new tokens for a login whose owner's role changed since they were given; None when not."""
        session = await self._living(me.login_id)
        if session.data.get("role", me.role.value) == me.role.value:
            return None
        rotated = await self._sessions.rotate(cookie)
        if rotated is None:
            raise SessionExpired
        now = iso(self._clock.now())
        changes = {"role": me.role.value, "salt": _salt(), "generation": 1, "advanced_at": now}
        renewed = await self._sessions.update(me.login_id, changes, merge=True, touch=False)
        if renewed is None:
            raise SessionExpired
        self._principals.forget(login_id=me.login_id)
        return self._opened(renewed, me.role, cookie=rotated.id)

    async def _living(self, login_id: str) -> Session:
        session = await self._sessions.find(login_id)
        if session is None or session.kind not in (KIND, GUEST_KIND):
            raise NotFound
        return session

    async def _forget(self, session: Session, reason: str) -> None:
        self._principals.forget(login_id=session.handle)
        await self._bus.publish(LoginEnded(login_id=session.handle, user_id=session.user_id or "", reason=reason))

    async def _tell_ended(self, event: SessionEvent) -> None:
        """The engine ended one by itself: over the limit of devices, or in time."""
        if event.kind in (KIND, GUEST_KIND):
            self._principals.forget(login_id=event.session_id)
            reason = "signed_in_elsewhere" if event.name == "evicted" else "expired"
            if event.name == "evicted":
                # What ended in time is seen from its record; thousands may do so at once.
                await self._memory.ended([event.session_id], reason=reason)
            await self._bus.publish(LoginEnded(login_id=event.session_id, user_id=event.user_id or "", reason=reason))

    def _opened(self, session: Session, role: Role, *, cookie: str) -> Opened:
        login = login_of(session, role, self._settings)
        token = self._refresh_token(session, session.data["generation"])
        return Opened(login=login, cookie=cookie, refresh_token=token)


def _salt() -> str:
    return secrets.token_urlsafe(16)
