"""What the socket lets in, before Reflex looks at it.

Reflex runs any event of any size at any rate, keeps whatever routing data a browser claims, and logs what it cannot
read together with the cookie. Everything a browser sends passes here first: known names, clean values, a fair rate.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.state import StateUpdate
from reflex_base.constants import SocketEvent
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext
from socketio.exceptions import ConnectionRefusedError as Refused

from jambot.auth.devices import address_behind, limit_key
from jambot.clean import clean, clean_text
from jambot.web.quiet import quieten
from jambot.web.states.tab import Standing, TabState
from jambot.web.tabs import Tabs, tabs

EVENTS_PER_SECOND = 20.0
BURST = 60.0
REFUSED_BEFORE_CLOSING = 500
SOCKETS_PER_ADDRESS = 100
SOCKETS = 10_000
LONGEST_QUERY = 512

_ROUTER_KEYS = ("pathname", "query", "asPath")
_BOOT = f"{rx.State.get_full_name()}.hydrate_and_load"
_FROM_BROWSER = frozenset({"event", "ping", "client_error"})


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a steady rate. `now` is in seconds and never goes back."""

    at: float
    tokens: float = BURST
    refused: int = 0

    def take(self, now: float) -> bool:
        self.tokens = min(BURST, self.tokens + (now - self.at) * EVENTS_PER_SECOND)
        self.at = now
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        return True


def readable(data: Any, known: Callable[[str], bool]) -> dict[str, Any] | None:
    """The event in a frame, cleaned, or None when the frame is not one that this app's page would send."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not known(data["name"]):
        return None
    payload, routing = data.get("payload") or {}, data.get("router_data") or {}
    if not isinstance(payload, dict) or not isinstance(routing, dict):
        return None
    if data["name"] == _BOOT:
        # JamBot keeps no variables in browsers, so none come back; an odd one would make Reflex quote it.
        payload = {**payload, "vars": None}
    try:
        return {
            "name": data["name"],
            "payload": clean(payload),
            "router_data": _routing(clean({key: routing[key] for key in _ROUTER_KEYS if key in routing})),
        }
    except (ValueError, RecursionError):
        return None


def _report(data: Any) -> dict[str, str] | None:
    """A page's report of an error of its own, as much of it as may stand in a log."""
    if not isinstance(data, dict):
        return None
    return {
        key: clean_text(data[key])[:200] for key in ("error_type", "substate", "message") if _is_text(data.get(key))
    }


def _routing(claimed: dict[str, Any]) -> dict[str, Any]:
    """Routing data of the shape Reflex expects; it fails on anything else, with a traceback.

    What stands behind a hash sign is left out: in a one-time link that is its secret, and a state keeps its address.
    """
    kept: dict[str, Any] = {
        key: claimed[key].partition("#")[0][:2048] for key in ("pathname", "asPath") if _is_text(claimed.get(key))
    }
    query = claimed.get("query")
    if isinstance(query, dict):
        kept["query"] = {key: value for key, value in list(query.items())[:20] if _is_text(value) and len(value) < 2048}
    return kept


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


@dataclass(slots=True)
class Gate:
    """Decides for every frame of every socket.

    `inner` is the namespace's own dispatch. The three frames of the page pass; a frame that calls itself `connect`
    would otherwise reach Reflex's connect handler with a forged environment.
    """

    app: Any
    inner: Callable[..., Any]
    registry: Tabs
    trusted_proxy_hops: int = 0
    clock: Callable[[], float] = time.monotonic
    buckets: dict[str, Bucket] = field(default_factory=dict)
    address_of: dict[str, str] = field(default_factory=dict)
    per_address: Counter[str] = field(default_factory=Counter)

    async def dispatch(self, event: Any, *args: Any) -> Any:
        """Takes the place of the namespace's `trigger_event`."""
        if not args or not isinstance(event, str):
            return None
        sid = args[0]
        if event == "connect":
            return await self._connect(sid, args)
        if event == "disconnect":
            return await self._disconnect(sid, args)
        bucket = self.buckets.get(sid)
        if event not in _FROM_BROWSER or len(args) > 2 or bucket is None:
            return None
        if not bucket.take(self.clock()):
            return await self._too_fast(sid, bucket)
        if event == "ping":
            return await self.inner(event, sid)
        if event == "client_error":
            return await self.inner(event, sid, _report(args[1] if len(args) == 2 else None))
        frame = readable(args[1] if len(args) == 2 else None, _is_known)
        return None if frame is None else await self.inner("event", sid, frame)

    async def _connect(self, sid: str, args: tuple[Any, ...]) -> Any:
        environ = args[1] if len(args) > 1 else None
        if environ is None or environ is not self.app.sio.get_environ(sid, self.app.event_namespace.namespace):
            return None
        address = limit_key(_address(environ, self.trusted_proxy_hops))
        if sid in self.address_of:
            return None
        if len(self.buckets) >= SOCKETS or self.per_address[address] >= SOCKETS_PER_ADDRESS or _odd_query(environ):
            raise Refused("busy")
        self.buckets[sid] = Bucket(self.clock())
        self.address_of[sid] = address
        self.per_address[address] += 1
        try:
            return await self.inner("connect", sid, environ, _boot(args[2] if len(args) > 2 else None))
        except BaseException:
            self._release(sid)
            raise

    async def _disconnect(self, sid: str, args: tuple[Any, ...]) -> Any:
        namespace = self.app.event_namespace
        if self.app.sio.manager.is_connected(sid, namespace.namespace):
            return None  # A frame from the browser with this name; the socket itself is still there.
        self._release(sid)
        token = namespace.sid_to_token.get(sid)
        if token is not None:
            self.registry.forget(token)
        return await self.inner("disconnect", *args)

    async def _too_fast(self, sid: str, bucket: Bucket) -> None:
        namespace = self.app.event_namespace
        if bucket.refused == 1:
            update = StateUpdate(delta={TabState.get_full_name(): {f"standing{FIELD_MARKER}": Standing.TOO_FAST.value}})
            await namespace.emit(str(SocketEvent.EVENT), update, to=sid)
        elif bucket.refused > REFUSED_BEFORE_CLOSING:
            await self.app.sio.disconnect(sid, namespace.namespace)

    def _release(self, sid: str) -> None:
        self.buckets.pop(sid, None)
        address = self.address_of.pop(sid, None)
        if address is not None:
            self.per_address[address] -= 1
            if not self.per_address[address]:
                del self.per_address[address]


def harden(app: Any, *, registry: Tabs | None = None, trusted_proxy_hops: int = 0) -> Gate:
    """Put the gate in front of the app's sockets and quieten what other libraries say about their frames.

    Call it once, right after `rx.App(...)`.
    """
    namespace = app.event_namespace
    gate = Gate(
        app=app,
        inner=namespace.trigger_event,
        registry=registry or tabs,
        trusted_proxy_hops=trusted_proxy_hops,
    )
    namespace.trigger_event = gate.dispatch
    quieten()
    return gate


def _is_known(name: str) -> bool:
    return name in RegistrationContext.get().event_handlers


def _boot(auth: Any) -> dict[str, Any] | None:
    """The payload of the connect frame: the first event, and which build the page is of."""
    if not isinstance(auth, dict):
        return None
    frame = readable(auth.get("event"), _is_known)
    schema = auth.get("state_schema")
    kept = {"state_schema": schema[:64]} if isinstance(schema, str) else {}
    return {**kept, "event": frame} if frame is not None else kept


def _address(environ: dict[str, Any], hops: int) -> str:
    scope = environ.get("asgi.scope", {})
    client = scope.get("client")
    peer = str(client[0]) if client else str(environ.get("REMOTE_ADDR", ""))
    told = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"x-forwarded-for"]
    return address_behind(peer, told, hops=hops)


def _odd_query(environ: dict[str, Any]) -> bool:
    """Whether the address is longer than a page would make it; Reflex would keep a megabyte of tab token."""
    return len(environ.get("QUERY_STRING", "")) > LONGEST_QUERY
