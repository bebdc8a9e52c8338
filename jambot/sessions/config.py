"""The settings of one manager; what does not go together is refused here, in one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from jambot.sessions.ciphers import Cipher, KeyRing, NoCipher, parse_key
from jambot.sessions.errors import BadConfiguration
from jambot.sessions.expiration import IDLE_AFTER, LONGEST_TOUCH_INTERVAL, Strategy, check_terms
from jambot.sessions.kinds import KINDS, KindPolicy, check_kind_terms, chosen

PURPOSE = "sessions"
"""What the keys of sessions are derived for."""

_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


class LimitPolicy(StrEnum):
    """What happens at the limit of sessions per user."""

    EVICT_OLDEST = "evict_oldest"
    REFUSE = "refuse"


class DriftPolicy(StrEnum):
    """What happens when a session is used from another address or browser than it was made in."""

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


_CHOICES: dict[str, type[StrEnum]] = {
    "strategy": Strategy,
    "limit_policy": LimitPolicy,
    "ip_policy": DriftPolicy,
    "agent_policy": DriftPolicy,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """How a manager keeps its sessions.

    Attributes:
        namespace: keeps the sessions of several managers apart in one store.
        ttl, strategy, max_age: the terms of a session whose kind and creator name none.
        max_sessions_per_user: per user and kind; 0 for any number. Ended sessions do not count.
        limit_policy: what happens at that limit; the oldest is the one made first.
        encryption: None seals when there are keys, and opens what is in clear from before; True demands keys, and opens
            nothing that is in clear.
        encryption_keys: 32-byte keys, raw or as hex or base64 text; the first seals, all of them open.
        locking: whether `lock` may be used at all.
        lock_timeout: how long `lock` waits unless told; `lock_lease`: when a lock ends by itself.
        auto_cleanup: sweep every `cleanup_interval` after `start`.
        cleanup_interval: from one sweep to the next.
        max_concurrent_requests: how many requests this manager lets in at once; more are `AtCapacity`.
        ip_policy, agent_policy: what happens when a session is used from another address or browser.
        idle_after: without a use for so long a session reads as idle; it does not end by that.
        kinds: more kinds, or other rules for those that are there.
        touch_interval: uses of a session within it share one write (at most a tenth of its ttl).
        request_lease: for how long a request is believed to be at work without another sign of it.
        connection_lease: for how long a connection is believed in without another sign of its process.
        max_data_bytes: the largest data and pins of one session, as they are kept (MessagePack).
    """

    namespace: str = "session"
    ttl: timedelta = timedelta(hours=1)
    strategy: Strategy = Strategy.SLIDING
    max_age: timedelta | None = None
    max_sessions_per_user: int = 0
    limit_policy: LimitPolicy = LimitPolicy.EVICT_OLDEST
    encryption: bool | None = None
    encryption_keys: tuple[bytes | str, ...] = ()
    locking: bool = True
    lock_timeout: timedelta = timedelta(seconds=5)
    lock_lease: timedelta = timedelta(seconds=30)
    auto_cleanup: bool = True
    cleanup_interval: timedelta = timedelta(minutes=5)
    max_concurrent_requests: int = 100
    request_lease: timedelta = timedelta(minutes=5)
    connection_lease: timedelta = timedelta(minutes=1)
    ip_policy: DriftPolicy = DriftPolicy.OFF
    agent_policy: DriftPolicy = DriftPolicy.OFF
    touch_interval: timedelta = LONGEST_TOUCH_INTERVAL
    idle_after: timedelta = IDLE_AFTER
    max_data_bytes: int = 1_000_000
    kinds: tuple[KindPolicy, ...] = ()

    def __post_init__(self) -> None:
        for field, choices in _CHOICES.items():
            object.__setattr__(self, field, chosen(field, choices, getattr(self, field)))
        if not isinstance(self.namespace, str) or not _NAMESPACE.fullmatch(self.namespace):
            raise BadConfiguration("namespace", "is 1 to 64 letters, digits, dots, hyphens and underscores")
        check_terms(self.strategy, self.ttl, self.max_age)
        if self.encryption and not self.encryption_keys:
            raise BadConfiguration("encryption_keys", "encryption is on, but no key was given")
        if self.encryption is False and self.encryption_keys:
            raise BadConfiguration("encryption", "is off, but keys were given")
        if not isinstance(self.encryption_keys, tuple | list):
            raise BadConfiguration("encryption_keys", "must be a tuple of keys, the newest first")
        self.cipher()
        for field in ("locking", "auto_cleanup"):
            if not isinstance(getattr(self, field), bool):
                raise BadConfiguration(field, "must be True or False")
        for field, least in (("max_sessions_per_user", 0), ("max_concurrent_requests", 1), ("max_data_bytes", 1)):
            _check_number(field, getattr(self, field), least=least)
        for field in ("lock_timeout", "touch_interval"):
            _check_span(field, getattr(self, field), may_be_nothing=True)
        for field in ("lock_lease", "cleanup_interval", "request_lease", "connection_lease", "idle_after"):
            _check_span(field, getattr(self, field), may_be_nothing=False)
        self._check_kinds()

    def cipher(self) -> Cipher:
        """What seals the sessions' data."""
        if not self.encryption_keys:
            return NoCipher()
        masters = [key if isinstance(key, bytes) else parse_key(key) for key in self.encryption_keys]
        return KeyRing(masters, purpose=PURPOSE, opens_clear=not self.encryption)

    def kind_policies(self) -> dict[str, KindPolicy]:
        """The built-in kinds and the registered ones; a registered one may replace a built-in one."""
        return {policy.name: policy for policy in (*KINDS, *self.kinds)}

    def _check_kinds(self) -> None:
        if not isinstance(self.kinds, tuple | list) or not all(isinstance(kind, KindPolicy) for kind in self.kinds):
            raise BadConfiguration("kinds", "must be a tuple of KindPolicy")
        if len({kind.name for kind in self.kinds}) < len(self.kinds):
            raise BadConfiguration("kinds", "has two of the same name")
        for kind in self.kinds:
            strategy = kind.strategy or self.strategy
            longest = kind.max_age or (None if strategy is Strategy.SLIDING else self.max_age)
            check_kind_terms(kind, strategy, kind.ttl or self.ttl, longest)


def _check_number(field: str, value: int, *, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadConfiguration(field, f"must be a number of at least {least}")


def _check_span(field: str, value: timedelta, *, may_be_nothing: bool) -> None:
    if not isinstance(value, timedelta):
        raise BadConfiguration(field, "must be a timedelta")
    if value < timedelta(0) or (value == timedelta(0) and not may_be_nothing):
        raise BadConfiguration(field, "must not be negative" if may_be_nothing else "must be longer than nothing")
