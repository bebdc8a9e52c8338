"""A page's socket without a page: what a hostile program can send, it can send with this."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import reflex as rx
from reflex_base.constants.state import FIELD_MARKER
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

NAMESPACE = "/_event"
HYDRATE = f"{rx.State.get_full_name()}.hydrate_and_load"


class RawSocket:
    """One connection. `heard` holds every update that came, oldest first."""

    def __init__(self, connection: ClientConnection, token: str) -> None:
        self.token = token
        self.heard: list[dict[str, Any]] = []
        self._connection = connection

    def send(self, name: Any, payload: Any = None, **routing: Any) -> None:
        """Send an event as a page does."""
        event = {"name": name, "payload": {} if payload is None else payload}
        self.emit("event", {**event, "router_data": {"pathname": "/", "asPath": "/", "query": {}, **routing}})

    def emit(self, *frame: Any) -> None:
        """Send any frame of the namespace."""
        self.send_text(f"42{NAMESPACE},{json.dumps(frame)}")

    def send_text(self, text: str | bytes) -> None:
        self._connection.send(text)

    def hear(self, within_s: float = 5) -> str:
        """The next frame, after answering pings and keeping updates; empty when none came in time."""
        try:
            text = str(self._connection.recv(timeout=within_s))
        except (TimeoutError, ConnectionClosed):
            return ""
        if text == "2":
            self._connection.send("3")
        elif text.startswith(f"42{NAMESPACE},"):
            kind, *body = json.loads(text.removeprefix(f"42{NAMESPACE},"))
            if kind == "event":
                self.heard.append(body[0] if isinstance(body[0], dict) else json.loads(body[0]))
            return str(kind)
        return text

    def settle(self) -> list[dict[str, Any]]:
        """Everything that came until the server answered a question asked now, so that nothing is still under way."""
        self.emit("ping")
        while self.hear() not in ("ping", ""):
            continue
        # Events are worked on behind the socket's back; a quiet tenth of a second ends a test's patience.
        while self.hear(0.15):
            continue
        return self.heard

    def is_alive(self) -> bool:
        """Whether the server still answers on this connection."""
        try:
            self.emit("ping")
        except ConnectionClosed:
            return False
        while answer := self.hear():
            if answer == "ping":
                return True
        return False

    def hydrate(self, path: str = "/") -> list[dict[str, Any]]:
        self.send(HYDRATE, {"vars": {}, "hashes": ["first"]}, pathname=path, asPath=path)
        # The first page of a server takes longer than a settled one's patience.
        while not any(HYDRATED in str(update) for update in self.heard) and self.hear(FIRST_PAGE_WITHIN_S):
            continue
        return self.settle()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], within_s: float = 5) -> dict[str, Any]:
        """The first update that is `wanted`."""
        checked = 0
        while True:
            for update in self.heard[checked:]:
                checked += 1
                if wanted(update):
                    return update
            if not self.hear(within_s):
                raise AssertionError(f"never heard in {self.heard}")


HYDRATED = "is_hydrated_rx_state_': True"
FIRST_PAGE_WITHIN_S = 3


@contextmanager
def raw_socket(
    url: str, *, cookie: str = "", token: str | None = None, origin: str | None = None, auth: Any = None
) -> Iterator[RawSocket]:
    """An open socket to the server at `url`, joined to the page's namespace."""
    token = token or str(uuid.uuid4())
    address = url.replace("http://", "ws://") + f"{NAMESPACE}/?EIO=4&transport=websocket&token={token}"
    headers = {"Cookie": cookie} if cookie else {}
    with connect(
        address, additional_headers=headers, origin=origin, max_size=None, open_timeout=10, proxy=None
    ) as connection:
        connection.recv(timeout=5)
        connection.send(f"40{NAMESPACE}," + (json.dumps(auth) if auth is not None else ""))
        socket = RawSocket(connection, token)
        joined = socket.hear()
        if not joined.startswith(f"40{NAMESPACE}"):
            raise ConnectionRefusedError(joined)
        yield socket
        with contextlib.suppress(ConnectionClosed):
            connection.close()


def value(update: dict[str, Any], state: type[rx.State], name: str) -> Any:
    """A variable in an update, or None."""
    return (update.get("delta") or {}).get(state.get_full_name(), {}).get(f"{name}{FIELD_MARKER}")
