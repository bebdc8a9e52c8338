"""A store that tells how long each of its operations took."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from jambot.sessions.stores.protocol import SessionStore


def timed(store: SessionStore, took: Callable[[float], None]) -> SessionStore:
    """`store`, whose every awaited operation reports its seconds to `took`, also when it fails."""
    return cast(SessionStore, _Timed(store, took))


class _Timed:
    """Stands in for any store: what it is asked for it takes from the store once, and keeps."""

    def __init__(self, store: SessionStore, took: Callable[[float], None]) -> None:
        self._store = store
        self._took = took

    def __getattr__(self, name: str) -> Any:
        given = getattr(self._store, name)
        if not inspect.iscoroutinefunction(given):
            return given
        took, clock = self._took, time.perf_counter

        @wraps(given)
        async def operation(*args: Any, **options: Any) -> Any:
            began = clock()
            try:
                return await given(*args, **options)
            finally:
                took(clock() - began)

        self.__dict__[name] = operation
        return operation
