"""Making sessions: anew, one per key, or as a grant."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from jambot.errors import Forbidden
from jambot.sessions import expiration, tickets
from jambot.sessions._core import Core
from jambot.sessions.config import LimitPolicy
from jambot.sessions.contents import Body, Facts
from jambot.sessions.errors import InvalidSession
from jambot.sessions.events import SessionEventName
from jambot.sessions.expiration import Strategy
from jambot.sessions.kinds import GRANT, check_kind_terms
from jambot.sessions.moments import span_us, to_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session
from jambot.sessions.stores.protocol import Created
from jambot.sessions.values import as_object, check_json, check_name, check_scopes, clean_agent, private_json

MOST_METADATA_BYTES = 16_384


class Making(Core):
    """The manager's ways to make a session."""

    async def create(
        self,
        user_id: str | None,
        data: Mapping[str, Any] | None = None,
        *,
        kind: str = "login",
        ttl: timedelta | None = None,
        max_age: timedelta | None = None,
        strategy: Strategy | str | None = None,
        ip_address: str | None = None,
        user_agent: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        scopes: Iterable[str] = (),
    ) -> Session:
        """A new session; its `id` is shown here and never again.

        Args:
            ttl, max_age, strategy: its own terms; else those of its kind, else the configuration's.

        Raises:
            InvalidSession: something cannot be kept; it names the field.
            TooManySessions: the user is at the limit and the policy refuses.
        """
        session = self._new(
            user_id=user_id,
            data=data,
            kind=kind,
            ttl=ttl,
            max_age=max_age,
            strategy=strategy,
            ip_address=ip_address,
            user_agent=user_agent,
            metadata=metadata,
            scopes=scopes,
        )
        await self._add(session.record)
        return session

    async def get_or_create(
        self,
        key: str,
        *,
        user_id: str | None = None,
        data: Mapping[str, Any] | None = None,
        kind: str = "memory",
        ttl: timedelta | None = None,
        max_age: timedelta | None = None,
        strategy: Strategy | str | None = None,
        metadata: Mapping[str, Any] | None = None,
        scopes: Iterable[str] = (),
    ) -> Session:
        """The one living session of this key, kind and user: one per user, per conversation, per shared node.

        Parallel callers get the same one. A session that was there is returned as it is, with its handle as `id`.
        """
        if not key:
            raise InvalidSession("key", "must not be empty")
        session = self._new(
            user_id=user_id,
            data=data,
            kind=kind,
            ttl=ttl,
            max_age=max_age,
            strategy=strategy,
            metadata=metadata,
            scopes=scopes,
            key=key,
        )
        created = await self._add(session.record)
        if not created.existed:
            return session
        return self._session(created.record, created.record.handle, self._now_us())

    async def grant(
        self,
        user_id: str,
        scopes: Iterable[str],
        ttl: timedelta,
        granted_by: Session | str,
        *,
        reason: str | None = None,
    ) -> Session:
        """A temporary right to act in `scopes`, at most eight hours. It cannot be refreshed, and cannot grant.

        Args:
            granted_by: the granting session, or the id of the user who grants.
        """
        if isinstance(granted_by, Session) and granted_by.kind == GRANT.name:
            raise Forbidden("A grant cannot grant.")
        wanted = check_scopes(scopes)
        if not wanted:
            raise InvalidSession("scopes", "a grant needs at least one")
        grantor = granted_by.user_id if isinstance(granted_by, Session) else granted_by
        metadata = {"granted_by": grantor, **({"reason": reason} if reason else {})}
        return await self.create(user_id, kind=GRANT.name, ttl=ttl, scopes=wanted, metadata=metadata)

    def _new(
        self,
        *,
        user_id: str | None,
        data: Mapping[str, Any] | None,
        kind: str,
        ttl: timedelta | None,
        max_age: timedelta | None,
        strategy: Strategy | str | None,
        metadata: Mapping[str, Any] | None,
        scopes: Iterable[str],
        ip_address: str | None = None,
        user_agent: str | None = None,
        key: str | None = None,
    ) -> Session:
        policy = self._kind(kind)
        terms = _strategy(strategy) or policy.strategy or self.config.strategy
        span = (policy.ttl or self.config.ttl) if ttl is None else ttl
        longest = max_age
        if longest is None:
            longest = policy.max_age or (None if terms is Strategy.SLIDING else self.config.max_age)
        check_kind_terms(policy, terms, span, longest)
        owner, name = check_name("user_id", user_id), check_name("key", key)
        facts = Facts(
            strategy=terms,
            ttl_us=span_us(span),
            max_age_us=None if longest is None else span_us(longest),
            metadata=checked_metadata(metadata) if metadata else {},
            scopes=check_scopes(scopes),
            ip_address=check_name("ip_address", ip_address or None),
            user_agent=clean_agent(user_agent),
            key=name,
        )
        body = Body(data=private_json("data", data or {}))
        handle, session_id = tickets.new()
        clear, sealed = self._codec.body(body, handle=handle, user_id=owner)
        now = self.now()
        now_us = to_us(now)
        record = Record(
            handle=handle,
            secret_hash=tickets.secret_hash(session_id),
            kind=policy.name,
            user_id=owner and sys.intern(str(owner)),  # one object for all sessions of a user
            lookup=None if name is None else _lookup(kind, owner, name),
            created_us=now_us,
            accessed_us=now_us,
            extended_us=now_us,
            expires_us=to_us(expiration.first_end(span, longest, now)),
            version=1,
            facts=self._codec.facts(facts),
            body=sealed,
        )
        return Session(session_id, record, clear, now_us, facts, body)

    async def _add(self, record: Record) -> Created:
        now_us = record.created_us
        policy = self._kind(record.kind)
        limit = self.config.max_sessions_per_user if policy.max_per_user is None else policy.max_per_user
        refuse = self.config.limit_policy is LimitPolicy.REFUSE
        created = await self._store.create(record, limit=limit, refuse=refuse, now_us=now_us)
        if created.evicted:
            self._tell_evicted(created.evicted, record, limit, now_us)
        if not created.existed:
            self._totals.created += 1
            self._tell(SessionEventName.CREATED, [created.record], now_us=now_us)
        return created

    def _tell_evicted(self, left: Iterable[Record], record: Record, limit: int, now_us: int) -> None:
        """Say which sessions gave their place to `record`, and why."""
        gone = [r for r in left if not r.live(now_us)]
        evicted = [r for r in left if r.live(now_us)]
        self._totals.evicted += len(evicted)
        self._totals.expired += len(gone)
        self._tell(SessionEventName.EXPIRED, gone, now_us=now_us, reason="timeout")
        for each in evicted:
            limited = (each.user_id, each.kind) == (record.user_id, record.kind) and limit
            self._tell(SessionEventName.EVICTED, [each], now_us=now_us, reason="limit" if limited else "capacity")


def _lookup(kind: str, user_id: str | None, key: str) -> str:
    return sha256("\0".join((kind, user_id or "", key)).encode()).hexdigest()


def _strategy(value: Strategy | str | None) -> Strategy | None:
    try:
        return None if value is None else Strategy(value)
    except ValueError:
        raise InvalidSession("strategy", f"is none of: {', '.join(Strategy)}") from None


def checked_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A private copy of metadata that can be kept: JSON, and small."""
    checked = check_json("metadata", as_object("metadata", metadata))
    if len(msgspec.json.encode(checked)) > MOST_METADATA_BYTES:
        raise InvalidSession("metadata", f"is larger than {MOST_METADATA_BYTES} bytes")
    return checked
