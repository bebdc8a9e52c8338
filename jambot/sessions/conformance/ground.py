"""What behaviours stand on: a fixed moment, records of one hour, and short ways to keep and list them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from jambot.sessions.record import Record, Records
from jambot.sessions.stores.protocol import Query, SessionStore
from jambot.sessions.tickets import new_handle

NOW = 1_767_600_000_000_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
IDLE_AFTER = 5 * MINUTE


def a_record(**changes: Any) -> Record:
    """A record that lives for an hour from `NOW`, with whatever is changed."""
    base = Record(
        handle=new_handle(),
        secret_hash=b"\0\xff" * 16,
        kind="login",
        user_id="ada",
        lookup=None,
        created_us=NOW,
        accessed_us=NOW,
        extended_us=NOW,
        expires_us=NOW + HOUR,
        version=1,
        facts=b'{"strategy":"sliding","ttl_us":3600000000}',
        body=b"v0.\x00\xfe any bytes",
    )
    return replace(base, **changes)


async def add(store: SessionStore, *, limit: int = 0, now: int = NOW, **changes: Any) -> Record:
    """A stored record."""
    record = a_record(**changes)
    created = await store.create(record, limit=limit, refuse=False, now_us=now)
    return created.record


async def page(store: SessionStore, now: int = NOW, **wanted: Any) -> Records:
    """One listed page."""
    return await store.list(Query(idle_after_us=IDLE_AFTER, **wanted), now_us=now)
