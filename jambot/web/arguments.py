"""Checks what a browser sends with an event against the handler's own annotations.

Reflex only warns when a payload does not fit and then runs the handler with whatever came; it also lets the browser
fill any keyword the handler happens to have. Here a payload fits exactly or the handler does not run.
"""

from __future__ import annotations

import inspect
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext


def acceptable(event: Event) -> bool:
    """Whether the payload of `event` has the arguments its handler wants: these names, these types, no others."""
    registered = RegistrationContext.get().event_handlers.get(event.name)
    if registered is None:
        return False
    try:
        arguments_of(registered.handler.fn).model_validate(event.payload or {})
    except (ValidationError, RecursionError):
        return False
    return True


@lru_cache(maxsize=2048)
def arguments_of(fn: Any) -> type[BaseModel]:
    """The shape of a handler's arguments as a strict model."""
    hints = get_type_hints(fn)
    parameters = list(inspect.signature(fn).parameters.values())[1:]
    fields: dict[str, Any] = {
        # A field's own name may be one pydantic keeps for itself, so the argument's name is only an alias.
        f"argument_{position}": (
            hints.get(each.name, Any),
            _field(each),
        )
        for position, each in enumerate(parameters)
        if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    }
    return create_model(
        "Arguments", __config__=ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True), **fields
    )


def _field(parameter: inspect.Parameter) -> Any:
    if parameter.default is parameter.empty:
        return Field(alias=parameter.name)
    return Field(default=parameter.default, alias=parameter.name)
