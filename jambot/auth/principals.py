"""Who is behind a credential, remembered for at most a second and forgotten at once when something changed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from jambot.access import Principal, Role
from jambot.auth.devices import family
from jambot.auth.terms import GUEST_KIND, KIND, idle_end, is_over, kind_of, terms_of
from jambot.clock import Clock
from jambot.db import UnitOfWork
from jambot.db.repositories import users
from jambot.db.types import parse_iso
from jambot.events import EventBus
from jambot.events.types import LOGINS_TOPIC, LoginEnded, UserChanged
from jambot.ids import DeviceId, LoginId, UserId
from jambot.sessions import Session, SessionManager, SessionUnreadable
from jambot.settings import Settings

LONGEST = timedelta(seconds=1)
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A principal as it was looked up.

    Attributes:
        version: the user's `auth_version`, which access tokens must match.
        networks, browser: from where the login was used until now, as far as it is kept.
    """

    principal: Principal
    version: int
    until: datetime
    networks: tuple[str, ...] = ()
    browser: str = ""


class Principals:
    """Stands between the login store and every event and request. Call it from the event loop's thread."""

    def __init__(
        self, *, sessions: SessionManager, work: UnitOfWork, bus: EventBus, clock: Clock, settings: Settings
    ) -> None:
        self._sessions = sessions
        self._work = work
        self._clock = clock
        self._settings = settings
        self._kept: OrderedDict[str, Known] = OrderedDict()
        self._changes = bus.subscribe([LOGINS_TOPIC])
        self._forgotten = 0

    async def of_cookie(self, cookie: str, *, is_socket: bool = False) -> Principal | None:
        """Who holds the login a cookie opens, or None. Never extends the login."""
        known = await self.known_of_cookie(cookie, is_socket=is_socket)
        return known.principal if known else None

    async def known_of_cookie(self, cookie: str, *, is_socket: bool = False) -> Known | None:
        """What is known of the login a cookie opens, or None.

        Args:
            is_socket: the cookie is that of a socket's handshake, which cannot change while the socket lives: one that
                was replaced stays good for a minute, so that a password change does not cut off the user's own tabs.
        """
        key = f"{is_socket:d}{cookie_hash(cookie)}"
        now = self._clock.now()
        known = self._recall(key, now)
        if known is None:
            mark = self._forgotten
            session = await self._opened_by(cookie)
            if session is None and is_socket:
                session = await self._opened_before(cookie, now)
            known = await self.look_up(session)
            self._keep(key, known, mark)
        return known

    async def known_of_login(self, login_id: str, *, version: int) -> Known | None:
        """What is known of the login an access token names, if the token's `version` is still the user's; else None."""
        known = self._recall(login_id, self._clock.now())
        if known is None:
            mark = self._forgotten
            known = await self.look_up(await self._sessions.find(login_id))
            self._keep(login_id, known, mark)
        return known if known and known.version == version else None

    async def look_up(self, session: Session | None) -> Known | None:
        """Who holds a login, from the database; None when it, its user or the user's standing is gone."""
        if session is None or session.kind not in (KIND, GUEST_KIND) or not session.user_id or not session.readable:
            return None
        user_id = session.user_id
        user = await self._work.read(lambda db: users.by_id(db, user_id))
        # A guest's login dies when the guest becomes a person, whatever became of its session.
        if user is None or user.is_disabled or session.kind != kind_of(Role(user.role)):
            return None
        now = self._clock.now()
        terms = terms_of(Role(user.role), self._settings)
        if is_over(session, terms, now):
            return None
        device_id = session.metadata.get("device_id")
        principal = Principal(
            user_id=UserId(user.id),
            login_id=LoginId(session.handle),
            role=Role(user.role),
            email=user.email,
            name=user.name,
            device_id=DeviceId(device_id) if device_id else None,
            device=family(session.user_agent) if session.user_agent else "",
        )
        until = min(now + LONGEST, idle_end(session, terms))
        return Known(
            principal=principal,
            version=user.auth_version,
            until=until,
            networks=networks_of(session),
            browser=str(session.metadata.get("browser") or family(session.user_agent or "")),
        )

    def forget(self, *, login_id: str | None = None, user_id: str | None = None) -> None:
        """Look again for this login, or for every login of this user."""
        self._forgotten += 1
        stale = [
            key
            for key, known in self._kept.items()
            if known.principal.login_id == login_id or known.principal.user_id == user_id
        ]
        for key in stale:
            del self._kept[key]

    async def _opened_by(self, cookie: str) -> Session | None:
        """The session a cookie opens. One sealed with a key that is gone signs nobody in, and keeps nobody out."""
        try:
            return await self._sessions.get(cookie, touch=False)
        except SessionUnreadable:
            return None

    async def _opened_before(self, cookie: str, now: datetime) -> Session | None:
        """The login this cookie opened until it was replaced less than a minute ago."""
        session = await self._sessions.find(cookie.partition(".")[0])
        former = session.data.get("former") if session else None
        if not former or former["hash"] != cookie_hash(cookie) or parse_iso(former["until"]) <= now:
            return None
        return session

    def _recall(self, key: str, now: datetime) -> Known | None:
        self._hear()
        known = self._kept.get(key)
        return known if known is not None and known.until > now else None

    def _keep(self, key: str, known: Known | None, mark: int) -> None:
        """Remember, unless something changed since `mark` was taken: then what was looked up may be what was before."""
        self._hear()
        if known is None or self._forgotten != mark:
            return
        self._kept[key] = known
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _hear(self) -> None:
        """Take in what happened since the last look, here and on other processes; no task needs to run for it."""
        for event in self._changes.take_waiting():
            if isinstance(event, LoginEnded):
                self.forget(login_id=event.login_id)
            elif isinstance(event, UserChanged):
                self.forget(user_id=event.user_id)
        if self._changes.missed:
            self._changes.missed = False
            self._forgotten += 1
            self._kept.clear()


def networks_of(session: Session) -> tuple[str, ...]:
    """The networks a login was used from, the present one last; empty when none was told."""
    kept = session.metadata.get("networks")
    return tuple(map(str, kept)) if isinstance(kept, list) and kept else tuple(filter(None, [session.ip_address]))


def cookie_hash(cookie: str) -> str:
    """What stands for a cookie where it may not be kept."""
    return sha256(cookie.encode("utf-8", "replace")).hexdigest()
