"""Reading request headers, and what they say about where a request comes from. Pure."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.types import Scope

from jambot.auth.cookies import login_in
from jambot.auth.devices import address_behind
from jambot.errors import BadRequest, CrossSite, HeadersTooLarge
from jambot.settings import Settings

MOST_HEADER_BYTES = 16_384
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def header(scope: Scope, name: bytes) -> str:
    """The first header called `name` (lower case); empty when there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def headers(scope: Scope, name: bytes) -> list[str]:
    """Every header called `name`."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def cookie_header(scope: Scope) -> str:
    """All cookies in one line, also where the protocol sent them apart."""
    return "; ".join(headers(scope, b"cookie"))


def refuse_cross_site(scope: Scope, settings: Settings) -> None:
    """Raise `CrossSite` for a change that another site made this browser ask for.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin. A program sends neither, and then
    must not come with a cookie: it has a token.
    """
    if scope["method"] not in UNSAFE:
        return
    site = header(scope, b"sec-fetch-site")
    if site:
        if site not in {"same-origin", "none"}:
            raise CrossSite
        return
    origin = header(scope, b"origin")
    if origin and not _is_ours(origin, header(scope, b"host"), settings):
        raise CrossSite
    if not origin and login_in(cookie_header(scope), is_https=settings.is_https):
        raise CrossSite


def refuse_large_headers(scope: Scope) -> None:
    """Raise `HeadersTooLarge` before anything reads them: no browser and no program of ours sends half as many."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
        raise HeadersTooLarge


def refuse_odd_query(scope: Scope) -> None:
    """Raise `BadRequest` for a parameter that comes twice, of which two readers would take different ones, or a NUL."""
    raw = scope.get("query_string", b"")
    if not raw:
        return
    names = [name for name, _ in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, max_num_fields=None)]
    if len(set(names)) != len(names):
        raise BadRequest("A parameter was given twice.")
    if b"%00" in raw or b"\x00" in raw:
        raise BadRequest("A parameter holds a NUL.")


def client_address(scope: Scope, settings: Settings) -> str:
    """The address the request comes from: the peer's, or, behind as many proxies as configured, what they saw."""
    peer = scope["client"][0] if scope.get("client") else ""
    return address_behind(peer, headers(scope, b"x-forwarded-for"), hops=settings.trusted_proxy_hops)


def _is_ours(origin: str, host: str, settings: Settings) -> bool:
    if origin == settings.public_url:
        return True
    parts = urlsplit(origin)
    return parts.scheme in {"http", "https"} and parts.netloc == host and settings.answers_to(host)
