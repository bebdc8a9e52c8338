"""What one who administers sessions looks for, and what is shown of what was found. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jambot.sessions.expiration import SessionState


class Order(StrEnum):
    """By which moment the rows are sorted."""

    CREATED = "created"
    USED = "used"
    ENDS = "ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a moment (included) to another (not), in microseconds; None leaves that side open."""

    since_us: int | None = None
    until_us: int | None = None

    def __bool__(self) -> bool:
        return self.since_us is not None or self.until_us is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far a question goes: it walks over at most `walk` rows.

    Where no index gives its rows in order it sorts at most `sort`, which costs no more than a walk, and finds all;
    `few` are sorted in any case.
    """

    few: int = 2_000
    sort: int = 20_000
    walk: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which sessions: all conditions hold.

    Attributes:
        state: None for every living one; `SessionState.EXPIRED` for those that ended and were not swept yet.
        user_ids: None for everybody's; empty for nobody's.
        with_ended: also those that ended, when no state is asked for.
    """

    namespace: str
    now_us: int
    idle_after_us: int
    kinds: tuple[str, ...] = ()
    state: SessionState | None = None
    with_ended: bool = False
    user_ids: tuple[str, ...] | None = None
    address: str = ""
    device: str = ""
    created: Span = Span()
    used: Span = Span()
    effort: Effort = Effort()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One session as the table of an admin shows it. Neither the id that opens it nor its data are read at all."""

    handle: str
    kind: str
    user_id: str | None
    created_us: int
    accessed_us: int
    extended_us: int
    expires_us: int
    version: int
    connections: int
    requests: int
    ip_address: str | None
    device: str | None
    state: SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """Some rows; `after` is where the next page begins, None when these were the last."""

    rows: tuple[Found, ...]
    after: tuple[int, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many there are; `is_exact` is False when only a part was counted and the rest was reckoned."""

    count: int
    is_exact: bool
