"""How every change is made: read, change, compare and set, for one caller or for several that ask at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from jambot.sessions import expiration, tickets
from jambot.sessions._core import Core
from jambot.sessions.errors import StaleVersion
from jambot.sessions.events import SessionEventName
from jambot.sessions.expiration import Strategy
from jambot.sessions.joining import Asked, Lines
from jambot.sessions.moments import from_us, to_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session

# Each retry means that somebody else's write succeeded, so a loop this long is a fault and not contention.
_RETRIES = 64
# Changes are worked out without a pause: a hundred small ones or two large ones, which is a few milliseconds.
_BYTES_TOGETHER, _BYTES_EACH = 1_000_000, 10_000


class Changing(Core):
    """The manager's way to change a session; what is changed is said by `Writing`."""

    _lines: Lines

    async def _change(
        self,
        session_id: str,
        change: Callable[[Session], Session],
        *,
        touch: bool,
        expected_version: int | None = None,
        fence: int | None = None,
        opening: bool = False,
        event: SessionEventName = SessionEventName.UPDATED,
        reason: str | None = None,
    ) -> Session | None:
        """The session after a change; alone where a version or a fence was asked for, else with who asks meanwhile."""
        ticket = tickets.parse(session_id)
        if ticket is None:
            return None
        asked = Asked(
            ticket=ticket,
            shown_id=session_id,
            change=change,
            event=event,
            reason=reason,
            opening=opening,
            touch=touch,
        )
        if expected_version is None and fence is None:
            return await self._lines.join(asked)
        await self._write([asked], expected_version=expected_version, fence=fence)
        return asked.turn.result()

    async def _write(
        self, together: Sequence[Asked], *, expected_version: int | None = None, fence: int | None = None
    ) -> None:
        """Read, change, compare and set; again when someone else wrote between and no version was asked for.

        The first at least are answered; who is not, because it would be too much at once, asks again.
        """
        record: Record | None = None
        now_us = 0
        for _ in range(_RETRIES):
            now_us = self._now_us()
            record = await self._store.get(together[0].ticket.handle, now_us=now_us)
            if record is None:
                break
            if expected_version not in (None, record.version) and self._opens_for(together[0], record):
                reason = f"version {expected_version} expected, {record.version} is there"
                self._tell_conflict(record, now_us=now_us, reason=reason)
                raise StaleVersion
            changed = self._changed(record, together, now_us)
            if not changed:
                break
            last = changed[-1][1].record
            try:
                stored = await self._store.set(last, expected_version=record.version, fence=fence, now_us=now_us)
            except StaleVersion as stale:
                if expected_version is not None or type(stale) is not StaleVersion:
                    was_fenced = type(stale) is not StaleVersion
                    reason = "the lock passed on" if was_fenced else f"version {record.version} was written meanwhile"
                    self._tell_conflict(record, now_us=now_us, reason=reason)
                    raise
                continue
            if stored is None:
                break
            for asked, session in changed:
                self._tell(asked.event, [stored], now_us=now_us, reason=asked.reason)
                asked.answer(replace(session, record=stored) if session.record is last else session)
            return
        else:
            if record is not None:
                self._tell_conflict(record, now_us=now_us, reason=f"written by others {_RETRIES} times meanwhile")
            raise StaleVersion
        for asked in together:
            asked.answer(None)

    def _changed(self, record: Record, together: Sequence[Asked], now_us: int) -> list[tuple[Asked, Session]]:
        """What the session is after each change that can be made, every one built upon the one before."""
        made: list[tuple[Asked, Session]] = []
        worked = 0
        for asked in together:
            if worked >= _BYTES_TOGETHER:
                break
            if asked.turn.done() or not self._opens_for(asked, made[-1][1].record if made else record):
                asked.answer(None)
                continue
            before = replace(made[-1][1] if made else self._session(record, asked.shown_id, now_us), id=asked.shown_id)
            try:
                changed = asked.change(before)
                changed = self._codec.rewritten(before, self._used(changed, now_us) if asked.touch else changed)
            except Exception as problem:
                asked.fail(problem)
                continue
            made.append((asked, replace(changed, record=replace(changed.record, version=before.version + 1))))
            worked += _BYTES_EACH + len(changed.clear or b"")
        return made

    def _opens_for(self, asked: Asked, record: Record) -> bool:
        return self._opens(asked.ticket, record, opening=asked.opening)

    def _used(self, session: Session, now_us: int) -> Session:
        """The session after a person's use. As with `get` one that comes soon after another moves no times."""
        record = session.record
        idle_us = now_us - record.accessed_us
        if not expiration.touch_due(idle_us=idle_us, ttl_us=session.terms.ttl_us, longest_us=self._touch_us):
            return session
        moved = replace(
            record,
            accessed_us=max(now_us, record.accessed_us),
            extended_us=record.extended_us if session.strategy is Strategy.FIXED else now_us,
            expires_us=to_us(expiration.end_when_used(session.lifetime, from_us(now_us))),
        )
        return replace(session, record=moved)
