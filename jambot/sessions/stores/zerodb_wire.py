"""Requests to ZeroDB: tables over REST. Knows keys, time limits and retries, and nothing of sessions."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection
from typing import Any

import httpx
import msgspec

from jambot.sessions.breaker import Breaker
from jambot.sessions.errors import BadConfiguration, StoreUnavailable

_TRIES = 4
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
# Refused before anything was done. After any other failure the request may have been, or may still be, carried out.
_NOT_DONE = {429, 503}

Row = dict[str, Any]
Rows = list[Row]


class Wire:
    """One table of one project.

    Every request may be sent again: queries change nothing, an upsert writes the same rows, a delete finds nothing
    more. What a late duplicate could still do is the caller's to know, so each write says whether it is `certain` that
    none is under way.

    Args:
        timeout_s: the longest a request takes in all, its retries included.
    """

    def __init__(
        self, base_url: str, *, api_key: str, project_id: str, table: str, timeout_s: float, connections: int = 32
    ) -> None:
        if not base_url.startswith(("https://", "http://")):
            raise BadConfiguration("store", "a ZeroDB is https://<host>/<path>")
        self._table = table
        self._timeout_s = timeout_s
        self.breaker = Breaker("zerodb")
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"Authorization": f"Bearer {api_key}", "X-Project-ID": project_id},
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            timeout=None,  # noqa: S113 - each request has a limit for the whole of it, below
            follow_redirects=False,
        )

    async def create_table(self, columns: dict[str, str], indexes: list[str]) -> None:
        """Make the table if it is not there."""
        body = {"name": self._table, "primary_key": "id", "columns": columns, "indexes": indexes}
        await self._send("/tables", body, self._timeout_s, accepted={409})

    async def query(self, wanted: Row, *, limit: int, select: list[str] | None = None) -> Rows:
        """Up to `limit` of the rows that match, in no order."""
        body = {"filter": wanted, "limit": limit, **({"select": select} if select else {})}
        answer, _ = await self._send(f"/tables/{self._table}/query", body, self._timeout_s)
        return _checked(answer.get("rows"), list)

    async def upsert(self, rows: Rows, *, within_s: float | None = None) -> bool:
        """Write the rows over those with their ids. Returns whether it is certain that no duplicate is under way."""
        limit_s = self._timeout_s if within_s is None else min(within_s, self._timeout_s)
        _, certain = await self._send(f"/tables/{self._table}/upsert", {"rows": rows}, limit_s)
        return certain

    async def delete(self, wanted: Row, *, within_s: float | None = None) -> bool:
        """Remove what matches. Returns whether it is certain that no duplicate is under way."""
        limit_s = self._timeout_s if within_s is None else min(within_s, self._timeout_s)
        answer, certain = await self._send(f"/tables/{self._table}/delete", {"filter": wanted}, limit_s)
        _checked(answer.get("deletedCount"), int)
        return certain

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _send(self, path: str, body: Row, limit_s: float, *, accepted: Collection[int] = ()) -> tuple[Row, bool]:
        content, certain = msgspec.json.encode(body), True
        problem = "ZeroDB does not answer."
        if self.breaker.refuses():
            raise StoreUnavailable(problem)
        try:
            async with asyncio.timeout(limit_s):
                for attempt in range(_TRIES):
                    pause_s = min(_FIRST_PAUSE_S * 4**attempt, _LONGEST_PAUSE_S) * (0.5 + random.random())  # noqa: S311
                    try:
                        # Half the limit, so that one lost packet does not cost the whole request.
                        async with asyncio.timeout(limit_s / 2):
                            answer = await self._client.post(path, content=content, headers=_JSON)
                    except (httpx.HTTPError, TimeoutError, OSError):
                        certain = False
                    else:
                        self.breaker.answered()
                        if answer.is_success or answer.status_code in accepted:
                            return _body(answer), certain
                        problem = _problem(answer.status_code)
                        if answer.status_code != 429 and answer.status_code < 500:
                            break
                        certain = certain and answer.status_code in _NOT_DONE
                        pause_s = max(pause_s, _asked_pause_s(answer))
                    if attempt + 1 < _TRIES:
                        await asyncio.sleep(pause_s)
        except TimeoutError:
            pass
        if not certain:
            self.breaker.timed_out()
        raise StoreUnavailable(problem)


_JSON = {"Content-Type": "application/json"}


def _body(answer: httpx.Response) -> Row:
    try:
        return _checked(msgspec.json.decode(answer.content), dict)
    except msgspec.MsgspecError as exc:
        raise StoreUnavailable("ZeroDB answered with something that is not JSON.") from exc


def _checked(value: Any, expected: type) -> Any:
    if not isinstance(value, expected):
        raise StoreUnavailable("ZeroDB answered with something that is not in its contract.")
    return value


def _asked_pause_s(answer: httpx.Response) -> float:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0


def _problem(status: int) -> str:
    if status in (401, 403):
        return "ZeroDB refused the API key or the project."
    if status == 404:
        return "ZeroDB has no such table; start the store first."
    if status == 429:
        return "ZeroDB is asked too much. Try again in a moment."
    return f"ZeroDB answered with status {status}."
