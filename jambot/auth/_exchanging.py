"""Refresh tokens against the logins they belong to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jambot.access import Principal
from jambot.auth import refreshing
from jambot.auth.principals import Known, Principals
from jambot.auth.refreshing import Step
from jambot.clock import Clock, iso
from jambot.db import UnitOfWork
from jambot.db.repositories import audit
from jambot.db.types import parse_iso
from jambot.errors import SessionReused
from jambot.log import get_log
from jambot.sessions import Session, SessionManager, StaleVersion

log = get_log(__name__)
Admits = Callable[[Known], Awaitable[bool]]


class Exchanging:
    """The part of `Logins` that exchanges refresh tokens."""

    _sessions: SessionManager
    _principals: Principals
    _work: UnitOfWork
    _clock: Clock
    _refresh_keys: tuple[bytes, ...]

    async def end(self, login_id: str, *, reason: str) -> bool:
        """End a login; False when it had ended already."""
        raise NotImplementedError

    async def refresh(self, token: str, *, admits: Admits) -> tuple[Principal, int, str] | None:
        """Exchange a refresh token for its holder, the user's version and the next token; None when it is not one.

        Args:
            admits: whether the login may be used from where the token was shown; asked only of a genuine one.

        Raises:
            SessionReused: it was used before; its login has ended.
        """
        shown = refreshing.parse(token)
        while shown is not None:
            now = self._clock.now()
            session = await self._sessions.find(shown.login_id)
            known = await self._principals.look_up(session)
            if session is None or known is None:
                return None
            salt, present = session.data["salt"], session.data["generation"]
            # A token that an older key made is good too: what follows it is made with the newest.
            if not any(refreshing.is_genuine(key, shown, salt=salt) for key in self._refresh_keys):
                return None
            advanced_at = parse_iso(session.data["advanced_at"])
            step = refreshing.next_step(shown=shown.generation, present=present, advanced_at=advanced_at, now=now)
            if step is Step.REVOKE:
                await self._end_reused(session)
            if not await admits(known):
                return None
            if step is Step.ADVANCE and not await self._advance(session, present + 1):
                continue
            following = present + 1 if step is Step.ADVANCE else present
            return known.principal, known.version, self._refresh_token(session, following)
        return None

    async def _advance(self, session: Session, generation: int) -> bool:
        """Begin a generation; False when someone else wrote first."""
        changes = {"generation": generation, "advanced_at": iso(self._clock.now())}
        try:
            return bool(
                await self._sessions.update(
                    session.handle, changes, merge=True, touch=False, expected_version=session.version
                )
            )
        except StaleVersion:
            return False

    async def _end_reused(self, session: Session) -> None:
        await self.end(session.handle, reason="session_reused")
        log.warning("login.refresh_reused", login=session.handle, user=session.user_id)
        at = self._clock.now()
        await self._work.write(
            lambda tx: audit.record(
                tx, at=at, action="login.reused", subject=str(session.user_id), login_id=session.handle
            )
        )
        raise SessionReused

    def _refresh_token(self, session: Session, generation: int) -> str:
        return refreshing.make(
            self._refresh_keys[0], login_id=session.handle, salt=session.data["salt"], generation=generation
        )
