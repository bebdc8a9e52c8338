"""Who may send which event. A handler that carries no mark is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from jambot.access import Action, Principal, may

_Handler = TypeVar("_Handler", bound=Callable[..., Any])
_MARK = "_jambot_access"


class Access(StrEnum):
    """Who an event handler is open to."""

    PUBLIC = "public"
    USER = "user"
    ADMIN = "admin"
    NOBODY = "nobody"


def public(handler: _Handler) -> _Handler:
    """Open a handler to everybody, signed in or not. Put it under `@rx.event`."""
    return _marked(handler, Access.PUBLIC)


def signed_in(handler: _Handler) -> _Handler:
    """Open a handler to people who are signed in. Put it under `@rx.event`."""
    return _marked(handler, Access.USER)


def admins(handler: _Handler) -> _Handler:
    """Open a handler to admins. Put it under `@rx.event`."""
    return _marked(handler, Access.ADMIN)


def access_of(name: str, registered: RegisteredEventHandler) -> Access | None:
    """Who handler `name` is open to; None when nobody decided, which the guard treats as nobody."""
    mark = getattr(registered.handler.fn, _MARK, None)
    if isinstance(mark, Access):
        return mark
    return _FRAMEWORK.get(".".join(name.rsplit(".", 2)[-2:]))


def policy() -> Mapping[str, Access]:
    """Handler name on the wire to who may send it, for every handler this app has at the moment."""
    handlers = RegistrationContext.get().event_handlers
    return {name: access_of(name, each) or Access.NOBODY for name, each in handlers.items()}


def admits(access: Access, principal: Principal | None) -> bool:
    """Whether `principal` (None: not signed in) may send an event that is open to `access`."""
    if access is Access.PUBLIC:
        return True
    if access is Access.NOBODY or principal is None:
        return False
    return may(principal, Action.ADMINISTER if access is Access.ADMIN else Action.USE_APP)


def _marked(handler: _Handler, access: Access) -> _Handler:
    setattr(handler, _MARK, access)
    return handler


class _Framework(dict[str, Access]):
    """Reflex's own handlers by state and name; `setvar`, which every state inherits, is closed on all of them."""

    def get(self, key: str, default: Any = None) -> Any:
        return Access.NOBODY if key.endswith(".setvar") else super().get(key, default)


_FRAMEWORK = _Framework(
    {
        "reflex___state____state.hydrate": Access.PUBLIC,
        "reflex___state____state.hydrate_and_load": Access.PUBLIC,
        "reflex___state____state.set_is_hydrated": Access.PUBLIC,
        "reflex___state____on_load_internal_state.on_load_internal": Access.PUBLIC,
        "reflex___state____on_load_internal_state.set_is_hydrated": Access.PUBLIC,
        "reflex___state____frontend_event_exception_state.handle_frontend_exception": Access.PUBLIC,
        # Writes variables that the browser keeps; JamBot has none, and would not trust them.
        "reflex___state____update_vars_internal_state.update_vars_internal": Access.NOBODY,
    }
)
