"""What callers may put into a session: plain JSON that comes back as it went in, names and addresses of sane size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from jambot.sessions.errors import InvalidSession

DEEPEST = 64
LONGEST_NAME = 255
LONGEST_USER_AGENT = 1024
MOST_SCOPES = 64

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def check_json(field: str, value: Any) -> dict[str, Any]:
    """`value` if it is a JSON object of plain values with text keys; else `InvalidSession` naming the field."""
    if not isinstance(value, dict):
        raise InvalidSession(field, "must be a JSON object")
    _check(field, value, DEEPEST)
    return value


def as_object(field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A shallow copy of what callers give as a JSON object; `InvalidSession` for what has no keys."""
    try:
        return dict(value)
    except (TypeError, ValueError):
        raise InvalidSession(field, "must be a JSON object") from None


def private_json(field: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a JSON object that shares nothing with `value`; what is not plain JSON is refused as by `check_json`.

    What JSON gives back as it was is plain JSON, and finding that out this way takes a third of the time. It says
    nothing of depth, so what could be too deep is looked through all the same; numbers are the coder's to refuse.
    """
    plain = as_object(field, value)
    try:
        encoded = _encode(plain)
        copy = _decode(encoded)
    except (TypeError, ValueError, RecursionError):
        return _decode(_encode(check_json(field, plain)))  # which says what part of it is not plain
    if copy != plain or encoded.count(b"{") + encoded.count(b"[") > DEEPEST:
        check_json(field, plain)
    return copy


def check_name(field: str, value: str | None, *, longest: int = LONGEST_NAME) -> str | None:
    """`value` if it is None or a non-empty text without control characters and half characters."""
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise InvalidSession(field, f"must be a text of 1 to {longest} characters")
    if value.isascii() and value.isprintable():
        return value  # most of them, without a look at each character
    if any(ord(c) < 32 or ord(c) == 127 for c in value) or not _encodable(value):
        raise InvalidSession(field, "holds characters that are not allowed")
    return value


def clean_agent(value: str | None) -> str | None:
    """A user agent made fit to keep: it comes from strangers, so it is cut and cleaned rather than refused."""
    if not value:
        return None
    if not isinstance(value, str):
        raise InvalidSession("user_agent", "must be a text")
    if len(value) <= LONGEST_USER_AGENT and value.isascii() and value.isprintable():
        return value
    printable = "".join(c for c in value[:LONGEST_USER_AGENT] if ord(c) >= 32 and ord(c) != 127)
    return printable.encode("utf-8", "replace").decode() or None


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes without duplicates, in their order; `InvalidSession` for what cannot be one."""
    if isinstance(scopes, str):
        raise InvalidSession("scopes", "must be a list of names, not one text")
    try:
        unique = tuple(dict.fromkeys(scopes))
    except TypeError:
        raise InvalidSession("scopes", "must be a list of names") from None
    if len(unique) > MOST_SCOPES:
        raise InvalidSession("scopes", f"must be at most {MOST_SCOPES}")
    for scope in unique:
        if check_name("scopes", scope) is None:
            raise InvalidSession("scopes", "must be names")
    return unique


def _check(field: str, value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str:
        if not _encodable(value):
            raise InvalidSession(field, "holds half of a character pair")
    elif kind is dict or kind is list:
        if depth == 0:
            raise InvalidSession(field, f"is nested deeper than {DEEPEST}")
        if kind is dict:
            for key in value:
                # Plain texts are most of what there is, and are passed over without another call.
                if type(key) is not str or not key.isascii():
                    _check_key(field, key)
        for item in value.values() if kind is dict else value:
            if type(item) is not str or not item.isascii():
                _check(field, item, depth - 1)
    elif value is None or kind is bool:
        return
    elif kind is int:
        if not -(2**63) <= value < 2**64:
            raise InvalidSession(field, "holds a number that is too large")
    elif kind is float:
        if not math.isfinite(value):
            raise InvalidSession(field, "holds a number that is not finite")
    else:
        _check_kind_of(field, value, depth)


def _check_key(field: str, key: Any) -> None:
    if not isinstance(key, str):
        raise InvalidSession(field, "has a key that is not a text")
    if not _encodable(key):
        raise InvalidSession(field, "holds half of a character pair")


_PLAIN: tuple[Any, ...] = (str, dict, list, int, float)


def _check_kind_of(field: str, value: Any, depth: int) -> None:
    """As `_check`, for values of a class of their own that is a kind of one that JSON has."""
    for plain in _PLAIN:
        if isinstance(value, plain):
            _check(field, plain(value), depth)
            return
    raise InvalidSession(field, f"holds a {type(value).__name__}, which is not JSON")


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
