"""A page with the elements the scripts know, and a server that answers as JamBot's does and can be told to fail.

It lets the scripts run in a real browser under the real policy, without the front-end build.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from jambot.web.csp import page_policy
from tests.web.pages import page

SCRIPTS = Path(__file__).parents[2] / "assets" / "js"
START = b'import { start } from "/js/main.js"; start();'
_TYPES = {".js": "text/javascript", ".css": "text/css"}
Answer = tuple[int, dict[str, Any] | None]


class StubServer:
    """What the server knows and has heard. `fail` may answer in its stead: it gets method, path and body."""

    def __init__(self) -> None:
        self.user: str | None = "ada"
        self.drafts: dict[str, dict[str, Any]] = {}
        self.turns: list[dict[str, Any]] = []
        self.heard: list[tuple[str, str, Any]] = []
        self.answering: set[str] = set()
        self.places: dict[str, Any] = {}
        self.fail: Callable[[str, str, Any], Answer | None] = lambda method, path, body: None
        self._lock = threading.Lock()

    def __enter__(self) -> StubServer:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://localhost:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    def draft(self, workspace: str = "w1") -> dict[str, Any]:
        return self.drafts.setdefault(workspace, {"text": "", "caret": 0, "revision": 0, "device_id": ""})

    def said(self, workspace: str = "w1") -> list[str]:
        return [turn["content"] for turn in self.turns if turn["workspace_id"] == workspace]

    def answer(self, method: str, path: str, body: Any) -> Answer:
        with self._lock:
            self.heard.append((method, path, body))
            failure = self.fail(method, path, body)
            if failure is not None:
                return failure
            if method == "POST" and path == "/api/auth/login":
                self.user = str(body["email"]).split("@")[0]
                return 200, {"user": {"id": self.user}}
            if self.user is None:
                return 401, {"code": "session_expired", "detail": "You were signed out."}
            return self._signed_in(method, path, body)

    def _signed_in(self, method: str, path: str, body: Any) -> Answer:
        if found := re.fullmatch(r"/api/sessions/(\w+)/draft", path):
            return self._save_draft(found[1], body)
        if path == "/api/chat/turns":
            return self._turn(body)
        if path == "/api/place":
            self.places[body["workspace_id"]] = body["place"]
            return 204, None
        if path == "/api/auth/me":
            login = {"idle_ends_at": "2100-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}
            return 200, {"user": {"id": self.user}, "login": login}
        return 204, None

    def _save_draft(self, workspace: str, body: Any) -> Answer:
        stored = self.draft(workspace)
        if body["base_revision"] != stored["revision"] and body["text"] != stored["text"]:
            return 412, {"code": "stale_version", "current": stored}
        if body["text"] != stored["text"]:
            stored.update(text=body["text"], caret=body["caret"], revision=stored["revision"] + 1)
        return 200, {"revision": stored["revision"], "saved_at": "2026-01-05T12:04:31Z"}

    def _turn(self, body: Any) -> Answer:
        workspace = body["workspace_id"] or "made"
        if workspace in self.answering:
            return 409, {"code": "turn_in_progress", "detail": "Still answering."}
        if not any(turn["client_id"] == body["client_id"] for turn in self.turns):
            self.turns.append({**body, "workspace_id": workspace})
        return 202, {"workspace_id": workspace, "chat_id": "c", "message_id": "m", "sequence": 1, "answer_id": "a"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                if path.startswith("/js/"):
                    file = SCRIPTS / path.removeprefix("/js/")
                    self._send(200, file.read_bytes(), _TYPES[file.suffix])
                elif path == "/start.js":
                    self._send(200, START, "text/javascript")
                elif path.startswith("/api/"):
                    self._api("GET")
                elif path == "/livez":
                    self._send(200, b"ok", "text/plain")
                else:
                    self._send(200, page(stub, path).encode(), "text/html; charset=utf-8")

            def do_POST(self) -> None:
                self._api("POST")

            def do_PUT(self) -> None:
                self._api("PUT")

            def do_DELETE(self) -> None:
                self._api("DELETE")

            def _api(self, method: str) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(raw) if raw and "json" in (self.headers.get("Content-Type") or "") else None
                status, answer = stub.answer(method, self.path.split("?")[0], body)
                self._send(status, b"" if answer is None else json.dumps(answer).encode(), "application/json")

            def _send(self, status: int, body: bytes, kind: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Security-Policy", page_policy(self.headers.get("Host", ""), []))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler
