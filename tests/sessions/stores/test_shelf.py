"""The memory store's orders: by end and by age, whatever was used, removed and added in between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jambot.sessions.conformance.ground import a_record
from jambot.sessions.stores.shelf import Shelf

MOMENTS = st.integers(0, 200_000_000)


@given(st.lists(st.tuples(MOMENTS, MOMENTS, MOMENTS), max_size=40), st.lists(MOMENTS, max_size=6))
def test_ended_records_are_met_once_each_at_their_last_end_and_the_earliest_first(lives, looks):
    shelf = Shelf()
    ends = {}
    for created_us, first_end_us, last_end_us in lives:
        record = a_record(created_us=created_us, expires_us=first_end_us)
        shelf.add(record)
        shelf.replace(replace(record, expires_us=last_end_us))
        ends[record.handle] = last_end_us
    for now_us in [*sorted(looks), 200_000_001]:
        met = []
        while (record := shelf.take_ended(now_us)) is not None:
            if record.expires_us > now_us:
                shelf.remind(record.expires_us, record.handle)
                continue
            met.append(record.expires_us)
            shelf.remove(record)
        assert met == sorted(met) == sorted(end for end in ends.values() if end <= now_us)
        ends = {handle: end for handle, end in ends.items() if end > now_us}
        assert {record.handle for record in shelf.newest_first(None)} == set(ends)
    assert len(shelf) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=150))
def test_every_page_goes_on_where_the_one_before_ended(lives):
    shelf, living = Shelf(), []
    for created_us, removed in lives:
        record = a_record(created_us=created_us)
        shelf.add(record)
        if removed:
            shelf.remove(record)
        else:
            living.append((created_us, record.handle))
    living.sort(reverse=True)
    after = None
    for place in living:
        found = next(shelf.newest_first(after))
        after = (found.created_us, found.handle)
        assert after == place
    assert next(shelf.newest_first(after), None) is None or not living


def test_an_end_that_moves_to_and_fro_is_not_remembered_each_time():
    shelf, hour_us = Shelf(), 3_600_000_000
    record = a_record(created_us=0, expires_us=hour_us)
    shelf.add(record)
    for turn in range(1_000):
        shelf.replace(replace(record, expires_us=hour_us * (2 - turn % 2)))
    assert shelf._reminders < 100
    met = shelf.take_ended(hour_us)
    assert met is not None and met.expires_us == hour_us
