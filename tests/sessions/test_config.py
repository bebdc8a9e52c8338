"""Settings of a manager: what does not go together is refused in one sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jambot.sessions import SessionConfig, Strategy


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
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_field(field, settings):
    with pytest.raises(ValueError) as refused:
        SessionConfig(**settings)
    assert refused.value.field == field
