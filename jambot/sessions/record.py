"""The session as stores keep it: clear columns to find and expire it by, and two opaque byte strings."""

from __future__ import annotations

import msgspec

from jambot.sessions.expiration import SessionState


class Record(msgspec.Struct, frozen=True, gc=False):
    """One stored session. A msgspec struct, not a dataclass: it is copied and coded on every hot path.

    Name the fields, but where a store reads: sixteen names cost more than all else of making one.

    Attributes:
        secret_hash: SHA-256 of the id; the id itself is never stored.
        lookup: hash of the `get_or_create` key, unique among the living; None without one.
        facts: clear JSON (metadata, scopes, terms, access).
        body: the data and pins, sealed or in clear; only the manager can tell.
        lease_us: until when the running requests are believed in.
        fence: the number of the last lock granted on it.
    """

    handle: str
    secret_hash: bytes
    kind: str
    user_id: str | None
    lookup: str | None
    created_us: int
    accessed_us: int
    extended_us: int
    expires_us: int
    version: int
    facts: bytes
    body: bytes
    connections: int = 0
    requests: int = 0
    lease_us: int = 0
    fence: int = 0

    def live(self, now_us: int) -> bool:
        """Whether it has not ended; the same half-open rule in every store."""
        return self.expires_us > now_us

    def sweepable(self, now_us: int) -> bool:
        """Whether it has ended and no believed request is still at work in it."""
        return self.expires_us <= now_us and (self.requests == 0 or self.lease_us <= now_us)

    def state(self, now_us: int, idle_after_us: int) -> SessionState:
        """As `expiration.state`, on the stored numbers."""
        if self.expires_us <= now_us:
            return SessionState.EXPIRED
        if (now_us - self.extended_us) * 5 > (self.expires_us - self.extended_us) * 4:
            return SessionState.EXPIRING
        if now_us - self.accessed_us >= idle_after_us:
            return SessionState.IDLE
        return SessionState.ACTIVE


Records = list[Record]


def next_version(expected_version: int, written: Record) -> int:
    """The version a write leaves: the next one, or the later one that the record brings as a write of several."""
    return max(expected_version + 1, written.version)


def merged_times(stored: Record, written: Record) -> Record:
    """`written`, but with the stored times where a later use moved them meanwhile: a slow save takes no life away."""
    if written.accessed_us >= stored.accessed_us:
        return written
    return msgspec.structs.replace(
        written, accessed_us=stored.accessed_us, extended_us=stored.extended_us, expires_us=stored.expires_us
    )
