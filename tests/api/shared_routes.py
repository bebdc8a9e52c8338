"""The API for tests, with routes that are built once."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI

from jambot.api.app import create_api


def fresh_api() -> FastAPI:
    """The API with an edge of its own, which is all that an app keeps of its requests; the services are a test's.

    The routes are those of every other test of the worker: building them takes as long as forty requests. A test that
    adds a route makes an app of its own with `create_api`.
    """
    api = _with_routes()
    api.middleware_stack = None  # made anew at the next request
    return api


@cache
def _with_routes() -> FastAPI:
    return create_api()
