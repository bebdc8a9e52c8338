"""What a record carries and no store decides by: clear facts as JSON, and the body, which is sealed."""

from __future__ import annotations

from typing import Any

import msgspec

from jambot.sessions.errors import SessionUnreadable
from jambot.sessions.expiration import Strategy


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The clear part of a record."""

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


encode_facts = msgspec.json.Encoder().encode
decode_facts = msgspec.json.Decoder(Facts).decode
# MessagePack: a fifth smaller than JSON and read faster. Bodies of an earlier time are JSON, which begins with a brace.
encode_body = msgspec.msgpack.Encoder().encode
_decode_body = msgspec.msgpack.Decoder(Body).decode
_decode_json_body = msgspec.json.Decoder(Body).decode


def decode_body(clear: bytes) -> Body:
    """The body that these bytes are; `SessionUnreadable` when they are none."""
    try:
        return _decode_json_body(clear) if clear.startswith(b"{") else _decode_body(clear)
    except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
        raise SessionUnreadable from exc
