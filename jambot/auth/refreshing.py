"""Refresh tokens: one use each. Pure.

A token is its login, a generation and a keyed hash of both with the login's own salt. The login keeps only the number
of the present generation, so the successor of a token can be handed out again within the grace without being kept
anywhere, and a leaked store holds nothing that refreshes.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256

from jambot.ids import LoginId, is_id

GRACE = timedelta(seconds=10)
_SHAPE = re.compile(r"jrt\.([0-9a-f-]{36})\.([1-9]\d{0,8})\.([\w-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A refresh token taken apart; nothing about it is proven yet."""

    login_id: LoginId
    generation: int
    proof: str


class Step(Enum):
    """What to do with a genuine token."""

    ADVANCE = auto()
    """It is the present one: start the next generation."""
    REPEAT = auto()
    """Its answer was lost on the way: hand out the present one again."""
    REVOKE = auto()
    """Somebody used it before: whoever it was, the login ends."""


def make(key: bytes, *, login_id: str, salt: str, generation: int) -> str:
    """The token of `generation`."""
    return f"jrt.{login_id}.{generation}.{_proof(key, login_id, salt, generation)}"


def parse(token: str) -> RefreshToken | None:
    """The parts of a token; None for what cannot be one."""
    match = _SHAPE.fullmatch(token) if len(token) <= 128 else None
    if match is None or not is_id(match[1]):
        return None
    return RefreshToken(login_id=LoginId(match[1]), generation=int(match[2]), proof=match[3])


def is_genuine(key: bytes, token: RefreshToken, *, salt: str) -> bool:
    """Whether we made it."""
    return hmac.compare_digest(token.proof, _proof(key, token.login_id, salt, token.generation))


def next_step(*, shown: int, present: int, advanced_at: datetime, now: datetime) -> Step:
    """What a genuine token of generation `shown` leads to when `present` is the present one, begun at `advanced_at`."""
    if shown == present:
        return Step.ADVANCE
    if shown == present - 1 and now - advanced_at < GRACE:
        return Step.REPEAT
    return Step.REVOKE


def _proof(key: bytes, login_id: str, salt: str, generation: int) -> str:
    mac = hmac.digest(key, f"{login_id}|{salt}|{generation}".encode(), sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
