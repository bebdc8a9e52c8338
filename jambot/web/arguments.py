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
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY


def acceptable(event: Event) -> bool:
    """Whether the payload of `event` has the arguments its handler wants: these names, these types, no others."""
    registered = RegistrationContext.get().event_handlers.get(event.name)
    if registered is None:
        return False
    try:
        payload = {name: _as_the_handler_gets_it(value) for name, value in (event.payload or {}).items()}
        arguments_of(registered.handler.fn).model_validate(payload)
    except (ValidationError, RecursionError, TypeError, ValueError):
        return False
    return True


def _as_the_handler_gets_it(value: Any) -> Any:
    """A submitted form travels as its list of names and values; a handler is given the dict of them."""
    if isinstance(value, dict) and set(value) == {FORM_DATA_ENTRIES_KEY}:
        return {name: text for name, text in value[FORM_DATA_ENTRIES_KEY]}  # noqa: C416  a pair and nothing else
    return value


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
