"""What an admin asks of the sessions, and what the table answers with. Plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jambot.sessions import SessionState

STATES = ("", *(state.value for state in SessionState), "any")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which sessions; empty means any.

    Attributes:
        state: active, idle, expiring, expired; empty: every living one; any: also those that ended and are still kept.
        person: looked for in e-mail and name, or the id of a user.
        address: the kept part of a network address, as the table shows it.
    """

    kinds: tuple[str, ...] = ()
    state: str = ""
    person: str = ""
    address: str = ""
    device: str = ""
    created_since: datetime | None = None
    created_until: datetime | None = None
    used_since: datetime | None = None
    used_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as an admin sees it: who, where, when, how much; no contents, and nothing that opens it.

    Attributes:
        user_id: None for nobody's. email and name are empty for nobody and for people who are gone.
    """

    handle: str
    kind: str
    state: str
    user_id: str | None
    email: str
    name: str
    device: str
    ip_address: str
    created_at: datetime
    last_used_at: datetime
    ends_at: datetime
    version: int
    connections: int
    active_requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRows:
    """A page; `older` and `newer` ask for the ones after and before it in the chosen order, None at either end."""

    rows: Sequence[SessionRow]
    older: str | None
    newer: str | None


def until(wanted: Filter, moment: datetime) -> Filter:
    """`wanted`, but nothing that was made at `moment` or later."""
    earlier = wanted.created_until
    return replace(wanted, created_until=moment if earlier is None else min(earlier, moment))


def told(wanted: Filter) -> dict[str, str]:
    """A filter in words for the audit; only what was chosen."""
    return {name: str(value) for name in Filter.__slots__ if (value := getattr(wanted, name))}
