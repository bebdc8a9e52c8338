"""The client: one object for the whole API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from jambot.client.admin import Admin
from jambot.client.chats import Chats
from jambot.client.outbox import Outbox
from jambot.client.sessions import Sessions
from jambot.client.shapes import User
from jambot.client.transport import WAITS_S, Transport
from jambot.client.work import Work


class JamBot(Sessions, Chats, Work):
    """A person's JamBot, from a program. Use it in an `async with` block. `admin` has the calls that admins may make.

    Args:
        base_url: the address people use in their browser.
        access_token: of an earlier sign-in; it lives minutes.
        outbox_path: a file that keeps unsent messages across restarts of the program; in memory without it.
        waits_s: seconds between attempts while the server is away.
    """

    def __init__(
        self,
        base_url: str,
        *,
        access_token: str | None = None,
        outbox_path: Path | None = None,
        waits_s: Sequence[float] = WAITS_S,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._transport = Transport(base_url, waits_s=waits_s, transport=transport, sleep=sleep)
        self._transport.access_token = access_token
        self._flushing = asyncio.Lock()
        self.outbox = Outbox(outbox_path)
        self.admin = Admin(self._transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    async def sign_in(self, email: str, password: str) -> User:
        """Sign in; later calls are made as this person, and the access token is renewed by itself.

        Raises:
            NotSignedIn: e-mail and password do not match.
        """
        answer = await self._transport.call(
            "POST", "/auth/login", once=True, json={"email": email, "password": password}
        )
        self._transport.access_token = answer["access_token"]
        self._transport.refresh_token = answer.get("refresh_token")
        return User.model_validate(answer["user"])

    async def sign_out(self) -> None:
        """End this login. Workspaces stay as they are."""
        await self._transport.call("POST", "/auth/logout", once=True)
        self._transport.access_token = self._transport.refresh_token = None

    async def me(self) -> User:
        """Who is signed in."""
        return User.model_validate((await self._transport.call("GET", "/auth/me"))["user"])
