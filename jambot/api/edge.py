"""The edge of the API: request ids, the origin rule, clean bodies, and a calm answer to whatever goes wrong inside.

Plain ASGI. The page is served through the same app, so everything but /api passes at the cost of one comparison.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jambot.api import errors
from jambot.api.at_once import AtOnce
from jambot.api.bodies import strict_receive
from jambot.api.headers import UNSAFE, client_address, refuse_cross_site, refuse_large_headers, refuse_odd_query
from jambot.api.idempotency import BODY, Once
from jambot.auth.devices import limit_key
from jambot.errors import JamBotError
from jambot.log import get_log
from jambot.meter import meter
from jambot.services import services

WAITS_FOR_ROOM = timedelta(seconds=1)
MOST_ARRIVING = 64
log = get_log(__name__)


class Edge:
    """Stands around the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._once = Once(app)
        self._arriving = AtOnce(MOST_ARRIVING, "bodies from one place")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/livez", "/readyz", "/metrics")):
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(send, request_id, is_head=scope["method"] == "HEAD")
        if answer.is_head:
            scope["method"] = "GET"
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._counted(scope, receive, answer)
            except JamBotError as error:
                await self._end(answer, scope, receive, errors.of_error(error, request_id))
            except Exception:
                meter.count("errors")
                log.exception("api.fault", path=scope["path"], method=scope["method"])
                await self._end(answer, scope, receive, errors.of_fault(request_id))
        if login_id := scope["state"].get("login_id"):
            services().desk.health.record(login_id, failed=answer.status >= 500)

    async def _counted(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        """Let a request in while there is room. Probes always are; a stream gives its room back once it flows."""
        receive = await self._arrived(scope, receive)
        within = self._once if scope["method"] in UNSAFE else self._app
        if not scope["path"].startswith("/api/"):
            await within(scope, receive, answer)
            return
        async with AsyncExitStack() as room:
            await room.enter_async_context(services().sessions.admit(wait=WAITS_FOR_ROOM))
            answer.at_stream = room.aclose
            await within(scope, receive, answer)

    async def _arrived(self, scope: Scope, receive: Receive) -> Receive:
        """A `receive` that has the whole body, of a request that may come in. It takes no room: a sender who lets it
        trickle in keeps nobody waiting."""
        refuse_large_headers(scope)
        refuse_odd_query(scope)
        if scope["method"] not in UNSAFE:
            return receive
        settings = services().settings
        refuse_cross_site(scope, settings)
        with self._arriving.one(limit_key(client_address(scope, settings))):
            receive, scope[BODY] = await strict_receive(scope, receive)
        return receive

    async def _end(self, answer: _Answer, scope: Scope, receive: Receive, response: ASGIApp) -> None:
        if not answer.has_started:
            await response(scope, receive, answer)


class _Answer:
    """A `send` that adds what every answer of the API carries."""

    def __init__(self, send: Send, request_id: str, *, is_head: bool) -> None:
        self._send = send
        self._request_id = request_id
        self.is_head = is_head
        self.has_started = False
        self.status = 0
        self._began = time.perf_counter()
        self.at_stream: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            self.status = message["status"]
            meter.took("http", time.perf_counter() - self._began)
            meter.count(f"http.{message['status'] // 100}xx")
            headers = list(message.get("headers", ()))
            headers.append((b"x-request-id", self._request_id.encode()))
            if self.at_stream is not None and (b"content-type", b"text/event-stream") in _begun(headers):
                await self.at_stream()
            if not any(name.lower() == b"cache-control" for name, _ in headers):
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        elif self.is_head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def _begun(headers: Iterable[tuple[bytes, bytes]]) -> set[tuple[bytes, bytes]]:
    """Headers in lower case, without parameters."""
    return {(name.lower(), value.partition(b";")[0].lower()) for name, value in headers}
