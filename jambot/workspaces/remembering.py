"""What the autosave of one process remembers: the places it wrote last, and when to try a failing database again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from jambot.workspaces.saving import Dirty

FIRST_PAUSE = timedelta(seconds=1)
MOST_REMEMBERED = 20_000


class LastPlaces:
    """The last place written for each workspace: an equal one is not dirty. Forgetting one costs a write, no more."""

    def __init__(self) -> None:
        self._places: OrderedDict[str, tuple[str, str, Mapping[str, Any] | None]] = OrderedDict()

    def has(self, change: Dirty) -> bool:
        """Whether this place is the last one written for the workspace, by the same person on the same device."""
        here = (change.user_id, change.device_id, change.place)
        return change.place is not None and self._places.get(change.workspace_id) == here

    def remember(self, written: Iterable[Dirty]) -> None:
        for change in written:
            if change.place is not None:
                self._places[change.workspace_id] = (change.user_id, change.device_id, change.place)
                self._places.move_to_end(change.workspace_id)
        while len(self._places) > MOST_REMEMBERED:
            self._places.popitem(last=False)


class Pause:
    """Doubles with every failure up to `longest`; the first success ends it."""

    def __init__(self, *, longest: timedelta) -> None:
        self._longest = longest
        self._length = timedelta(0)
        self._until: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self._until is None or now >= self._until

    def lengthen(self, now: datetime) -> None:
        self._length = min(self._longest, max(FIRST_PAUSE, self._length * 2))
        self._until = now + self._length

    def end(self) -> None:
        self._length, self._until = timedelta(0), None
