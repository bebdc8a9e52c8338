"""The session as callers see it: one frozen fact, private to whoever read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from jambot.sessions import expiration
from jambot.sessions.expiration import IDLE_AFTER, Lifetime, SessionState, Strategy

_UNPRINTED = {"id", "data", "pins"}


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Something that lives for a while and then ends. A struct, not a dataclass: every read makes one.

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
    handle: str
    kind: str
    user_id: str | None
    key: str | None
    data: dict[str, Any]
    metadata: dict[str, Any]
    pins: dict[str, Any]
    scopes: tuple[str, ...]
    created_at: datetime
    last_accessed_at: datetime
    extended_at: datetime
    expires_at: datetime
    ttl: timedelta
    max_age: timedelta | None
    strategy: Strategy
    ip_address: str | None
    user_agent: str | None
    connection_count: int
    active_requests: int
    version: int
    readable: bool = True

    def __repr__(self) -> str:
        """Without what opens it and what is in it: this is what ends up in logs."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name not in _UNPRINTED)
        return f"Session({', '.join(shown)})"

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
