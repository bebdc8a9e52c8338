"""The list of forgeries an access token must survive; every refusal is the same one."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jambot.auth.keys import derive
from jambot.auth.tokens import AccessTokens
from jambot.errors import InvalidToken
from jambot.ids import LoginId, UserId, new_id

MASTER = b"m" * 40
ISSUER = "http://localhost:3000"
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
KEY = derive(MASTER, "access-token")
tokens = AccessTokens(masters=(MASTER,), issuer=ISSUER)
GOOD = tokens.issue(user_id=UserId(new_id()), login_id=LoginId(new_id()), version=3, now=NOW)
HEADER: dict[str, Any] = jwt.get_unverified_header(GOOD)
CLAIMS: dict[str, Any] = jwt.decode(GOOD, options={"verify_signature": False})


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: Any = CLAIMS, header: Any = None, key: bytes = KEY) -> str:
    """A token with any header and claims, correctly signed with HS256."""
    from hashlib import sha256
    from hmac import digest

    text = f"{encoded(header or HEADER)}.{encoded(claims)}"
    return f"{text}.{encoded(digest(key, text.encode(), sha256))}"


def claims(**changed: Any) -> dict[str, Any]:
    return {name: value for name, value in (CLAIMS | changed).items() if value is not ...}


def test_a_good_token_says_who_and_which_login():
    read = tokens.read(GOOD, now=NOW)
    assert (read.user_id, read.login_id, read.version) == (CLAIMS["sub"], CLAIMS["sid"], 3)
    assert {"alg": "HS256", "typ": "at+jwt", "kid": HEADER["kid"]} == HEADER
    assert tokens.read(signed(), now=NOW) == read


def test_it_ends_exactly_at_its_time():
    tokens.read(GOOD, now=NOW + timedelta(seconds=600, microseconds=-1))
    with pytest.raises(InvalidToken):
        tokens.read(GOOD, now=NOW + timedelta(seconds=600))


FORGED: dict[str, str] = {
    "alg none": f"{encoded(HEADER | {'alg': 'none'})}.{encoded(CLAIMS)}.",
    "alg none with a signature": f"{encoded(HEADER | {'alg': 'nOnE'})}.{encoded(CLAIMS)}.{GOOD.split('.')[2]}",
    "another key": signed(key=b"x" * 32),
    "no key": signed(key=b""),
    "HS384": jwt.encode(CLAIMS, KEY * 2, algorithm="HS384", headers=HEADER | {"alg": "HS384"}),
    "HS512": jwt.encode(CLAIMS, KEY * 2, algorithm="HS512", headers=HEADER | {"alg": "HS512"}),
    "RS256": jwt.encode(CLAIMS, RSA, algorithm="RS256", headers=HEADER | {"alg": "RS256"}),
    "RS256 in the header only": signed(header=HEADER | {"alg": "RS256"}),
    "HS256 with a public key": signed(key=PUBLIC),
    "HS512 in the header only": signed(header=HEADER | {"alg": "HS512"}),
    "wrong typ": signed(header=HEADER | {"typ": "JWT"}),
    "no typ": signed(header={"alg": "HS256", "kid": HEADER["kid"]}),
    "no kid": signed(header={"alg": "HS256", "typ": "at+jwt"}),
    "kid path": signed(header=HEADER | {"kid": "../../dev/null"}),
    "kid sql": signed(header=HEADER | {"kid": "' OR 1=1"}),
    "kid int": signed(header=HEADER | {"kid": 1}),
    "kid list": signed(header=HEADER | {"kid": [HEADER["kid"]]}),
    "kid long": signed(header=HEADER | {"kid": "k" * 2500}),
    **{f"{name} in the header": signed(header=HEADER | {name: "https://evil.example/k"}) for name in ("jku", "x5u")},
    "jwk in the header": signed(header=HEADER | {"jwk": {"kty": "oct", "k": "eHh4"}}),
    "x5c in the header": signed(header=HEADER | {"x5c": ["MIIB"]}),
    "crit": signed(header=HEADER | {"crit": ["exp"]}),
    "b64": signed(header=HEADER | {"b64": False}),
    **{f"without {name}": signed(claims(**{name: ...})) for name in CLAIMS},
    "a claim more": signed(claims(role="admin")),
    "wrong issuer": signed(claims(iss="http://evil.example")),
    "wrong audience": signed(claims(aud="other")),
    "a list of audiences": signed(claims(aud=["jambot-api", "other"])),
    "exp now": signed(claims(exp=AT)),
    "exp past": signed(claims(exp=AT - 1)),
    "exp too far": signed(claims(exp=AT + 601)),
    "exp as text": signed(claims(exp="9999999999")),
    "exp fraction": signed(claims(exp=AT + 60.5)),
    "exp enormous": signed(claims(exp=10**30)),
    "exp null": signed(claims(exp=None)),
    "exp true": signed(claims(exp=True)),
    "exp nan": signed(json.dumps(CLAIMS).replace(str(CLAIMS["exp"]), "NaN").encode()),
    "iat future": signed(claims(iat=AT + 5)),
    "nbf future": signed(claims(nbf=AT + 5)),
    "iat after exp": signed(claims(iat=AT + 601, nbf=AT)),
    "sub int": signed(claims(sub=1)),
    "sub dict": signed(claims(sub={"$ne": ""})),
    "sub null": signed(claims(sub=None)),
    "sid no id": signed(claims(sid="*")),
    "jti no id": signed(claims(jti="")),
    "ver text": signed(claims(ver="3")),
    "a claim twice": signed(json.dumps(CLAIMS).replace("{", '{"sub": "x", ', 1).encode()),
    "a header member twice": signed(header=json.dumps(HEADER).replace("{", '{"alg": "none", ', 1).encode()),
    "payload array": signed([CLAIMS]),
    "payload text": signed(b'"hello"'),
    "payload deep": signed(b"[" * 1500 + b"]" * 1500),
    "truncated": GOOD[:-4],
    "two segments": GOOD.rpartition(".")[0],
    "four segments": GOOD + ".x",
    "padded": GOOD + "==",
    "newline": GOOD + "\n",
    "space before": " " + GOOD,
    "space inside": GOOD.replace(".", ". ", 1),
    "nul": GOOD + "\x00",
    "not ascii": GOOD[:-1] + "é",
    "half an emoji": GOOD[:-1] + "\ud800",
    "empty": "",
    "dots": "..",
    "4097 bytes": GOOD + "A" * (4097 - len(GOOD)),
    "a refresh token": f"jrt.{CLAIMS['sid']}.1." + "A" * 43,
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_forged_token_is_refused_and_says_nothing(token: str):
    with pytest.raises(InvalidToken) as refused:
        tokens.read(token, now=NOW)
    assert refused.value.detail == InvalidToken().detail


def test_a_flipped_bit_anywhere_is_refused():
    header, payload, signature = GOOD.split(".")
    for position in range(0, len(signature) - 1, 5):
        other = "A" if signature[position] != "A" else "B"
        with pytest.raises(InvalidToken):
            tokens.read(f"{header}.{payload}.{signature[:position]}{other}{signature[position + 1 :]}", now=NOW)
    changed = claims(sub=new_id())
    with pytest.raises(InvalidToken):
        tokens.read(f"{header}.{encoded(changed)}.{signature}", now=NOW)


def test_ten_megabytes_are_refused_without_being_read():
    before = time.process_time()
    with pytest.raises(InvalidToken):
        tokens.read("A" * 5_000_000 + "." + "B" * 5_000_000 + ".C", now=NOW)
    assert time.process_time() - before < 0.1


def test_a_replaced_key_reads_what_it_signed_and_signs_nothing_new():
    both = AccessTokens(masters=(b"n" * 40, MASTER), issuer=ISSUER)
    assert both.read(GOOD, now=NOW)
    fresh = both.issue(user_id=UserId(new_id()), login_id=LoginId(new_id()), version=1, now=NOW)
    with pytest.raises(InvalidToken):
        tokens.read(fresh, now=NOW)
    with pytest.raises(InvalidToken):
        AccessTokens(masters=(b"n" * 40,), issuer=ISSUER).read(GOOD, now=NOW)


def test_a_token_of_another_installation_is_refused():
    with pytest.raises(InvalidToken):
        AccessTokens(masters=(MASTER,), issuer="https://staging.example").read(GOOD, now=NOW)


def test_no_setting_makes_a_token_live_longer_than_ten_minutes():
    assert AccessTokens(masters=(MASTER,), issuer=ISSUER, life_s=86_400).life_s == 600
