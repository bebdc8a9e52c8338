"""The real event processor of Reflex with a guard in front, in this process, without a server or a browser."""

from __future__ import annotations

import dataclasses
import uuid
from types import TracebackType
from typing import Any

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import BaseState
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext

from jambot.access import Principal
from jambot.auth.devices import Device
from jambot.errors import Unavailable


class KnownCookies:
    """Says who is behind a cookie, and forgets them on request. Stands where the login store stands."""

    def __init__(self, **principals: Principal) -> None:
        self.principals = dict(principals)
        self.reachable = True

    async def __call__(self, state: BaseState) -> Principal | None:
        if not self.reachable:
            raise Unavailable
        return self.principals.get(state.router.headers.cookie.removeprefix("jam_sid="))


class PageApp:
    """As much of an `rx.App` as a guard uses: its middleware and which handlers load a page."""

    def __init__(self, guard: rx.Middleware, loads: dict[str, list[Any]]) -> None:
        self._guard = guard
        self._loads = loads

    def get_load_events(self, path: str) -> list[Any]:
        return self._loads.get(path, [])

    def add_load(self, path: str, handler: Any) -> None:
        """The page at `path` is loaded by `handler` too."""
        self._loads.setdefault(path, []).append(handler)

    async def _preprocess(self, state: Any, event: Event) -> Any:
        return await self._guard.preprocess(self, state, event)  # pyright: ignore[reportArgumentType]


class Harness:
    """One tab. `fire` sends an event with a cookie and waits until everything it caused is done."""

    def __init__(self, app: PageApp, *, token: str | None = None, states: StateManagerMemory | None = None) -> None:
        self.token = token or str(uuid.uuid4())
        self.states = states or StateManagerMemory()
        self.deltas: list[dict[str, Any]] = []
        self.events: list[Event] = []
        self._app = app

    async def __aenter__(self) -> Harness:
        # A fork, because a registry keeps the first app it is given for good.
        registry = RegistrationContext.get().fork()
        registry._set_app(self._app)  # pyright: ignore[reportArgumentType]
        before = RegistrationContext.set(registry)
        self._processor = BaseStateEventProcessor(middleware=self._app, backend_exception_handler=None)  # pyright: ignore
        self._processor.configure(state_manager=self.states)

        async def emit_delta(_token: str, delta: Any) -> None:
            self.deltas.append({state: dict(values) for state, values in delta.items()})

        async def emit_event(_token: str, *events: Event) -> None:
            self.events.extend(events)

        self._processor._root_context = dataclasses.replace(
            self._processor._root_context, emit_delta_impl=emit_delta, emit_event_impl=emit_event
        )
        await self._processor.start()
        RegistrationContext.reset(before)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._processor.stop()
        await self.states.close()

    async def fire(
        self,
        spec: Any,
        *,
        cookie: str = "",
        path: str = "/desk",
        payload: dict[str, Any] | None = None,
        device: Device | None = None,
    ) -> None:
        event = Event.from_event_type(spec)[0]
        routing = {
            "pathname": path,
            "asPath": path,
            "headers": {
                "cookie": f"jam_sid={cookie}" if cookie else "",
                **({"user-agent": device.user_agent} if device else {}),
            },
            "ip": device.ip_address if device else "",
            "token": self.token,
        }
        sent = Event(name=event.name, payload=event.payload if payload is None else payload, router_data=routing)
        await (await self._processor.enqueue(self.token, sent)).wait_all()

    async def state(self, cls: type[rx.State]) -> Any:
        root = await self.states.get_state(rx.BaseStateToken(ident=self.token, cls=rx.State))
        return await root.get_state(cls)

    def seen(self, cls: type[rx.State], name: str) -> list[Any]:
        """Every value of a variable that was sent to the browser, oldest first."""
        key = f"{name}{FIELD_MARKER}"
        return [delta[cls.get_full_name()][key] for delta in self.deltas if key in delta.get(cls.get_full_name(), {})]
