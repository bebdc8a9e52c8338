"""The wrapper around the whole app: hosts, origins, headers."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from jambot.settings import Settings
from jambot.web.csp import address_here, page_policy, refused, script_hashes, secure


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, allowed_hosts="jam.example.org")


async def plain_app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        return
    own = [(b"content-security-policy", b"sandbox")] if scope["path"] == "/api/assets/1/content" else []
    status = 404 if scope["path"].startswith("/assets/gone") else 200
    await send({"type": "http.response.start", "status": status, "headers": own})
    await send({"type": "http.response.body", "body": b"fine"})


async def ask(
    settings: Settings,
    folder: Path,
    path: str = "/",
    *,
    method: str = "GET",
    kind: str = "http",
    app: Any = plain_app,
    **headers: str,
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if kind == "websocket" else "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    named = {"host": "localhost:3000", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in named.items()],
    }
    await secure(app, settings=settings, pages=folder)(scope, receive, send)
    return sent


def headers_of(sent: list[dict[str, Any]]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


async def test_every_answer_carries_the_security_headers(settings: Settings, tmp_path: Path):
    for path in ("/", "/api/auth/me", "/assets/index-a1b2c3d4.js", "/nowhere"):
        headers = headers_of(await ask(settings, tmp_path, path))
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "strict-transport-security" not in headers


async def test_a_redirect_stays_on_the_address_the_browser_knows(tmp_path: Path):
    async def redirecting(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"location", b"http://jam.example.org/login/?next=/w/1")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    settings = Settings(_env_file=None, public_url="https://jam.example.org")
    sent = await ask(settings, tmp_path, "/login", app=redirecting, host="jam.example.org")
    assert headers_of(sent)["location"] == "/login/?next=/w/1"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://localhost:3000/login/", "/login/"),
        ("https://localhost:3000/login/?a=b", "/login/?a=b"),
        ("http://localhost:3000///evil.example/../", "/evil.example/../"),
        ("http://localhost:3000//%5Cevil.example/", "/%5Cevil.example/"),
        ("http://localhost:3000/\\evil.example/", "/evil.example/"),
        ("http://localhost:3000//\\evil.example/", "/evil.example/"),
        ("/w/1", "/w/1"),
        ("https://elsewhere.example/x", "https://elsewhere.example/x"),
    ],
)
def test_a_redirect_here_never_leads_elsewhere(location: str, expected: str):
    assert address_here(location, "localhost:3000") == expected


async def test_https_is_remembered_by_browsers(tmp_path: Path):
    settings = Settings(_env_file=None, public_url="https://jam.example.org")
    headers = headers_of(await ask(settings, tmp_path, host="jam.example.org"))
    assert headers["strict-transport-security"].startswith("max-age=31536000")


async def test_an_answers_own_policy_is_kept(settings: Settings, tmp_path: Path):
    headers = headers_of(await ask(settings, tmp_path, "/api/assets/1/content"))
    assert headers["content-security-policy"] == "sandbox"


def test_a_page_runs_no_script_that_is_not_ours(tmp_path: Path):
    policy = page_policy("localhost:3000", ["sha256-abc="])
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self' 'sha256-abc='"
    assert "unsafe-eval" not in policy
    assert "connect-src 'self' ws://localhost:3000 wss://localhost:3000" in policy


def test_a_host_name_cannot_write_into_the_policy():
    assert "evil" not in page_policy("x; script-src evil", [])


def test_the_hashes_are_those_of_the_inline_scripts_in_the_build(tmp_path: Path):
    text = "window.a = '<b>&amp;</b>';\n"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "index.html").write_text(
        f'<html><script>{text}</script><script src="/x.js"></script><script type="module">import "y"</script></html>'
    )

    def hashed(script: str) -> str:
        return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"

    assert script_hashes(tmp_path) == {hashed(text), hashed('import "y"')}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/assets/index-a1b2c3d4.js", "public, max-age=31536000, immutable"),
        ("/assets/gone-a1b2c3d4.js", "no-store"),
        ("/js/journal.js", "no-cache"),
        ("/", "no-cache"),
        ("/api/auth/me", "no-store"),
    ],
)
async def test_only_files_named_by_their_content_are_kept_for_long(
    settings: Settings, tmp_path: Path, path: str, rule: str
):
    assert headers_of(await ask(settings, tmp_path, path))["cache-control"] == rule


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        ("localhost:3000", True),
        ("127.0.0.1:3000", True),
        ("[::1]:3000", True),
        ("jam.example.org", True),
        ("evil.example", False),
        ("jam.example.org.evil.example", False),
        ("localhost.evil.example", False),
        ("", False),
        ("[::1", False),
        ("[evil]", False),
        ("localhost\r\nx: y", False),
    ],
)
async def test_only_our_own_names_are_answered(settings: Settings, tmp_path: Path, host: str, answered: bool):
    sent = await ask(settings, tmp_path, host=host)
    assert (sent[0]["status"] == 200) is answered


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({}, True),
        ({"origin": "http://localhost:3000"}, True),
        ({"origin": "http://localhost:3000", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://localhost:3001"}, False),
        ({"origin": "http://localhost:3000.evil.example"}, False),
        ({"origin": "http://evil.example/localhost:3000"}, False),
        ({"origin": "http://x@localhost:3000"}, False),
        ({"origin": "null"}, False),
        ({"origin": "file://localhost:3000"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://[evil"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_change_is_accepted_only_from_our_own_pages(
    settings: Settings, headers: dict[str, str], let_in: bool, method: str
):
    answer = refused("http", method, {"host": "localhost:3000", **headers}, settings)
    assert (answer is None) is let_in
    assert let_in or answer[:2] == (403, "csrf")


def test_a_link_from_another_site_may_be_followed(settings: Settings):
    headers = {"host": "localhost:3000", "origin": "http://evil.example", "sec-fetch-site": "cross-site"}
    assert refused("http", "GET", headers, settings) is None


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({}, True),
        ({"origin": "http://localhost:3000"}, True),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"host": "evil.example", "origin": "http://evil.example"}, False),
    ],
)
async def test_a_socket_is_opened_only_from_our_own_pages(
    settings: Settings, tmp_path: Path, headers: dict[str, str], accepted: bool
):
    sent = await ask(settings, tmp_path, "/_event", kind="websocket", **headers)
    assert sent[0]["type"] == ("websocket.accept" if accepted else "websocket.close")
