"""Making sessions: anew, one per key, or as a grant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec

from jambot.errors import Forbidden
from jambot.sessions import expiration, tickets
from jambot.sessions._core import Core
from jambot.sessions.config import LimitPolicy
from jambot.sessions.errors import InvalidSession
from jambot.sessions.events import SessionEventName
from jambot.sessions.expiration import Strategy
from jambot.sessions.kinds import GRANT, KindPolicy
from jambot.sessions.moments import to_us
from jambot.sessions.session import Session
from jambot.sessions.stores.protocol import Created
from jambot.sessions.values import check_json, check_name, check_scopes, clean_agent

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
            key=None,
        )
        await self._add(session, lookup=None)
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
            ip_address=None,
            user_agent=None,
            metadata=metadata,
            scopes=scopes,
            key=key,
        )
        lookup = sha256("\0".join((kind, user_id or "", key)).encode()).hexdigest()
        created = await self._add(session, lookup=lookup)
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
        ip_address: str | None,
        user_agent: str | None,
        metadata: Mapping[str, Any] | None,
        scopes: Iterable[str],
        key: str | None,
    ) -> Session:
        policy = self._kind(kind)
        terms = _strategy(strategy) or policy.strategy or self.config.strategy
        span = ttl or policy.ttl or self.config.ttl
        longest = max_age or policy.max_age or (None if terms is Strategy.SLIDING else self.config.max_age)
        check_kind_terms(policy, terms, span if ttl is None else ttl, longest)
        now = self.now()
        handle, session_id = tickets.new()
        return Session(
            id=session_id,
            handle=handle,
            kind=kind,
            user_id=check_name("user_id", user_id),
            key=check_name("key", key),
            data=check_json("data", dict(data or {})),
            metadata=checked_metadata(metadata or {}),
            pins={},
            scopes=check_scopes(scopes),
            created_at=now,
            last_accessed_at=now,
            extended_at=now,
            expires_at=expiration.first_end(span, longest, now),
            ttl=span,
            max_age=longest,
            strategy=terms,
            ip_address=check_name("ip_address", ip_address or None),
            user_agent=clean_agent(user_agent),
            connection_count=0,
            active_requests=0,
            version=1,
        )

    async def _add(self, session: Session, *, lookup: str | None) -> Created:
        now_us = to_us(session.created_at)
        record = self._codec.record(session, secret_hash=tickets.secret_hash(session.id), lookup=lookup)
        policy = self._kind(session.kind)
        limit = self.config.max_sessions_per_user if policy.max_per_user is None else policy.max_per_user
        refuse = self.config.limit_policy is LimitPolicy.REFUSE
        created = await self._store.create(record, limit=limit, refuse=refuse, now_us=now_us)
        gone = [r for r in created.evicted if not r.live(now_us)]
        evicted = [r for r in created.evicted if r.live(now_us)]
        self._totals.evicted += len(evicted)
        self._totals.expired += len(gone)
        self._tell(SessionEventName.EXPIRED, gone, now_us=now_us, reason="timeout")
        for each in evicted:
            limited = (each.user_id, each.kind) == (record.user_id, record.kind) and limit
            self._tell(SessionEventName.EVICTED, [each], now_us=now_us, reason="limit" if limited else "capacity")
        if not created.existed:
            self._totals.created += 1
            self._tell(SessionEventName.CREATED, [created.record], now_us=now_us)
        return created


def _strategy(value: Strategy | str | None) -> Strategy | None:
    try:
        return None if value is None else Strategy(value)
    except ValueError:
        raise InvalidSession("strategy", f"is none of: {', '.join(Strategy)}") from None


def check_kind_terms(policy: KindPolicy, strategy: Strategy, ttl: timedelta, max_age: timedelta | None) -> None:
    """Refuse terms that make no sense, or that the kind does not allow; the error names the field."""
    expiration.check_terms(strategy, ttl, max_age)
    if policy.longest_ttl is not None and ttl > policy.longest_ttl:
        raise InvalidSession("ttl", f"must be at most {policy.longest_ttl} for a {policy.name}")


def checked_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A private copy of metadata that can be kept: JSON, and small."""
    checked = check_json("metadata", dict(metadata))
    if len(msgspec.json.encode(checked)) > MOST_METADATA_BYTES:
        raise InvalidSession("metadata", f"is larger than {MOST_METADATA_BYTES} bytes")
    return checked
