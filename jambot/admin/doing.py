"""What an admin may do to sessions, what it would hit, and what became of it. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jambot.admin.session_rows import Filter

MOST_CHOSEN = 1_000


class Doing(StrEnum):
    """What is done to each session. `SIGN_OUT` is for logins, `REVOKE` ends everything its person has.

    `MOVE` brings it to another store.
    """

    EXTEND = "extend"
    EXPIRE = "expire"
    SIGN_OUT = "sign_out"
    REVOKE = "revoke"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Where sessions are brought: the name of a store in the settings. With `deletes` they end here after that."""

    target: str
    deletes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Sessions by their handles, or all that match a filter."""

    handles: tuple[str, ...] = ()
    matching: Filter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What an action would hit.

    Attributes:
        sessions: how many; at least so many when `is_exact` is False.
        people: whose they are. typing: those of them who are writing now. missions: missions of theirs that run now.
        devices: how many of the sessions are sign-ins.
        spared: sessions left out because the action means nothing to their kind. own: the caller's own, left out too.
        moving: where they would go.
        trouble: why it could not be begun at this moment, in a sentence; else empty.
    """

    doing: Doing
    sessions: int
    is_exact: bool
    people: int
    typing: int
    missions: int
    idle: int
    devices: int
    spared: int
    own: int
    counted_at: datetime
    moving: Moving | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one session; `failed` says why it is not as it should be, None when it is."""

    handle: str
    failed: str | None = None

    @property
    def success(self) -> bool:
        return self.failed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an action is."""

    done: int = 0
    failed: int = 0
    spared: int = 0
