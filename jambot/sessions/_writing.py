"""Changing sessions and ending them. Every write is a compare-and-set; none brings an ended session back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from jambot.sessions import expiration, tickets
from jambot.sessions._changing import Changing
from jambot.sessions._making import checked_metadata
from jambot.sessions.contents import Body
from jambot.sessions.errors import InvalidSession, NotRefreshable
from jambot.sessions.events import SessionEventName
from jambot.sessions.kinds import check_kind_terms
from jambot.sessions.locks import Lock
from jambot.sessions.moments import span_us, to_us
from jambot.sessions.session import Session
from jambot.sessions.values import check_json, check_name, private_json

MOST_PINS = 64


class Writing(Changing):
    """The manager's changes."""

    async def update(
        self,
        session_id: str,
        data: Mapping[str, Any],
        *,
        merge: bool = False,
        touch: bool = True,
        expected_version: int | None = None,
        metadata: Mapping[str, Any] | None = None,
        lock: Lock | None = None,
    ) -> Session | None:
        """Replace the data, or with `merge` its top-level keys; None when the session is gone, which it stays.

        Args:
            touch: a person's use; pass False for autosaves and programs, which never extend.
            expected_version: the version last read; without one, a write in between is built upon.
            metadata: replaces the metadata when given.
            lock: a lock held on the session; its fence is checked with the write.

        Raises:
            StaleVersion: the version moved, or the lock passed on (`StaleFence`); nothing was changed.
        """
        new_data = private_json("data", data)
        new_metadata = None if metadata is None else checked_metadata(metadata)

        def change(session: Session) -> Session:
            body = Body(data={**session.data, **new_data} if merge else new_data, pins=session.pins)
            facts = session.facts if new_metadata is None else replace(session.terms, metadata=new_metadata)
            return replace(session, body=body, facts=facts)

        return await self._change(
            session_id, change, touch=touch, expected_version=expected_version, fence=lock.fence if lock else None
        )

    async def pin(self, session_id: str, key: str, value: Any) -> Session | None:
        """Keep `value` in view under `key`. Never extends."""
        check_name("key", key)
        check_json("pins", {key: value})

        def change(session: Session) -> Session:
            pins = {**session.pins, key: value}
            if len(pins) > MOST_PINS:
                raise InvalidSession("pins", f"must be at most {MOST_PINS}")
            return replace(session, body=Body(data=session.data, pins=pins))

        return await self._change(session_id, change, touch=False)

    async def unpin(self, session_id: str, key: str) -> bool:
        """Remove a pin; False when there was none."""
        found = False

        def change(session: Session) -> Session:
            nonlocal found
            found = key in session.pins
            pins = {k: v for k, v in session.pins.items() if k != key}
            return replace(session, body=Body(data=session.data, pins=pins))

        changed = await self._change(session_id, change, touch=False)
        return changed is not None and found

    async def pinned(self, session_id: str, key: str, default: Any = None) -> Any:
        """What is pinned under `key`, or `default`. Never extends."""
        now_us = self._now_us()
        record = await self._find(session_id, opening=False, now_us=now_us)
        return default if record is None else self._session(record, session_id, now_us).pins.get(key, default)

    async def refresh(self, session_id: str, ttl: timedelta | None = None, *, touch: bool = True) -> Session | None:
        """Extend to `ttl` from now (its own ttl when None), never past its max age; None when it is gone.

        A ttl given here becomes the session's own.

        Args:
            touch: a person's use; pass False for those who administer sessions, who move the end and nothing else.

        Raises:
            NotRefreshable: sessions of this kind end at their time.
        """
        now = self.now()

        def change(session: Session) -> Session:
            policy = self._policy_of(session)
            if not policy.refreshable:
                raise NotRefreshable
            span = session.ttl if ttl is None else ttl
            check_kind_terms(policy, session.strategy, span, session.max_age)
            ends = expiration.end_when_refreshed(session.lifetime, span, now)
            now_us = to_us(now)
            accessed_us = now_us if touch else session.record.accessed_us
            record = replace(session.record, accessed_us=accessed_us, extended_us=now_us, expires_us=to_us(ends))
            return replace(session, record=record, facts=replace(session.terms, ttl_us=span_us(span)))

        return await self._change(session_id, change, touch=False, event=SessionEventName.REFRESHED)

    extend = refresh

    async def rotate(self, session_id: str) -> Session | None:
        """The same session under a new id; the old id is dead at once. The handle stays."""
        ticket = tickets.parse(session_id)
        if ticket is None:
            return None
        fresh_id = tickets.new_id(ticket.handle)
        fresh_hash = tickets.secret_hash(fresh_id)

        def change(session: Session) -> Session:
            return replace(session, record=replace(session.record, secret_hash=fresh_hash))

        rotated = await self._change(session_id, change, touch=False, opening=True, reason="rotated")
        return None if rotated is None else replace(rotated, id=fresh_id)

    async def delete(self, session_id: str, *, reason: str | None = None, expected_version: int | None = None) -> bool:
        """End the session an id or handle stands for; False when it had ended already.

        Args:
            expected_version: only this one; one that was written since is left as it is, and False is answered.
        """
        ticket = tickets.parse(session_id)
        if ticket is None:
            return False
        now_us = self._now_us()
        removed = await self._store.delete(
            ticket.handle, secret_hash=ticket.secret_hash, version=expected_version, now_us=now_us
        )
        if removed is None:
            return False
        self._tell(SessionEventName.DELETED, [removed], now_us=now_us, reason=reason)
        return True

    invalidate = delete

    async def delete_user_sessions(
        self,
        user_id: str,
        except_id: str | None = None,
        *,
        kind: str | None = None,
        reason: str | None = "sign_out_everywhere",
    ) -> int:
        """End the user's sessions but the one `except_id` (an id or handle) stands for; how many ended."""
        kept = None if except_id is None else tickets.parse(except_id)
        now_us = self._now_us()
        removed = await self._store.delete_by_user(
            user_id, kind=kind, except_handle=kept.handle if kept else None, now_us=now_us
        )
        self._tell(SessionEventName.DELETED, removed, now_us=now_us, reason=reason)
        return len(removed)
