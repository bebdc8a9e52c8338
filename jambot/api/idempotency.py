"""`Idempotency-Key`: the same request sent again is answered again, not done again, for a day.

Only what succeeded is kept. A refused request did nothing, so doing it again is what its sender wants: an outbox that
was told "still answering" comes back with the same key.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jambot.api.deps import maybe_principal
from jambot.api.headers import header
from jambot.db.models import IdempotencyKey
from jambot.db.repositories import idempotency
from jambot.errors import IdempotencyMismatch, InProgress, InvalidInput
from jambot.services import services

BODY = "jambot.body"
LONGEST_KEY = 128
LONGEST_WAIT_S = 2.0
_LOOK_EVERY_S = 0.2
_LARGEST_ANSWER = 1_000_000
_KEPT_HEADERS = {b"content-type", b"location", b"etag"}
# Their answers hold secrets, which are shown once and never kept.
_NOT_KEPT = ("/api/auth/", "/api/admin/", "/api/keys")


class Once:
    """Stands between the edge and the routes; costs one look at the headers when there is no key."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: dict[tuple[str, str], asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = header(scope, b"idempotency-key") if scope.get(BODY) is not None else ""
        if not key or scope["path"].startswith(_NOT_KEPT):
            await self._app(scope, receive, send)
            return
        if len(key) > LONGEST_KEY or not key.isprintable():
            raise InvalidInput(f"An idempotency key has at most {LONGEST_KEY} printable characters.")
        me = await maybe_principal(Request(scope))
        if me is None:
            await self._app(scope, receive, send)
            return
        request_hash = _hash(scope)
        done = await self._claim(me.user_id, key, request_hash)
        if done is not None:
            await _repeat(done, send)
            return
        running = self._running[me.user_id, key] = asyncio.Event()
        try:
            await self._run(me.user_id, key, scope, receive, send)
        finally:
            running.set()
            self._running.pop((me.user_id, key), None)

    async def _claim(self, user_id: str, key: str, request_hash: str) -> IdempotencyKey | None:
        """None when the key is ours to work under, else the row with the answer.

        Raises:
            IdempotencyMismatch, InProgress
        """
        parts = services()
        until = asyncio.get_running_loop().time() + LONGEST_WAIT_S
        while True:
            now = parts.clock.now()
            # Two processes may both find no row; the unique key lets one of them add it, the other looks again.
            with suppress(IntegrityError):
                row = await parts.work.write(
                    lambda tx, now=now: idempotency.claim(
                        tx, user_id=user_id, key=key, request_hash=request_hash, now=now
                    )
                )
                if row is None:
                    return None
                if row.request_hash != request_hash:
                    raise IdempotencyMismatch
                if row.status_code != idempotency.IN_PROGRESS:
                    return row
            if asyncio.get_running_loop().time() >= until:
                raise InProgress(retry_after_s=1)
            running = self._running.get((user_id, key))
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await (running or asyncio.Event()).wait()

    async def _run(self, user_id: str, key: str, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        try:
            await self._app(scope, receive, answer)
        except Exception:
            await services().work.write(lambda tx: idempotency.release(tx, user_id, key))
            raise
        kept = answer.to_keep()
        if kept is None:
            await services().work.write(lambda tx: idempotency.release(tx, user_id, key))
        else:
            await services().work.write(
                lambda tx: idempotency.settle(tx, user_id, key, status_code=answer.status, answer=kept)
            )
        await answer.flush()


class _Answer:
    """Holds an answer back until it is kept, so that nobody saw one that a crash could make forgotten."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._held: list[Message] = []
        self._size = 0
        self._is_passing = False
        self._is_whole = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        self._held.append(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            types = [value for name, value in message["headers"] if name.lower() == b"content-type"]
            self._is_passing = any(value.startswith(b"text/event-stream") for value in types)
        elif message["type"] == "http.response.body":
            self._size += len(message.get("body", b""))
            self._is_whole = not message.get("more_body")
            self._is_passing = self._is_passing or self._size > _LARGEST_ANSWER
        if self._is_passing:
            await self.flush()

    async def flush(self) -> None:
        """Send what is held."""
        held, self._held = self._held, []
        for message in held:
            await self._send(message)

    def to_keep(self) -> str | None:
        """The answer as text; None when it is not one to keep."""
        if self._is_passing or not self._is_whole or not 200 <= self.status < 300:
            return None
        body = b"".join(message.get("body", b"") for message in self._held)
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in self._held[0]["headers"]
            if name.lower() in _KEPT_HEADERS
        ]
        try:
            return json.dumps({"headers": headers, "body": body.decode()})
        except UnicodeDecodeError:
            return None


async def _repeat(done: IdempotencyKey, send: Send) -> None:
    kept: dict[str, Any] = json.loads(done.answer)
    body = kept["body"].encode()
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept["headers"]]
    headers += [(b"content-length", str(len(body)).encode()), (b"idempotency-replayed", b"true")]
    await send({"type": "http.response.start", "status": done.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _hash(scope: Scope) -> str:
    parts = (scope["method"].encode(), scope["path"].encode(), scope.get("query_string", b""), scope[BODY])
    return sha256(b"\0".join(parts)).hexdigest()
