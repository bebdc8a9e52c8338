"""Kinds of session and what each may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from jambot.sessions.errors import BadConfiguration
from jambot.sessions.expiration import Strategy

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPolicy:
    """The rules of one kind. None means: as the manager's configuration says.

    Attributes:
        name: 1 to 32 lower-case letters, digits and underscores.
        ttl, max_age, strategy: the terms of a session whose creator names none.
        credential: the id signs somebody in, so a bare handle never reads it through `get`, `validate` or `rotate`.
        refreshable: may be extended on request; a guest or a grant ends at its time.
        longest_ttl: a longer one is refused.
        keep_alive: a program may keep it alive; for the others only what a person did counts.
        ends_on_disconnect: ends when its last connection leaves.
        max_per_user: how many one user may have of this kind; 0 for any number.
    """

    name: str
    credential: bool = False
    refreshable: bool = True
    ttl: timedelta | None = None
    max_age: timedelta | None = None
    strategy: Strategy | None = None
    longest_ttl: timedelta | None = None
    keep_alive: bool = False
    ends_on_disconnect: bool = False
    max_per_user: int | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadConfiguration("kind", "a name is 1 to 32 lower-case letters, digits and underscores")


LOGIN = KindPolicy(name="login", credential=True)
GUEST = KindPolicy(name="guest", credential=True, refreshable=False, ttl=timedelta(hours=24), strategy=Strategy.FIXED)
GRANT = KindPolicy(
    name="grant",
    refreshable=False,
    ttl=timedelta(hours=4),
    strategy=Strategy.FIXED,
    longest_ttl=timedelta(hours=8),
    max_per_user=0,
)
MEMORY = KindPolicy(name="memory", keep_alive=True, max_per_user=0)
KINDS = (LOGIN, GUEST, GRANT, MEMORY)
