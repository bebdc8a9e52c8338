"""The rows and lines of the dashboard, made from what the desk answers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from jambot.admin.dashboard import Now
from jambot.admin.session_log import LogEntry
from jambot.admin.session_rows import SessionRow
from jambot.clock import iso
from jambot.sessions.search import Estimate
from jambot.web.strings import keys, t
from jambot.web.when import span_text


@dataclass(frozen=True, kw_only=True)
class KindCount:
    kind: str = ""
    name: str = ""
    count: str = ""


@dataclass(frozen=True, kw_only=True)
class SessionLine:
    """A row of the table; moments are ISO."""

    handle: str = ""
    person: str = ""
    email: str = ""
    kind: str = ""
    state: str = ""
    word: str = ""
    device: str = ""
    address: str = ""
    created_at: str = ""
    used_at: str = ""
    ends_at: str = ""
    ends: str = ""
    pages: int = 0
    version: int = 0
    href: str = ""
    is_mine: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class TailLine:
    id: str = ""
    at: str = ""
    event: str = ""
    word: str = ""
    who: str = ""
    kind: str = ""
    reason: str = ""
    href: str = ""


def kind_counts(now: Now) -> list[KindCount]:
    """How many living sessions there are of each kind, the most first."""
    found = sorted(now.by_kind.items(), key=lambda pair: (-pair[1], pair[0]))
    return [KindCount(kind=kind, name=kind_name(kind), count=number(count)) for kind, count in found]


def session_line(row: SessionRow, now: datetime, *, href: str, is_mine: bool, is_chosen: bool) -> SessionLine:
    """A row of the table."""
    left = row.ends_at - now
    return SessionLine(
        handle=row.handle,
        person=row.name or row.email or row.user_id or t("sessions.nobody"),
        email=row.email,
        kind=kind_name(row.kind),
        state=row.state,
        word=t(f"life.{row.state}"),
        device=row.device or "–",
        address=row.ip_address or "–",
        created_at=iso(row.created_at),
        used_at=iso(row.last_used_at),
        ends_at=iso(row.ends_at),
        ends=span_text(left) if left > timedelta(0) else "–",
        pages=row.connections,
        version=row.version,
        href=href,
        is_mine=is_mine,
        is_chosen=is_chosen,
    )


def tail_line(entry: LogEntry, who: str, href: str) -> TailLine:
    """A line of the log."""
    return TailLine(
        id=entry.id,
        at=iso(entry.at),
        event=entry.event,
        word=t(f"happened.{entry.event}"),
        who=who,
        kind=kind_name(entry.kind),
        reason=entry.reason,
        href=href,
    )


def about(found: Estimate) -> str:
    """A count in words: exact up to ten thousand, else rounded and said to be so."""
    if found.is_exact and found.count < 10_000:
        return number(found.count)
    size = 10 ** max(0, len(str(found.count)) - 3)
    return f"{t('sessions.about')} {number(round(found.count / size) * size)}"


def kind_name(kind: str) -> str:
    """A kind in words; one nobody has words for as it is."""
    return t(f"kind.{kind}") if f"kind.{kind}" in keys() else kind


def number(value: float) -> str:
    """A number with thin groups: 12 400."""
    return f"{value:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def rounded(value: float | None) -> float | None:
    """As a chart draws it: to two places, and None where there is nothing."""
    return None if value is None else round(value, 2)
