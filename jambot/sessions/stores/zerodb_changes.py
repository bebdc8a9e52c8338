"""What each operation makes of a session: pure rules, for a store that must do the comparing itself.

Each takes what is kept (None when there is nothing) and says what to answer, and what to leave: a `Kept` to write, True
to remove it, None to leave it as it is.
"""

from __future__ import annotations

from hmac import compare_digest

from msgspec.structs import replace

from jambot.sessions.errors import SessionNotFound, StaleFence, StaleVersion
from jambot.sessions.record import Record, merged_times, next_version
from jambot.sessions.stores.zerodb_rows import Kept

_OWN = ("kind", "user_id", "lookup", "created_us", "connections", "requests", "lease_us", "fence")


def write(
    kept: Kept | None, record: Record, *, expected_version: int, fence: int | None, now_us: int
) -> tuple[Record | None, Kept | None]:
    """`SessionStore.set`."""
    if kept is None or not kept.record.live(now_us):
        return None, None
    stored = kept.record
    if fence is not None and stored.fence != fence:
        raise StaleFence
    if stored.version != expected_version:
        raise StaleVersion
    own = {name: getattr(stored, name) for name in _OWN}
    written = replace(merged_times(stored, record), version=next_version(expected_version, record), **own)
    return written, _with(kept, written)


def touch(kept: Kept | None, record: Record, *, now_us: int) -> tuple[bool, Kept | None]:
    """`SessionStore.touch`."""
    if kept is None or not kept.record.live(now_us):
        return False, None
    stored = kept.record
    if stored.version != record.version or stored.accessed_us > record.accessed_us:
        return False, None
    times = {name: getattr(record, name) for name in ("accessed_us", "extended_us", "expires_us")}
    return True, _with(kept, replace(stored, **times))


def delete(
    kept: Kept | None, *, secret_hash: bytes | None, version: int | None, now_us: int
) -> tuple[Record | None, bool | None]:
    """`SessionStore.delete`."""
    if kept is None or not kept.record.live(now_us):
        return None, None
    if secret_hash is not None and not compare_digest(secret_hash, kept.record.secret_hash):
        return None, None
    return (None, None) if version not in (None, kept.record.version) else (kept.record, True)


def sweep(kept: Kept | None, *, now_us: int) -> tuple[Record | None, bool | None]:
    """One of `SessionStore.cleanup`; what is not kept any more, and was found all the same, is a stray."""
    if kept is None:
        return None, True
    return (kept.record, True) if kept.record.sweepable(now_us) else (None, None)


def count(
    kept: Kept | None, *, requests: int, connections: int, lease_us: int, now_us: int
) -> tuple[Record | None, Kept | None]:
    """`SessionStore.count`."""
    enters = requests > 0 or connections > 0
    if kept is None or (enters and not kept.record.live(now_us)):
        return None, None
    stored = kept.record
    believed = stored.requests if stored.lease_us > now_us else 0
    counted = replace(
        stored,
        requests=max(0, believed + requests),
        connections=max(0, stored.connections + connections),
        lease_us=max(stored.lease_us, lease_us),
    )
    return counted, _with(kept, counted)


def lock(kept: Kept | None, owner: str, *, lease_us: int, now_us: int) -> tuple[int | None, Kept | None]:
    """`SessionStore.acquire_lock`."""
    if kept is None or not kept.record.live(now_us):
        raise SessionNotFound
    if kept.lock_until_us > now_us:
        return None, None
    fence = kept.record.fence + 1
    return fence, Kept(replace(kept.record, fence=fence), owner, lease_us)


def unlock(kept: Kept | None, owner: str, *, now_us: int) -> tuple[bool, Kept | None]:
    """`SessionStore.release_lock`."""
    if kept is None or kept.lock_owner != owner:
        return False, None
    return kept.lock_until_us > now_us, Kept(kept.record)


def _with(kept: Kept, record: Record) -> Kept:
    return Kept(record, kept.lock_owner, kept.lock_until_us)
