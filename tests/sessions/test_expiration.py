"""When a session ends, as tables: strategy, what happened, expected end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jambot.sessions.errors import InvalidSession
from jambot.sessions.expiration import (
    LONGEST_TOUCH_INTERVAL,
    Lifetime,
    SessionState,
    Strategy,
    check_terms,
    end_when_refreshed,
    end_when_used,
    expired,
    first_end,
    state,
    touch_due,
)
from jambot.sessions.moments import from_us, span_us, to_us
from jambot.sessions.record import Record

BORN = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def lifetime(strategy: Strategy, *, ttl: timedelta = HOUR, max_age: timedelta | None = None) -> Lifetime:
    return Lifetime(
        strategy=strategy,
        ttl=ttl,
        max_age=max_age,
        created_at=BORN,
        extended_at=BORN,
        last_accessed_at=BORN,
        expires_at=first_end(ttl, max_age, BORN),
    )


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        (HOUR - timedelta(microseconds=1), False),
        (HOUR, True),  # half open: at the end itself it is gone
        (HOUR + timedelta(microseconds=1), True),
        (timedelta(days=3), True),
        (-timedelta(days=1), False),
    ],
)
def test_a_session_is_alive_up_to_its_end_and_gone_at_it(after, gone):
    assert expired(BORN + HOUR, BORN + after) is gone


@pytest.mark.parametrize(
    ("strategy", "ttl", "max_age", "used_after", "ends_after"),
    [
        (Strategy.FIXED, HOUR, None, 30 * MINUTE, HOUR),
        (Strategy.SLIDING, HOUR, None, 30 * MINUTE, 90 * MINUTE),
        (Strategy.SLIDING, 10 * MINUTE, None, 9 * MINUTE, 19 * MINUTE),  # its own ttl, not a default one
        (Strategy.HYBRID, HOUR, 3 * HOUR, HOUR, 2 * HOUR),
        (Strategy.HYBRID, HOUR, 3 * HOUR, 150 * MINUTE, 3 * HOUR),  # the cap
        (Strategy.HYBRID, HOUR, 3 * HOUR, 179 * MINUTE, 3 * HOUR),
        (Strategy.SLIDING, HOUR, None, -30 * MINUTE, HOUR),  # the clock was set back: what was promised stays
    ],
)
def test_using_a_session_moves_its_end_by_its_strategy(strategy, ttl, max_age, used_after, ends_after):
    assert end_when_used(lifetime(strategy, ttl=ttl, max_age=max_age), BORN + used_after) == BORN + ends_after


@pytest.mark.parametrize(
    ("strategy", "max_age", "ttl", "after", "ends_after"),
    [
        (Strategy.FIXED, None, HOUR, 30 * MINUTE, 90 * MINUTE),
        (Strategy.FIXED, 70 * MINUTE, HOUR, 30 * MINUTE, 70 * MINUTE),
        (Strategy.SLIDING, None, 2 * HOUR, 30 * MINUTE, 150 * MINUTE),
        (Strategy.SLIDING, None, MINUTE, 30 * MINUTE, 31 * MINUTE),  # a shorter life was asked for
        (Strategy.HYBRID, 2 * HOUR, HOUR, 90 * MINUTE, 2 * HOUR),
    ],
)
def test_a_refresh_extends_from_now_and_never_past_the_max_age(strategy, max_age, ttl, after, ends_after):
    assert end_when_refreshed(lifetime(strategy, max_age=max_age), ttl, BORN + after) == BORN + ends_after


@pytest.mark.parametrize(
    ("after", "accessed_after", "expected"),
    [
        (timedelta(0), timedelta(0), SessionState.ACTIVE),
        (5 * MINUTE - timedelta(microseconds=1), timedelta(0), SessionState.ACTIVE),
        (5 * MINUTE, timedelta(0), SessionState.IDLE),
        (48 * MINUTE, 47 * MINUTE, SessionState.ACTIVE),  # exactly 80 % is not past it
        (48 * MINUTE + timedelta(microseconds=1), 48 * MINUTE, SessionState.EXPIRING),
        (59 * MINUTE, timedelta(0), SessionState.EXPIRING),
        (HOUR, 59 * MINUTE, SessionState.EXPIRED),
        (timedelta(days=2), timedelta(0), SessionState.EXPIRED),  # whole days count too
    ],
)
def test_a_state_is_computed_from_the_moment(after, accessed_after, expected):
    life = replace(lifetime(Strategy.FIXED), last_accessed_at=BORN + accessed_after)
    assert state(life, BORN + after) is expected


@pytest.mark.parametrize(
    ("ttl", "interval"),
    [(HOUR, MINUTE), (timedelta(days=30), MINUTE), (5 * MINUTE, 30 * timedelta(seconds=1)), (MINUTE, MINUTE / 10)],
)
def test_uses_are_gathered_for_a_tenth_of_the_ttl_at_most(ttl, interval):
    def due(idle: timedelta) -> bool:
        return touch_due(idle_us=span_us(idle), ttl_us=span_us(ttl), longest_us=span_us(LONGEST_TOUCH_INTERVAL))

    assert not due(interval - timedelta(microseconds=1))
    assert due(interval)
    assert not due(-HOUR)


@pytest.mark.parametrize(
    ("strategy", "ttl", "max_age", "field"),
    [
        (Strategy.FIXED, timedelta(milliseconds=999), None, "ttl"),
        (Strategy.FIXED, timedelta(days=401), None, "ttl"),
        (Strategy.FIXED, -HOUR, None, "ttl"),
        (Strategy.FIXED, HOUR, timedelta(0), "max_age"),
        (Strategy.HYBRID, HOUR, None, "max_age"),
        (Strategy.SLIDING, HOUR, HOUR, "max_age"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_field(strategy, ttl, max_age, field):
    with pytest.raises(InvalidSession) as refused:
        check_terms(strategy, ttl, max_age)
    assert refused.value.field == field
    assert isinstance(refused.value, ValueError)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(Strategy),
    st.integers(1, 10_000),
    st.integers(1, 20_000),
    st.lists(st.integers(0, 30_000), max_size=10),
)
def test_no_chain_of_uses_outlives_its_promise(strategy, ttl_s, max_age_s, uses):
    ttl, max_age = timedelta(seconds=ttl_s), timedelta(seconds=max_age_s)
    life = lifetime(strategy, ttl=ttl, max_age=max_age if strategy is Strategy.HYBRID else None)
    for use in sorted(uses):
        now = BORN + timedelta(seconds=use)
        if expired(life.expires_at, now):
            break
        ends = end_when_used(life, now)
        assert ends >= life.expires_at
        life = replace(life, last_accessed_at=now, expires_at=ends)
        assert ends <= max(BORN, now) + ttl
        if life.max_age is not None:
            assert ends <= BORN + life.max_age


@settings(max_examples=200, deadline=None)
@given(*[st.integers(-(10**13), 10**13)] * 4)
def test_the_stored_record_reads_the_same_state(now, accessed, extended, expires):
    record = Record(
        handle="h",
        secret_hash=b"",
        kind="login",
        user_id=None,
        lookup=None,
        created_us=0,
        accessed_us=accessed,
        extended_us=extended,
        expires_us=expires,
        version=1,
        facts=b"",
        body=b"",
    )
    life = Lifetime(
        strategy=Strategy.FIXED,
        ttl=HOUR,
        max_age=None,
        created_at=from_us(0),
        extended_at=from_us(extended),
        last_accessed_at=from_us(accessed),
        expires_at=from_us(expires),
    )
    assert record.state(now, 300_000_000) is state(life, from_us(now))


@settings(deadline=None)
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_its_stored_form(moment):
    assert from_us(to_us(moment)) == moment


def test_a_naive_moment_is_refused():
    with pytest.raises(TypeError):
        to_us(datetime(2026, 1, 1))  # noqa: DTZ001
