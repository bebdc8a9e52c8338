"""When a session ends: pure rules over a `Lifetime` and a `now`. No store decides any of this for itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from jambot.sessions.errors import InvalidSession

SHORTEST_TTL = timedelta(seconds=1)
LONGEST_TTL = timedelta(days=400)
IDLE_AFTER = timedelta(minutes=5)
LONGEST_TOUCH_INTERVAL = timedelta(seconds=60)


class Strategy(StrEnum):
    """How reading a session moves its end.

    FIXED: not at all. SLIDING: to `now + ttl`. HYBRID: as sliding, but never past `created_at + max_age`.
    """

    FIXED = "fixed"
    SLIDING = "sliding"
    HYBRID = "hybrid"


class SessionState(StrEnum):
    """What a session looks like at one moment; always computed, never stored."""

    ACTIVE = "active"
    IDLE = "idle"
    EXPIRING = "expiring"
    EXPIRED = "expired"


class Lifetime(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides a session's end. `extended_at` is the last extension, or the creation."""

    strategy: Strategy
    ttl: timedelta
    max_age: timedelta | None
    created_at: datetime
    extended_at: datetime
    last_accessed_at: datetime
    expires_at: datetime


def expired(expires_at: datetime, now: datetime) -> bool:
    """Half open: the session is alive up to its end and gone at it."""
    return expires_at <= now


def check_life(field: str, span: timedelta) -> None:
    """Refuse what no session can live for, naming the field."""
    if not isinstance(span, timedelta):
        raise InvalidSession(field, "must be a timedelta")
    if not SHORTEST_TTL <= span <= LONGEST_TTL:
        raise InvalidSession(field, "must be between 1 second and 400 days")


def check_terms(strategy: Strategy, ttl: timedelta, max_age: timedelta | None) -> None:
    """Refuse terms that make no sense together, naming the field."""
    check_life("ttl", ttl)
    if max_age is not None:
        check_life("max_age", max_age)
    if strategy is Strategy.HYBRID and max_age is None:
        raise InvalidSession("max_age", "a hybrid session needs one")
    if strategy is Strategy.SLIDING and max_age is not None:
        raise InvalidSession("max_age", "a sliding session has none; use the hybrid strategy")


def first_end(ttl: timedelta, max_age: timedelta | None, created_at: datetime) -> datetime:
    """The end a new session is given."""
    return _capped(created_at + ttl, max_age, created_at)


def end_when_used(life: Lifetime, now: datetime) -> datetime:
    """The end after somebody used the session. Never earlier than promised before, even if the clock was set back."""
    if life.strategy is Strategy.FIXED:
        return life.expires_at
    return max(life.expires_at, _capped(now + life.ttl, life.max_age, life.created_at))


def end_when_refreshed(life: Lifetime, ttl: timedelta, now: datetime) -> datetime:
    """The end after an explicit refresh to `ttl` from now; earlier than before when a shorter ttl was asked for."""
    return _capped(now + ttl, life.max_age, life.created_at)


def touch_due(*, idle_us: int, ttl_us: int, longest_us: int) -> bool:
    """Whether a use so long after the last one is worth a write. Of uses within a tenth of the ttl, or within the
    longest interval, one is: the kept end is early by less than that, never late. In microseconds: every read asks.
    """
    return idle_us >= longest_us or idle_us * 10 >= ttl_us


def state(life: Lifetime, now: datetime, idle_after: timedelta = IDLE_AFTER) -> SessionState:
    """Expired past the end; expiring in the last fifth since the last extension; idle without use; else active."""
    if expired(life.expires_at, now):
        return SessionState.EXPIRED
    if (now - life.extended_at) * 5 > (life.expires_at - life.extended_at) * 4:
        return SessionState.EXPIRING
    if now - life.last_accessed_at >= idle_after:
        return SessionState.IDLE
    return SessionState.ACTIVE


def _capped(end: datetime, max_age: timedelta | None, created_at: datetime) -> datetime:
    return end if max_age is None else min(end, created_at + max_age)
