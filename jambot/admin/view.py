"""What the dashboard shows, as the query of its address says it: read from one, written into one. Pure.

Whatever a query holds is harmless: an unknown word counts as none, a text is cut, a moment that is none is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jambot.admin.dashboard import RANGES
from jambot.admin.session_rows import STATES, Filter
from jambot.clean import visible_name
from jambot.ids import is_id
from jambot.sessions.search import Order

REFRESHES = {"live": 1.0, "5s": 5.0, "30s": 30.0, "1m": 60.0, "off": 0.0}
"""How long the page waits at least between two looks, in seconds; 0: it looks once."""
COLUMNS = ("kind", "state", "device", "address", "created", "used", "ends", "pages", "version")
SHOWN_AT_FIRST = ("kind", "state", "device", "address", "used", "ends")
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminView:
    """One view of the dashboard. `session` is the handle of the one that is inspected, or empty."""

    range: str = "6h"
    refresh: str = "live"
    kind: str = ""
    state: str = ""
    person: str = ""
    address: str = ""
    device: str = ""
    created_from: str = ""
    created_to: str = ""
    used_from: str = ""
    used_to: str = ""
    sort: str = Order.CREATED.value
    up: bool = False
    columns: tuple[str, ...] = SHOWN_AT_FIRST
    cursor: str = ""
    session: str = ""

    @property
    def filter(self) -> Filter:
        """The part that chooses sessions."""
        return Filter(
            kinds=(self.kind,) if self.kind else (),
            state=self.state,
            person=self.person,
            address=self.address,
            device=self.device,
            created_since=_moment(self.created_from),
            created_until=_moment(self.created_to),
            used_since=_moment(self.used_from),
            used_until=_moment(self.used_to),
        )

    @property
    def order(self) -> Order:
        return Order(self.sort)


_FIRST = AdminView()
_NAMES = {
    "range": "range",
    "refresh": "refresh",
    "kind": "kind",
    "state": "state",
    "q": "person",
    "address": "address",
    "device": "device",
    "created_from": "created_from",
    "created_to": "created_to",
    "used_from": "used_from",
    "used_to": "used_to",
    "sort": "sort",
    "up": "up",
    "columns": "columns",
    "cursor": "cursor",
    "session": "session",
}
FILTERS = ("kind", "state", "person", "address", "device", "created_from", "created_to", "used_from", "used_to")


def view_of(query: Mapping[str, str]) -> AdminView:
    """The view a query asks for."""
    return changed(_FIRST, **{field: query[name] for name, field in _NAMES.items() if name in query})


def changed(view: AdminView, **changes: str) -> AdminView:
    """`view` with some of it chosen anew; what cannot be is as at first. Other sessions begin at their first page."""
    kept = {name: _checked(name, str(value)) for name, value in changes.items() if name in AdminView.__slots__}
    starts_anew = any(name in (*FILTERS, "sort", "up") for name in kept) and "cursor" not in kept
    return replace(view, **kept, **({"cursor": ""} if starts_anew else {}))


def query_of(view: AdminView) -> str:
    """The query of a view; what is as at first stays out of it."""
    chosen = {}
    for name, field in _NAMES.items():
        value = getattr(view, field)
        if value != getattr(_FIRST, field):
            chosen[name] = ",".join(value) if isinstance(value, tuple) else "1" if value is True else value
    return urlencode(chosen)


def kept(query: str) -> str:
    """The part of a query that makes a view worth a name: not which page of it, nor which session is looked at."""
    # Half a surrogate pair is no text, and no address either.
    clean = query.encode("utf-8", "ignore").decode()
    return query_of(replace(view_of(dict(parse_qsl(clean))), cursor="", session=""))


def _checked(name: str, value: str) -> Any:
    first = getattr(_FIRST, name)
    if name == "up":
        return value == "1"
    if name == "columns":
        return tuple(each for each in COLUMNS if each in value.split(",")) or SHOWN_AT_FIRST
    if name == "session":
        return value if is_id(value) else ""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else first
    if name in ("created_from", "created_to", "used_from", "used_to"):
        moment = _moment(value)
        return "" if moment is None else f"{moment:%Y-%m-%dT%H:%M}"
    return value[:1_000] if name == "cursor" else visible_name(value, most=LONGEST)


_CHOICES: dict[str, tuple[str, ...]] = {
    "range": tuple(RANGES),
    "refresh": tuple(REFRESHES),
    "state": STATES,
    "sort": tuple(order.value for order in Order),
}


def _moment(text: str) -> datetime | None:
    """A minute in UTC, as an input for dates writes it; None for anything else."""
    try:
        return datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        return None
