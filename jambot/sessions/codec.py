"""Between the caller's `Session` and the store's `Record`: coding and sealing, both ways."""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from jambot.sessions.ciphers import Cipher, NoCipher
from jambot.sessions.contents import Body, Facts, decode_facts, encode_body, encode_facts
from jambot.sessions.errors import InvalidSession, SessionUnreadable
from jambot.sessions.record import Record
from jambot.sessions.session import Session

_MOST_SHARED_BYTES = 256


class Codec:
    """Codes the sessions of one namespace."""

    def __init__(self, *, cipher: Cipher, namespace: str, max_bytes: int) -> None:
        self._cipher = cipher
        self._in_clear = isinstance(cipher, NoCipher)
        self._namespace = namespace
        self._max_bytes = max_bytes

    def session(self, record: Record, *, shown_id: str, now_us: int) -> Session:
        """The session of a record; `SessionUnreadable` when its body does not open. It is decoded when it is read."""
        return Session(shown_id, record, self._unsealed(record), now_us)

    def listed(self, record: Record, *, now_us: int) -> Session:
        """As `session`, for lists: one that does not open must not hide the others, nor itself."""
        try:
            session = self.session(record, shown_id=record.handle, now_us=now_us)
            session.read()
        except SessionUnreadable:
            return Session(record.handle, record, None, now_us)
        return session

    def facts(self, facts: Facts) -> bytes:
        """Facts as they are kept; most sessions of a kind have the same, and share one object."""
        encoded = encode_facts(facts)
        return _shared(encoded) if len(encoded) <= _MOST_SHARED_BYTES else encoded

    def body(self, body: Body, *, handle: str, user_id: str | None) -> tuple[bytes, bytes]:
        """A body in clear and sealed; `InvalidSession` when it, or a number in it, is too large."""
        try:
            clear = encode_body(body)
        except OverflowError:
            raise InvalidSession("data", "holds a number that is too large") from None
        if len(clear) > self._max_bytes:
            raise InvalidSession("data", f"is larger than {self._max_bytes} bytes")
        return clear, self._cipher.seal(clear, self._context(handle, user_id))

    def rewritten(self, before: Session, changed: Session) -> Session:
        """`changed`, whose body or facts are others than `before` it was, with a record that holds them."""
        record, clear = changed.record, changed.clear
        if changed.facts is not None and changed.facts is not before.facts:
            record = replace(record, facts=self.facts(changed.facts))
        if changed.body is not None and changed.body is not before.body:
            clear, sealed = self.body(changed.body, handle=record.handle, user_id=record.user_id)
            record = replace(record, body=sealed)
        return Session(changed.id, record, clear, changed.now_us, changed.facts)

    def opened(self, record: Record) -> Record:
        """The record with its body in clear."""
        return replace(record, body=self._unsealed(record))

    def sealed(self, clear: Record) -> Record:
        """The inverse of `opened`, with the newest key."""
        body = self._cipher.seal(clear.body, self._context(clear.handle, clear.user_id))
        return replace(clear, body=body)

    def with_terms_of(self, facts: bytes, present: bytes) -> bytes:
        """`facts` on the present terms: strategy, ttl, max age, where it is used from, and its key."""
        terms = decode_facts(present)
        kept = decode_facts(facts)
        return encode_facts(replace(terms, metadata=kept.metadata, scopes=kept.scopes))

    def resealed(self, record: Record) -> Record | None:
        """The record sealed with the newest key; None when it is already."""
        if self._cipher.is_current(record.body):
            return None
        return self.sealed(self.opened(record))

    def _unsealed(self, record: Record) -> bytes:
        """The opened body of a record. Without a cipher it opens anywhere, and its place need not be worked out."""
        context = b"" if self._in_clear else self._context(record.handle, record.user_id)
        return self._cipher.open(record.body, context)

    def _context(self, handle: str, user_id: str | None) -> bytes:
        """Where the body belongs: moved to another session, owner or namespace it does not open."""
        return f"{self._namespace}|{handle}|{user_id or ''}|body".encode()


@lru_cache(maxsize=256)
def _shared(facts: bytes) -> bytes:
    return facts
