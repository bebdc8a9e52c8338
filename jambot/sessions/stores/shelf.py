"""Records in this process, found by handle, user, lookup, age and end. Knows no rule and no clock."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from jambot.sessions.record import Record, Records

_SLACK = 64


class Shelf:
    """A least-recently-used map of records with a user index, a listing order and an expiry heap.

    Order and heap keep entries of removed records until they are met or outnumber the living, so that removing one
    record costs no more than finding it.
    """

    def __init__(self) -> None:
        self._records: OrderedDict[str, Record] = OrderedDict()
        self._users: dict[str, dict[str, None]] = {}
        self._lookups: dict[str, str] = {}
        self._order: list[tuple[int, str]] = []
        self._ends: list[tuple[int, str]] = []

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
        insort(self._order, (record.created_us, record.handle))
        heappush(self._ends, (record.expires_us, record.handle))

    def replace(self, written: Record) -> None:
        """Put `written` in the place of the record with its handle; who owns it and when it was made stay."""
        stored = self._records[written.handle]
        self._records[written.handle] = written
        if written.expires_us < stored.expires_us:
            heappush(self._ends, (written.expires_us, written.handle))

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
        last: tuple[int, str] | None = None
        stop = len(self._order) if after is None else bisect_left(self._order, after)
        for index in range(stop - 1, -1, -1):
            place = self._order[index]
            record = self._records.get(place[1])
            if record is not None and record.created_us == place[0] and place != last:
                last = place
                yield record

    def take_ended(self, now_us: int) -> Record | None:
        """The next record whose end has come; it is not met again unless `remind` says so."""
        while self._ends and self._ends[0][0] <= now_us:
            _, handle = heappop(self._ends)
            if (record := self._records.get(handle)) is not None:
                return record
        return None

    def remind(self, at_us: int, handle: str) -> None:
        """Let `take_ended` meet a record at `at_us`."""
        heappush(self._ends, (at_us, handle))

    def _drop_leftovers(self) -> None:
        most = 2 * len(self._records) + _SLACK
        if len(self._order) > most:
            self._order = sorted((record.created_us, record.handle) for record in self)
        if len(self._ends) > most:
            self._ends = [(record.expires_us, record.handle) for record in self]
            heapify(self._ends)
