"""What is remembered of logins beyond their end: where they were, whether the device was new, why they ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from jambot.access import Principal
from jambot.auth.devices import Device, is_program, kept_address, readable
from jambot.auth.terms import KIND
from jambot.clock import Clock
from jambot.db import Tx, UnitOfWork
from jambot.db.models import LoginRecord
from jambot.db.repositories import audit
from jambot.db.repositories import devices as rows
from jambot.errors import NotFound
from jambot.events.types import DevicesChanged, LoginStarted
from jambot.sessions import Session

# As long as a browser keeps its device cookie: afterwards it is a new device in any case.
REMEMBERED_FOR = timedelta(days=400)
LOOKED_BACK = timedelta(days=1)
PER_COMMIT = 50
_OWN_ENDS = frozenset(
    {
        "signed_out",
        "signed_in_as_other",
        "signed_in_elsewhere",
        "password_changed",
        "session_reused",
        "account_deleted",
        "disabled",
        "expired",
        "adopted",
    }
)


class LoginMemory:
    """Writes and reads the records of logins."""

    def __init__(self, *, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def opened(self, session: Session, device: Device, *, ends_at: datetime) -> bool:
        """Remember a login and tell of it; whether its device is new to the person."""
        record = LoginRecord(
            id=session.handle,
            user_id=session.user_id or "",
            device_id=device.device_id,
            device=readable(device.user_agent)[:80],
            ip_address=kept_address(device.ip_address),
            opened_at=session.created_at,
            ends_at=ends_at,
        )

        if session.kind != KIND:
            # A guest has one device, which is forgotten with them.
            await self._work.write(lambda tx: tx.emit(LoginStarted(login_id=record.id, user_id=record.user_id)))
            return False

        def change(tx: Tx) -> bool:
            record.is_new = not rows.is_known(tx, record, is_program=is_program(device.user_agent))
            tx.add(record)
            if record.is_new:
                audit.record(
                    tx,
                    at=record.opened_at,
                    action="login.new_device",
                    actor_id=record.user_id,
                    subject=record.user_id,
                    login_id=record.id,
                    device=record.device,
                    place=record.ip_address,
                )
            tx.emit(LoginStarted(login_id=record.id, user_id=record.user_id))
            return record.is_new

        return await self._work.write(change)

    async def ended(self, login_ids: Collection[str], *, reason: str) -> None:
        """Remember why logins ended. What an admin gave as a reason is in the audit, and not for their owners."""
        at = self._clock.now()
        word = reason if reason in _OWN_ENDS else "ended_by_admin"
        if login_ids:
            await self._work.write(lambda tx: rows.note_ended(tx, login_ids, at=at, reason=word))

    async def unconfirmed(self, me: Principal) -> list[LoginRecord]:
        """New devices the caller has not called their own yet, this one left out, the newest first."""
        found = await self._work.read(lambda db: rows.unconfirmed(db, me.user_id))
        return [record for record in found if record.id != me.login_id]

    async def confirm(self, me: Principal, login_id: str) -> None:
        """The caller says that a new device is theirs. Raises `NotFound`."""
        now = self._clock.now()

        def change(tx: Tx) -> None:
            record = tx.get(LoginRecord, login_id)
            # Whoever signed in there cannot call the device their own from it: another one must.
            if record is None or record.user_id != me.user_id or login_id == me.login_id:
                raise NotFound
            if record.confirmed_at is None:
                record.confirmed_at = now
                tx.add(record)
                audit.record(
                    tx, at=now, action="login.confirmed", actor_id=me.user_id, subject=me.user_id, login_id=login_id
                )
                tx.emit(DevicesChanged(user_id=me.user_id))

        await self._work.write(change)

    async def settle(self) -> int:
        """Remember when logins ended by their clock, as the log of sessions has it, before that forgets; how many.

        Once for all who did since the last look: thousands may end at once, and nobody waits for it.
        """
        since = self._clock.now() - LOOKED_BACK
        ends = await self._work.read(lambda db: rows.ended_by_clock(db, since=since))
        found = list(ends.items())
        for start in range(0, len(found), PER_COMMIT):
            part = dict(found[start : start + PER_COMMIT])
            await self._work.write(lambda tx, part=part: rows.note_expired(tx, part))
        return len(ends)

    async def forget(self) -> int:
        """Remove what was remembered for long enough; how many."""
        before = self._clock.now() - REMEMBERED_FOR
        return await self._work.write(lambda tx: rows.forget_records(tx, before))
