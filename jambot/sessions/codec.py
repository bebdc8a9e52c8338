"""Between the caller's `Session` and the store's `Record`: coding and sealing, both ways."""

from __future__ import annotations

from typing import Any

import msgspec

from jambot.sessions.ciphers import Cipher
from jambot.sessions.errors import InvalidSession, SessionUnreadable
from jambot.sessions.expiration import Strategy
from jambot.sessions.moments import from_us, span_of, span_us, to_us
from jambot.sessions.record import Record
from jambot.sessions.session import Session


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clear part of a record that no store needs to look into."""

    strategy: Strategy
    ttl_us: int
    max_age_us: int | None = None
    metadata: dict[str, Any] = {}
    scopes: tuple[str, ...] = ()
    ip_address: str | None = None
    user_agent: str | None = None
    key: str | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The part that is sealed."""

    data: dict[str, Any] = {}
    pins: dict[str, Any] = {}


_encode = msgspec.json.Encoder().encode
_decode_facts = msgspec.json.Decoder(Facts).decode
_decode_body = msgspec.json.Decoder(Body).decode


class Codec:
    """Codes the sessions of one namespace."""

    def __init__(self, *, cipher: Cipher, namespace: str, max_bytes: int) -> None:
        self._cipher = cipher
        self._namespace = namespace
        self._max_bytes = max_bytes

    def record(self, session: Session, *, secret_hash: bytes, lookup: str | None) -> Record:
        """The record of a session; `InvalidSession` when its data is too large."""
        facts = Facts(
            strategy=session.strategy,
            ttl_us=span_us(session.ttl),
            max_age_us=None if session.max_age is None else span_us(session.max_age),
            metadata=session.metadata,
            scopes=session.scopes,
            ip_address=session.ip_address,
            user_agent=session.user_agent,
            key=session.key,
        )
        return Record(
            handle=session.handle,
            secret_hash=secret_hash,
            kind=session.kind,
            user_id=session.user_id,
            lookup=lookup,
            created_us=to_us(session.created_at),
            accessed_us=to_us(session.last_accessed_at),
            extended_us=to_us(session.extended_at),
            expires_us=to_us(session.expires_at),
            version=session.version,
            facts=_encode(facts),
            body=self._seal(session),
        )

    def session(self, record: Record, *, shown_id: str, now_us: int) -> Session:
        """The session of a record; `SessionUnreadable` when its body does not open."""
        return _session(record, self._open(record), shown_id=shown_id, now_us=now_us, readable=True)

    def listed(self, record: Record, *, now_us: int) -> Session:
        """As `session`, for lists: one that does not open must not hide the others, nor itself."""
        try:
            return self.session(record, shown_id=record.handle, now_us=now_us)
        except SessionUnreadable:
            return _session(record, Body(), shown_id=record.handle, now_us=now_us, readable=False)

    def opened(self, record: Record) -> Record:
        """The record with its body in clear."""
        plaintext = self._cipher.open(record.body, self._context(record.handle, record.user_id))
        return msgspec.structs.replace(record, body=plaintext)

    def sealed(self, clear: Record) -> Record:
        """The inverse of `opened`, with the newest key."""
        body = self._cipher.seal(clear.body, self._context(clear.handle, clear.user_id))
        return msgspec.structs.replace(clear, body=body)

    def with_terms_of(self, facts: bytes, present: bytes) -> bytes:
        """`facts` on the present terms: strategy, ttl, max age, where it is used from, and its key."""
        terms = _decode_facts(present)
        kept = _decode_facts(facts)
        return _encode(msgspec.structs.replace(terms, metadata=kept.metadata, scopes=kept.scopes))

    def resealed(self, record: Record) -> Record | None:
        """The record sealed with the newest key; None when it is already."""
        if self._cipher.is_current(record.body):
            return None
        return self.sealed(self.opened(record))

    def _seal(self, session: Session) -> bytes:
        plaintext = _encode(Body(data=session.data, pins=session.pins))
        if len(plaintext) > self._max_bytes:
            raise InvalidSession("data", f"is larger than {self._max_bytes} bytes")
        return self._cipher.seal(plaintext, self._context(session.handle, session.user_id))

    def _open(self, record: Record) -> Body:
        plaintext = self._cipher.open(record.body, self._context(record.handle, record.user_id))
        try:
            return _decode_body(plaintext)
        except msgspec.MsgspecError as exc:
            raise SessionUnreadable from exc

    def _context(self, handle: str, user_id: str | None) -> bytes:
        """Where the body belongs: moved to another session, owner or namespace it does not open."""
        return f"{self._namespace}|{handle}|{user_id or ''}|body".encode()


def _session(record: Record, body: Body, *, shown_id: str, now_us: int, readable: bool) -> Session:
    facts = _decode_facts(record.facts)
    accessed_at = from_us(record.accessed_us)
    return Session(
        id=shown_id,
        handle=record.handle,
        kind=record.kind,
        user_id=record.user_id,
        key=facts.key,
        data=body.data,
        metadata=facts.metadata,
        pins=body.pins,
        scopes=facts.scopes,
        created_at=from_us(record.created_us),
        last_accessed_at=accessed_at,
        extended_at=accessed_at if record.extended_us == record.accessed_us else from_us(record.extended_us),
        expires_at=from_us(record.expires_us),
        ttl=span_of(facts.ttl_us),
        max_age=None if facts.max_age_us is None else span_of(facts.max_age_us),
        strategy=facts.strategy,
        ip_address=facts.ip_address,
        user_agent=facts.user_agent,
        connection_count=record.connections,
        active_requests=record.requests if record.lease_us > now_us else 0,
        version=record.version,
        readable=readable,
    )
