"""Records in this process, found by handle, user, lookup, age and end. Knows no rule and no clock."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from heapq import heappop, heappush

from jambot.sessions.record import Record, Records

_SLACK = 64
_MINUTE_US = 60_000_000


class Shelf:
    """A least-recently-used map of records with a user index, a listing order and an order of ends.

    Both orders keep entries of removed records until they are met or outnumber the living, so that removing one record
    costs no more than finding it. The listing order is two columns, the moments and the handles. Ends are put in order
    when their minute has come; until then a minute is a list of handles. Each saves a tuple for each record.
    """

    def __init__(self) -> None:
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._users: dict[str, dict[str, None]] = {}
        self._lookups: dict[str, str] = {}
        self._created_us = array("q")
        self._handles: list[str] = []
        self._ends: list[tuple[int, str]] = []
        self._later: dict[int, list[str]] = {}
        self._minutes: list[int] = []
        self._opened = -1
        self._reminders = 0

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        """Every record, the one not used for longest first."""
        return iter(self._records.values())

    def find(self, handle: str) -> Record | None:
        return self._records.get(handle)

    def find_lookup(self, lookup: str) -> Record | None:
        return self._records.get(self._lookups.get(lookup, ""))

    def use(self, handle: str) -> None:
        """Note that a record was used just now."""
        self._records.move_to_end(handle)

    def add(self, record: Record) -> None:
        self._records[record.handle] = record
        if record.user_id is not None:
            self._users.setdefault(record.user_id, {})[record.handle] = None
        if record.lookup is not None:
            self._lookups[record.lookup] = record.handle
        place = self._place(record.created_us, record.handle)
        self._created_us.insert(place, record.created_us)
        self._handles.insert(place, record.handle)
        self.remind(record.expires_us, record.handle)

    def replace(self, written: Record) -> None:
        """Put `written` in the place of the record with its handle; who owns it and when it was made stay."""
        stored = self._records[written.handle]
        self._records[written.handle] = written
        if written.expires_us < stored.expires_us:
            self.remind(written.expires_us, written.handle)
            self._drop_leftovers()

    def remove(self, record: Record) -> None:
        handle = record.handle
        del self._records[handle]
        if record.lookup is not None and self._lookups.get(record.lookup) == handle:
            del self._lookups[record.lookup]
        if record.user_id is not None:
            mine = self._users[record.user_id]
            del mine[handle]
            if not mine:
                del self._users[record.user_id]
        self._drop_leftovers()

    def of_user(self, user_id: str) -> Records:
        """A user's records, oldest first."""
        mine = (self._records[handle] for handle in self._users.get(user_id, ()))
        return sorted(mine, key=lambda record: (record.created_us, record.handle))

    def newest_first(self, after: tuple[int, str] | None) -> Iterator[Record]:
        """All records, from the one before `after` in (created_us, handle)."""
        last: str | None = None
        stop = len(self._handles) if after is None else self._place(*after)
        for index in range(stop - 1, -1, -1):
            handle = self._handles[index]
            record = self._records.get(handle)
            if record is not None and record.created_us == self._created_us[index] and handle != last:
                last = handle
                yield record

    def take_ended(self, now_us: int) -> Record | None:
        """The next record whose end has come; it is not met again unless `remind` says so."""
        while self._minutes and self._minutes[0] * _MINUTE_US <= now_us:
            self._open(heappop(self._minutes))
        while self._ends and self._ends[0][0] <= now_us:
            _, handle = heappop(self._ends)
            self._reminders -= 1
            if (record := self._records.get(handle)) is not None:
                return record
        return None

    def remind(self, at_us: int, handle: str) -> None:
        """Let `take_ended` meet a record at `at_us`."""
        self._reminders += 1
        minute = at_us // _MINUTE_US
        if minute <= self._opened:
            heappush(self._ends, (at_us, handle))
        elif (handles := self._later.get(minute)) is not None:
            handles.append(handle)
        else:
            self._later[minute] = [handle]
            heappush(self._minutes, minute)

    def _open(self, minute: int) -> None:
        """Put those that were to be met within a minute in order; who was used meanwhile is met at the new end."""
        self._opened = max(self._opened, minute)
        handles = self._later.pop(minute)
        self._reminders -= len(handles)
        for handle in handles:
            if (record := self._records.get(handle)) is not None:
                self.remind(record.expires_us, handle)

    def _place(self, created_us: int, handle: str) -> int:
        """Where a record stands in the listing order, or belongs."""
        first = bisect_left(self._created_us, created_us)
        return bisect_left(self._handles, handle, first, bisect_right(self._created_us, created_us, first))

    def _drop_leftovers(self) -> None:
        most = 2 * len(self._records) + _SLACK
        if len(self._handles) > most:
            order = sorted((record.created_us, record.handle) for record in self)
            self._created_us = array("q", (created_us for created_us, _ in order))
            self._handles = [handle for _, handle in order]
        if self._reminders > most:
            self._ends, self._later, self._minutes, self._reminders = [], {}, [], 0
            for record in self:
                self.remind(record.expires_us, record.handle)
