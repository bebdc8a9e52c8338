"""Access tokens for programs: signed, short-lived, worth nothing once their login is gone. Only importer of PyJWT."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import jwt

from jambot.auth.keys import derive
from jambot.errors import InvalidToken
from jambot.ids import LoginId, UserId, is_id, new_id

ALGORITHM = "HS256"
TYPE = "at+jwt"
AUDIENCE = "jambot-api"
LONGEST_TOKEN = 4096
LONGEST_LIFE_S = 600
SKEW_S = 1
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_HEADER = {"alg", "typ", "kid"}
_CLAIMS = {"iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp", "ver"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a genuine token says; whether its login still lives is for the login store to say."""

    user_id: UserId
    login_id: LoginId
    version: int


class AccessTokens:
    """Signs with the first key, reads with all of them, so that a replaced key stays good for the tokens it signed."""

    def __init__(self, *, masters: tuple[bytes, ...], issuer: str, life_s: int = LONGEST_LIFE_S) -> None:
        self.life_s = min(life_s, LONGEST_LIFE_S)
        self._issuer = issuer
        keys = [derive(master, "access-token") for master in masters]
        self._keys: Mapping[str, bytes] = {sha256(key).hexdigest()[:16]: key for key in keys}
        self._newest = next(iter(self._keys))

    def issue(self, *, user_id: UserId, login_id: LoginId, version: int, now: datetime) -> str:
        """A token that is good for `life_s` seconds while its login and `version` are."""
        at = int(now.timestamp())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": login_id,
            "jti": new_id(),
            "iat": at,
            "nbf": at,
            "exp": at + self.life_s,
            "ver": version,
        }
        return jwt.encode(
            claims, self._keys[self._newest], algorithm=ALGORITHM, headers={"typ": TYPE, "kid": self._newest}
        )

    def read(self, token: str, *, now: datetime) -> Claims:
        """What `token` says.

        Raises:
            InvalidToken: anything at all is wrong with it; which, is nobody's business.
        """
        # The length comes first: decoding ten megabytes of token takes half a second.
        if len(token) > LONGEST_TOKEN or not _SHAPE.fullmatch(token):
            raise InvalidToken
        try:
            header = jwt.get_unverified_header(token)
            # Exactly our header: no key material or extension of the bearer's choosing is ever looked at.
            if set(header) != _HEADER or header["typ"] != TYPE or header["alg"] != ALGORITHM:
                raise InvalidToken
            key = self._keys.get(header["kid"]) if isinstance(header["kid"], str) else None
            if key is None:
                raise InvalidToken
            claims = jwt.decode(token, key, algorithms=[ALGORITHM], options=_OWN_CHECKS)
            _refuse_twice_named(token)
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise InvalidToken from error
        return self._checked(claims, now.timestamp())

    def _checked(self, claims: dict[str, Any], now: float) -> Claims:
        """PyJWT takes lists of audiences, numbers as text and ends in the year 10**22; so claims are checked here."""
        if set(claims) != _CLAIMS or claims["iss"] != self._issuer or claims["aud"] != AUDIENCE:
            raise InvalidToken
        if any(type(claims[name]) is not int for name in ("iat", "nbf", "exp", "ver")):
            raise InvalidToken
        if not all(is_id(claims[name]) for name in ("sub", "sid", "jti")):
            raise InvalidToken
        if claims["exp"] <= now or max(claims["iat"], claims["nbf"]) > now + SKEW_S:
            raise InvalidToken
        if not 0 < claims["exp"] - claims["iat"] <= LONGEST_LIFE_S:
            raise InvalidToken
        return Claims(user_id=UserId(claims["sub"]), login_id=LoginId(claims["sid"]), version=claims["ver"])


def _refuse_twice_named(token: str) -> None:
    """Raise `ValueError` for a member that comes twice: two readers would take different ones."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    for part in token.split(".")[:2]:
        json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)), object_pairs_hook=members)


_OWN_CHECKS: Any = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "enforce_minimum_key_length": True,
}
