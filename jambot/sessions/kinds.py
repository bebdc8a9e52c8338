"""Kinds of session and what each may do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from jambot.sessions.errors import BadConfiguration, InvalidSession
from jambot.sessions.expiration import Strategy, check_life, check_terms

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
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise BadConfiguration("kind", "a name is 1 to 32 lower-case letters, digits and underscores")
        for field in ("ttl", "max_age", "longest_ttl"):
            if getattr(self, field) is not None:
                check_life(field, getattr(self, field))
        if self.strategy is not None:
            object.__setattr__(self, "strategy", chosen("strategy", Strategy, self.strategy))
        if self.max_per_user is not None and self.max_per_user < 0:
            raise BadConfiguration("max_per_user", "must not be negative")
        if self.keep_alive and not self.refreshable:
            raise BadConfiguration("keep_alive", "needs a kind that is refreshable")


def check_kind_terms(policy: KindPolicy, strategy: Strategy, ttl: timedelta, max_age: timedelta | None) -> None:
    """Refuse terms that make no sense, or that the kind does not allow; the error names the field."""
    check_terms(strategy, ttl, max_age)
    if policy.longest_ttl is not None and ttl > policy.longest_ttl:
        raise InvalidSession("ttl", f"must be at most {policy.longest_ttl} for a {policy.name}")


def chosen(field: str, choices: type[StrEnum], value: str) -> StrEnum:
    """The choice that a setting names; `BadConfiguration` lists them when there is none."""
    try:
        return choices(value)
    except ValueError:
        raise BadConfiguration(field, f"is none of: {', '.join(choices)}") from None


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
