"""A store that tells how long each of its operations took."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from jambot.sessions.stores.protocol import SessionStore

_ANSWERS_AT_ONCE = "look"


def timed(store: SessionStore, took: Callable[[float], None]) -> SessionStore:
    """`store`, whose every operation on sessions reports its seconds to `took`, also when it fails."""
    return cast(SessionStore, _Timed(store, took))


class _Timed:
    """Stands in for any store: what it is asked for it takes from the store once, and keeps."""

    def __init__(self, store: SessionStore, took: Callable[[float], None]) -> None:
        self._store = store
        self._took = took

    def __getattr__(self, name: str) -> Any:
        given = getattr(self._store, name)
        if inspect.iscoroutinefunction(given):
            kept = _awaited(given, self._took)
        elif name == _ANSWERS_AT_ONCE and given is not None:
            kept = _called(given, self._took)
        else:
            return given
        self.__dict__[name] = kept
        return kept


def _awaited(given: Callable[..., Any], took: Callable[[float], None]) -> Callable[..., Any]:
    clock = time.perf_counter

    @wraps(given)
    async def operation(*args: Any, **options: Any) -> Any:
        began = clock()
        try:
            return await given(*args, **options)
        finally:
            took(clock() - began)

    return operation


def _called(given: Callable[..., Any], took: Callable[[float], None]) -> Callable[..., Any]:
    clock = time.perf_counter

    def operation(*args: Any) -> Any:
        began = clock()
        try:
            return given(*args)
        finally:
            took(clock() - began)

    return operation
