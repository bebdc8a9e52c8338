"""Settings of a manager: what does not go together is refused in one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jambot.sessions import (
    BadConfiguration,
    KindPolicy,
    MemoryStore,
    RedisStore,
    SessionConfig,
    Strategy,
    ZeroDBStore,
)

HOUR = timedelta(hours=1)


def test_names_of_choices_may_be_plain_texts():
    config = SessionConfig(strategy="fixed", limit_policy="refuse", ip_policy="warn")
    assert config.strategy is Strategy.FIXED


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("encryption_keys", {"encryption": True}),
        ("encryption", {"encryption": False, "encryption_keys": (b"k" * 32,)}),
        ("namespace", {"namespace": "a{b}c"}),
        ("ttl", {"ttl": timedelta(0)}),
        ("max_age", {"strategy": "hybrid"}),
        ("limit_policy", {"limit_policy": "nonsense"}),
        ("ip_policy", {"ip_policy": "block"}),
        ("strategy", {"strategy": "eternal"}),
        ("max_sessions_per_user", {"max_sessions_per_user": -1}),
        ("cleanup_interval", {"cleanup_interval": timedelta(0)}),
        ("ttl", {"ttl": 3600}),
        ("max_age", {"strategy": "hybrid", "max_age": 3600}),
        ("lock_timeout", {"lock_timeout": 5}),
        ("cleanup_interval", {"cleanup_interval": "5 min"}),
        ("max_sessions_per_user", {"max_sessions_per_user": "5"}),
        ("max_sessions_per_user", {"max_sessions_per_user": True}),
        ("max_concurrent_requests", {"max_concurrent_requests": 0}),
        ("max_data_bytes", {"max_data_bytes": 0}),
        ("encryption_keys", {"encryption_keys": "ab" * 32}),
        ("encryption_keys", {"encryption_keys": ("a passphrase",)}),
        ("locking", {"locking": "no"}),
        ("kinds", {"kinds": KindPolicy(name="badge")}),
        ("kinds", {"kinds": ({"name": "badge"},)}),
        ("kinds", {"kinds": (KindPolicy(name="badge"), KindPolicy(name="badge", ttl=HOUR))}),
        ("max_age", {"kinds": (KindPolicy(name="badge", strategy="hybrid"),)}),
        ("max_age", {"kinds": (KindPolicy(name="badge", strategy="sliding", max_age=HOUR),)}),
        ("ttl", {"kinds": (KindPolicy(name="badge", ttl=HOUR, longest_ttl=timedelta(minutes=1)),)}),
        ("ttl", {"ttl": HOUR, "kinds": (KindPolicy(name="badge", longest_ttl=timedelta(minutes=1)),)}),
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_field(field, settings):
    with pytest.raises(ValueError) as refused:
        SessionConfig(**settings)
    assert refused.value.field == field
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize(
    ("field", "rules"),
    [
        ("kind", {"name": "Badge"}),
        ("kind", {"name": 7}),
        ("ttl", {"ttl": 60}),
        ("ttl", {"ttl": timedelta(0)}),
        ("max_age", {"max_age": timedelta(days=401)}),
        ("longest_ttl", {"longest_ttl": 60}),
        ("strategy", {"strategy": "eternal"}),
        ("max_per_user", {"max_per_user": -1}),
        ("keep_alive", {"keep_alive": True, "refreshable": False}),
    ],
)
def test_rules_of_a_kind_that_make_no_sense_are_refused_by_field(field, rules):
    with pytest.raises(ValueError) as refused:
        KindPolicy(**{"name": "badge", **rules})
    assert refused.value.field == field


def test_the_rules_of_a_kind_may_be_plain_texts_too():
    assert KindPolicy(name="badge", strategy="fixed").strategy is Strategy.FIXED


@pytest.mark.parametrize(
    ("field", "make"),
    [
        ("max_sessions", lambda: MemoryStore(max_sessions=0)),
        ("store", lambda: RedisStore("http://example.org")),
        ("store", lambda: RedisStore("redis://example.org:port")),
        ("store", lambda: RedisStore("redis://example.org", host="example.org")),
        ("store", lambda: ZeroDBStore("example.org", api_key="k", project_id="p", encryption_keys=["ab" * 32])),
        ("encryption_keys", lambda: ZeroDBStore("https://x.org", api_key="k", project_id="p", encryption_keys=[])),
    ],
)
def test_a_store_that_cannot_be_is_refused_by_field(field, make):
    with pytest.raises(BadConfiguration) as refused:
        make()
    assert refused.value.field == field
