"""The outermost wrapper: which hosts and origins are answered, and what every answer tells the browser to forbid."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jambot.settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}")
_HASHED_FILE = re.compile(r"/assets/[^?]*-[A-Za-z0-9_-]{6,}\.\w+")
_YEAR_S = 365 * 24 * 3600
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def secure(app: App, *, settings: Settings | None = None, pages: Path | None = None) -> App:
    """`app` behind the host and origin rules, with security headers on every answer.

    Args:
        app: any ASGI app.
        settings: whose hosts and scheme apply; the running app's by default.
        pages: folder with the built HTML files whose inline scripts may run; Reflex's build by default.
    """
    settings = settings or _settings_of_app()
    hashes = script_hashes(pages or _built_pages())

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "")
        extra = security_headers(scope["path"], host=host, hashes=hashes, is_https=settings.is_https)
        refusal = refused(scope["type"], scope.get("method", "GET"), headers, settings)
        if refusal is not None:
            await _refuse(scope, receive, send, refusal, extra)
            return

        async def answered(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_defaults(_staying(list(message.get("headers", ())), host), extra)
                if message["status"] >= 400:
                    message["headers"] = _uncached(message["headers"])
            await send(message)

        await app(scope, receive, answered)

    return wrapped


def refused(kind: str, method: str, headers: dict[str, str], settings: Settings) -> tuple[int, str, str] | None:
    """Why a request is not answered, as status, code and sentence; None when it may go on.

    Programs send neither `Origin` nor `Sec-Fetch-Site` and pass; they hold no cookie that a foreign page could use.
    """
    host = headers.get("host", "")
    if not _PLAIN_HOST.fullmatch(host) or not _answers_to(host, settings):
        return 421, "unknown_host", "This server does not answer to that name."
    if kind == "http" and method in _SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    foreign = origin is not None and not _same_origin(origin, host, settings)
    if foreign or (kind == "http" and site not in (None, "same-origin", "none")):
        return 403, "csrf", "This request came from another site and was refused."
    return None


def security_headers(path: str, *, host: str, hashes: Iterable[str], is_https: bool) -> Headers:
    """The headers that an answer for `path` gets unless it has its own."""
    is_api = path.startswith("/api/")
    policy = "default-src 'none'; frame-ancestors 'none'" if is_api else page_policy(host, hashes)
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": _PERMISSIONS,
        "cache-control": _cache_rule(path, is_api=is_api),
    }
    if is_https:
        headers["strict-transport-security"] = f"max-age={_YEAR_S}; includeSubDomains"
    return [(name.encode(), value.encode("latin-1", "ignore")) for name, value in headers.items()]


def page_policy(host: str, hashes: Iterable[str]) -> str:
    """What a page may load and run: our own files, and the inline scripts of the build by their hashes."""
    sockets = f" ws://{host} wss://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *(f"'{each}'" for each in sorted(hashes))]),
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self'",
            "img-src 'self' data: blob:",
            "manifest-src 'self'",
            f"connect-src 'self'{sockets}",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def script_hashes(folder: Path) -> frozenset[str]:
    """The hashes, as CSP writes them, of all inline scripts in the HTML files under `folder`."""
    found: set[str] = set()
    for page in folder.rglob("*.html"):
        reader = _InlineScripts()
        reader.feed(page.read_text("utf-8").replace("\r\n", "\n"))
        reader.close()
        found |= {
            f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}" for text in reader.texts
        }
    return frozenset(found)


def with_defaults(headers: Headers, defaults: Headers) -> Headers:
    """`headers` and those of `defaults` whose names are not there yet."""
    present = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in defaults if name not in present]


def address_here(location: str, host: str) -> str:
    """Where a redirect leads; one to this server loses scheme and host.

    Behind a proxy that speaks TLS the server believes in plain HTTP and would send everybody there.
    """
    parts = urlsplit(location)
    if parts.scheme not in ("http", "https") or parts.netloc != host:
        return location
    # Two slashes at the beginning would name another host.
    path = "/" + parts.path.lstrip("/\\")
    return f"{path}?{parts.query}" if parts.query else path


def _staying(headers: Headers, host: str) -> Headers:
    kept = [each for each in headers if each[0].lower() != b"location"]
    found = [value.decode("latin-1") for name, value in headers if name.lower() == b"location"]
    return kept + [(b"location", address_here(each, host).encode("latin-1")) for each in found]


def _uncached(headers: Headers) -> Headers:
    return [each for each in headers if each[0].lower() != b"cache-control"] + [(b"cache-control", b"no-store")]


class _InlineScripts(HTMLParser):
    """Collects the text of script elements that have no address of their own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: list[str] = []
        self._parts: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and not any(name == "src" for name, _ in attrs):
            self._parts = []

    def handle_data(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._parts is not None:
            self.texts.append("".join(self._parts))
            self._parts = None


def _answers_to(host: str, settings: Settings) -> bool:
    try:
        return settings.answers_to(host)
    except ValueError:  # Brackets that hold no IPv6 address.
        return False


def _same_origin(origin: str, host: str, settings: Settings) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    return parts.netloc.casefold() == host.casefold() or origin.casefold() == settings.origin.casefold()


def _cache_rule(path: str, *, is_api: bool) -> str:
    if is_api:
        return "no-store"
    return f"public, max-age={_YEAR_S}, immutable" if _HASHED_FILE.fullmatch(path) else "no-cache"


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: tuple[int, str, str], headers: Headers) -> None:
    status, code, detail = refusal
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    problem = {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail}
    start = [(b"content-type", b"application/problem+json"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})


def _settings_of_app() -> Settings:
    from jambot.services import services

    return services().settings


def _built_pages() -> Path:
    from reflex.utils.prerequisites import get_web_dir
    from reflex_base import constants

    return Path(get_web_dir()) / constants.Dirs.STATIC
