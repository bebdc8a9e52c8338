"""The session as callers see it: one frozen fact, private to whoever read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from jambot.sessions import expiration
from jambot.sessions.contents import Body, Facts, decode_body, decode_facts
from jambot.sessions.expiration import IDLE_AFTER, Lifetime, SessionState, Strategy
from jambot.sessions.moments import from_us, span_of
from jambot.sessions.record import Record

FIELDS = (
    "id",
    "handle",
    "kind",
    "user_id",
    "key",
    "data",
    "metadata",
    "pins",
    "scopes",
    "created_at",
    "last_accessed_at",
    "extended_at",
    "expires_at",
    "ttl",
    "max_age",
    "strategy",
    "ip_address",
    "user_agent",
    "connection_count",
    "active_requests",
    "version",
    "readable",
)
_UNPRINTED = ("id", "data", "pins")


class Session(msgspec.Struct, frozen=True, eq=False):
    """Something that lives for a while and then ends. It cannot be changed; `update` and the others give a new one.

    Every read makes one, so it is a thin view: what is asked for is worked out of the stored bytes when it is asked.
    `record`, `clear`, `now_us`, `facts` and `body` are what it is made of, for the engine alone: the stored form, its
    opened body (None when it does not open), the moment of the view, and the facts and the body once they were read.

    Attributes:
        id: what opens the session: the full id where it was shown or just made, else the handle. Do not log it.
        handle: names the session in lists, events and tables; stays through `rotate`; signs nobody in.
        kind: login, guest, grant, memory, or a registered name.
        user_id: whose it is; None for nobody's.
        key: what `get_or_create` found it by, or None.
        data: the caller's JSON, a private copy; sealed at rest when keys are set.
        metadata: small clear JSON.
        pins: values kept in view under a name; sealed with the data.
        scopes: what it may act in.
        version: raised by one with every accepted write; touches do not count.
        connection_count: open tabs or sockets that follow it.
        active_requests: requests at work in it; 0 when their lease ran out.
        readable: False only in listings, when data and pins do not open and are left out; `get` raises instead.
    """

    id: str
    record: Record
    clear: bytes | None
    now_us: int
    facts: Facts | None = None
    body: Body | None = None

    @property
    def handle(self) -> str:
        return self.record.handle

    @property
    def kind(self) -> str:
        return self.record.kind

    @property
    def user_id(self) -> str | None:
        return self.record.user_id

    @property
    def key(self) -> str | None:
        return self.terms.key

    @property
    def data(self) -> dict[str, Any]:
        return (self.body or self.read()).data

    @property
    def metadata(self) -> dict[str, Any]:
        return self.terms.metadata

    @property
    def pins(self) -> dict[str, Any]:
        return (self.body or self.read()).pins

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.terms.scopes

    @property
    def created_at(self) -> datetime:
        return from_us(self.record.created_us)

    @property
    def last_accessed_at(self) -> datetime:
        return from_us(self.record.accessed_us)

    @property
    def extended_at(self) -> datetime:
        return from_us(self.record.extended_us)

    @property
    def expires_at(self) -> datetime:
        return from_us(self.record.expires_us)

    @property
    def ttl(self) -> timedelta:
        return span_of(self.terms.ttl_us)

    @property
    def max_age(self) -> timedelta | None:
        longest_us = self.terms.max_age_us
        return None if longest_us is None else span_of(longest_us)

    @property
    def strategy(self) -> Strategy:
        return self.terms.strategy

    @property
    def ip_address(self) -> str | None:
        return self.terms.ip_address

    @property
    def user_agent(self) -> str | None:
        return self.terms.user_agent

    @property
    def connection_count(self) -> int:
        return self.record.connections

    @property
    def active_requests(self) -> int:
        return self.record.requests if self.record.lease_us > self.now_us else 0

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def readable(self) -> bool:
        return self.clear is not None

    @property
    def lifetime(self) -> Lifetime:
        """The part of the session that decides its end."""
        return Lifetime(
            strategy=self.strategy,
            ttl=self.ttl,
            max_age=self.max_age,
            created_at=self.created_at,
            extended_at=self.extended_at,
            last_accessed_at=self.last_accessed_at,
            expires_at=self.expires_at,
        )

    def state(self, now: datetime, idle_after: timedelta = IDLE_AFTER) -> SessionState:
        """What the session looks like at `now`."""
        return expiration.state(self.lifetime, now, idle_after)

    @property
    def terms(self) -> Facts:
        """The facts of the record; they too are decoded when one is asked for."""
        facts = self.facts
        if facts is None:
            facts = decode_facts(self.record.facts)
            force_setattr(self, "facts", facts)
        return facts

    def read(self) -> Body:
        """Decode data and pins, which otherwise waits until one is asked for; `SessionUnreadable` when that fails."""
        body = self.body
        if body is None:
            body = Body() if self.clear is None else decode_body(self.clear)
            force_setattr(self, "body", body)
        return body

    def __eq__(self, other: object) -> bool:
        """Whether both show the same, wherever and however sealed they are stored."""
        return isinstance(other, Session) and all(getattr(self, name) == getattr(other, name) for name in FIELDS)

    __hash__ = None  # type: ignore[assignment] - whoever holds it may change what is in it

    def __repr__(self) -> str:
        """Without what opens it and what is in it: this is what ends up in logs."""
        shown = (f"{name}={getattr(self, name)!r}" for name in FIELDS if name not in _UNPRINTED)
        return f"Session({', '.join(shown)})"
