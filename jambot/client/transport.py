"""One call over HTTP: who asks, what to do when the server is away, and what an error means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from uuid import uuid4

import httpx

from jambot.client.errors import ApiError, NotSignedIn, Offline, error_of

WAITS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
LONGEST_WAIT_S = 30.0


class Transport:
    """Calls the API. A call that may be repeated without harm is, after each of `waits_s`, while the server is away.

    POST is made repeatable by an `Idempotency-Key`, which `call` adds unless the body names itself (`keyed=False`);
    a call that signs in has none and is made once.
    """

    def __init__(
        self,
        base_url: str,
        *,
        waits_s: Sequence[float] = WAITS_S,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        timeout_s: float = 60.0,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/api",
            transport=transport,
            timeout=timeout_s,
            # Signing in also sets a cookie, for browsers; a program has its token and must not come with both.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self._waits_s = tuple(waits_s)
        self._sleep = sleep
        self.access_token: str | None = None
        self.refresh_token: str | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        once: bool = False,
        keyed: bool = True,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Any:
        """The JSON of the answer, None when it has none. `once` forbids repeating.

        Raises:
            ApiError: see `jambot.client.errors`.
        """
        answer = await self.raw(method, path, once=once, keyed=keyed, headers=headers, **options)
        return answer.json() if answer.content else None

    async def raw(
        self,
        method: str,
        path: str,
        *,
        once: bool = False,
        keyed: bool = True,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """`call`, with the answer as it came."""
        sent = dict(headers or {})
        if method == "POST" and keyed and not once:
            sent.setdefault("Idempotency-Key", str(uuid4()))
        waits = iter(() if once else self._waits_s)
        while True:
            try:
                return await self._signed_in(method, path, sent, options)
            except Offline as away:
                wait_s = next(waits, None)
                if wait_s is None:
                    raise
                await self._sleep(min(max(wait_s, away.retry_after_s or 0), LONGEST_WAIT_S))

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        """An answer to be read as it comes. Never repeated here. Raises `ApiError`."""
        try:
            async with self._http.stream(method, path, headers=self._authorization(), **options) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise _error(answer)
                yield answer
        except httpx.TransportError as error:
            raise Offline("The server was not reached.") from error

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _signed_in(
        self, method: str, path: str, headers: Mapping[str, str], options: Mapping[str, Any]
    ) -> httpx.Response:
        try:
            return await self._once(method, path, headers, options)
        except NotSignedIn:
            if self.refresh_token is None or self.access_token is None:
                raise
        await self._refresh()
        return await self._once(method, path, headers, options)

    async def _refresh(self) -> None:
        # Works once, so it is forgotten before it is sent: sent twice it would end the whole login.
        token, self.refresh_token = self.refresh_token, None
        self.access_token = None
        answer = await self._once("POST", "/auth/refresh", {}, {"json": {"refresh_token": token}})
        found = answer.json()
        self.access_token, self.refresh_token = found["access_token"], found.get("refresh_token")

    async def _once(
        self, method: str, path: str, headers: Mapping[str, str], options: Mapping[str, Any]
    ) -> httpx.Response:
        try:
            answer = await self._http.request(method, path, headers={**headers, **self._authorization()}, **options)
        except httpx.TransportError as error:
            raise Offline("The server was not reached.") from error
        if answer.is_error:
            raise _error(answer)
        return answer

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}


def _error(answer: httpx.Response) -> ApiError:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    return error_of(answer.status_code, problem, answer.headers.get("retry-after"))
