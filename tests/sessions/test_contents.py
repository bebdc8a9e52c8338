"""What a session's data is on the way in, in the store, and on the way out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from jambot.sessions import InvalidSession, SessionUnreadable
from jambot.sessions.contents import Body, encode_body
from jambot.sessions.values import check_json, private_json

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.sampled_from([b"x", (1, 2), {1}, Decimal("1.5"), datetime(2026, 1, 5, tzinfo=UTC)]),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner))


def accepted(way, value) -> bool:
    try:
        encode_body(Body(data=way("data", value)))
    except (InvalidSession, OverflowError):
        return False
    return True


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_the_short_way_accepts_what_the_look_at_every_value_accepts(value):
    assert accepted(private_json, value) == accepted(check_json, value)
    if accepted(check_json, value):
        assert private_json("data", value) == value


def test_what_is_given_in_may_be_changed_afterwards():
    given_in = {"cart": [{"n": 1}]}
    kept = private_json("data", given_in)
    given_in["cart"][0]["n"] = 2
    assert kept == {"cart": [{"n": 1}]}


async def test_a_body_that_was_kept_as_json_is_still_read(manager):
    made = await manager.create("ada", {"n": 1})
    record = await manager.store.get(made.handle, now_us=0)
    older = b"v0." + json.encode({"data": {"n": 2}, "pins": {"p": 3}})
    await manager.store.set(replace(record, body=older), expected_version=1, fence=None, now_us=record.created_us)
    found = await manager.get(made.id)
    assert (found.data, found.pins) == ({"n": 2}, {"p": 3})
    assert (await manager.update(made.id, {"m": 1}, merge=True)).data == {"n": 2, "m": 1}


@pytest.mark.parametrize("damaged", [b"v0.{", b"v0.", b"v0.\xff", b'v0.{"data": 1}', b"v0.\x01"])
async def test_a_damaged_body_in_clear_is_an_error_when_it_is_read_and_is_kept(manager, damaged):
    made = await manager.create("ada", {"n": 1})
    record = await manager.store.get(made.handle, now_us=0)
    await manager.store.set(replace(record, body=damaged), expected_version=1, fence=None, now_us=record.created_us)
    found = await manager.get(made.id)
    with pytest.raises(SessionUnreadable):
        assert found.data
    with pytest.raises(SessionUnreadable):
        await manager.update(made.id, {})
    assert [each.readable for each in await manager.list()] == [False]
    assert (await manager.store.get(made.handle, now_us=0)).body == damaged
