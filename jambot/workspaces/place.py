"""Where a person was: the spot in the work follows them to every device, the layout stays with its device. Pure.

A device's record holds `{"layout": {...}, "seen": {workspace id: event sequence}}`; a workspace's holds the spot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jambot.clean import clean
from jambot.errors import InvalidInput, TooLarge

LAYOUT_KEYS = frozenset({"sidebar", "sidebar_width", "panel_width", "filter", "density"})
"""What belongs to a screen and not to the work."""

MOST_BYTES = 8 * 1024
MOST_SEEN = 100


def checked(place: Any) -> dict[str, Any]:
    """A place that may be stored: a small JSON object. Raises `InvalidInput`, `TooLarge`."""
    if not isinstance(place, dict):
        raise InvalidInput("place must be a JSON object.")
    try:
        cleaned = clean(place)
    except ValueError as error:
        raise InvalidInput(f"place {error}.") from error
    if len(json.dumps(cleaned)) > MOST_BYTES:
        raise TooLarge("place must be at most 8 kB.")
    return cleaned


def spot_of(place: Mapping[str, Any]) -> dict[str, Any]:
    """The part that belongs to the workspace: message, offset, open panel, selection."""
    return {key: value for key, value in place.items() if key not in LAYOUT_KEYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A device showed a workspace, laid out like this, up to this event of its story."""

    workspace_id: str
    place: Mapping[str, Any]
    last_event: int


def device_record(before: Any, sights: Iterable[Sight]) -> dict[str, Any]:
    """The device's record after `sights`, the latest last; the oldest ones are forgotten."""
    record = as_dict(before)
    layout, seen = dict(as_dict(record.get("layout"))), dict(as_dict(record.get("seen")))
    for sight in sights:
        layout |= {key: sight.place[key] for key in LAYOUT_KEYS & sight.place.keys()}
        seen.pop(sight.workspace_id, None)
        seen[sight.workspace_id] = sight.last_event
    return {"layout": layout, "seen": dict(list(seen.items())[-MOST_SEEN:])}


def restored(spot: Any, device: Any) -> dict[str, Any]:
    """What a page is laid out by: the workspace's spot in this device's layout."""
    return {**as_dict(spot), **as_dict(as_dict(device).get("layout"))}


def seen_up_to(workspace_id: str, own: Any, others: list[Any]) -> int | None:
    """The last event this device has shown, else the last any other device of the person has; None when none has."""
    mine = _seen(own, workspace_id)
    if mine is not None:
        return mine
    return max((each for each in (_seen(record, workspace_id) for record in others) if each is not None), default=None)


def _seen(record: Any, workspace_id: str) -> int | None:
    value = as_dict(as_dict(record).get("seen")).get(workspace_id)
    return value if isinstance(value, int) else None


def as_dict(value: Any) -> dict[str, Any]:
    """`value` when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}
