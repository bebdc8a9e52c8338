"""The API as one app. It is mounted around the page's app, so it answers under /api and passes everything else on."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from pydantic.json_schema import models_json_schema
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from jambot.api import (
    account,
    admin,
    admin_actions,
    admin_figures,
    admin_sessions,
    admin_views,
    assets,
    auth,
    chats,
    devices,
    domains,
    drafts,
    errors,
    events,
    health,
    keys,
    missions,
    preferences,
    sessions,
    tools,
)
from jambot.api.edge import Edge
from jambot.errors import NotFound

# Every resource adds its router here.
ROUTERS: tuple[APIRouter, ...] = (
    auth.router,
    account.router,
    devices.router,
    domains.router,
    keys.router,
    admin.router,
    admin_sessions.router,
    admin_actions.router,
    admin_views.router,
    admin_figures.router,
    chats.router,
    assets.router,
    missions.router,
    tools.router,
    sessions.router,
    drafts.router,
    preferences.router,
    events.router,
)
_PREFIX = "/api"


def create_api(*, docs: bool = False) -> FastAPI:
    """The app. Has no lifespan of its own: mounted around another app it would never run.

    Args:
        docs: also serve the page at /api/docs, for development; it needs scripts the page's policy refuses.
    """
    api = FastAPI(
        title="JamBot",
        description="Everything the page can do. Errors are problem documents with a stable `code`.",
        version="1",
        openapi_url=f"{_PREFIX}/openapi.json",
        docs_url=f"{_PREFIX}/docs" if docs else None,
        redoc_url=None,
        redirect_slashes=False,
        # Figures are ours to make; the framework's own hooks would cost every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    errors.install(api)
    api.include_router(health.router)
    for router in ROUTERS:
        api.include_router(router, prefix=_PREFIX, responses=errors.RESPONSES)
    api.router.routes.append(Route(f"{_PREFIX}/{{path:path}}", _Unmatched(api), include_in_schema=False))
    api.openapi = lambda: _openapi(api)
    api.add_middleware(Edge)
    return api


class _Unmatched:
    """The last route: the same path with or without its last slash, else which methods there are, else nothing."""

    def __init__(self, api: FastAPI) -> None:
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        allowed = self._methods(path)
        other = path[:-1] if path.endswith("/") else f"{path}/"
        if not allowed and (allowed := self._methods(other)) and scope["method"] in allowed:
            again = {**scope, "path": other, "raw_path": other.encode(), "path_params": {}}
            again.pop("route", None)
            await self._api.router(again, receive, send)
            return
        await self._refuse(scope, allowed)(scope, receive, send)

    def _refuse(self, scope: Scope, allowed: frozenset[str]) -> Any:
        request_id = scope.get("state", {}).get("request_id", "")
        if not allowed:
            return errors.of_error(NotFound(), request_id)
        allow = ", ".join(sorted(allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())))
        if scope["method"] == "OPTIONS":
            return errors.Response(status_code=204, headers={"Allow": allow})
        return errors.problem(
            status=405,
            code="method_not_allowed",
            title="This cannot be done here.",
            detail=f"Allowed: {allow}.",
            request_id=request_id,
            headers={"Allow": allow},
        )

    def _methods(self, path: str) -> frozenset[str]:
        found = (methods for pattern, methods in self._table if pattern.match(path))
        return frozenset().union(*found)

    @cached_property
    def _table(self) -> list[tuple[re.Pattern[str], frozenset[str]]]:
        """Every route's pattern and methods but this one's, read when the first stranger comes."""
        return [
            (context.path_regex, frozenset(context.methods))
            for context in iter_route_contexts(self._api.routes)
            if context.methods and context.endpoint is not self
        ]


def _openapi(api: FastAPI) -> dict[str, Any]:
    """The description, with the shape of errors that every route may answer with."""
    if api.openapi_schema is None:
        schema = get_openapi(title=api.title, version=api.version, description=api.description, routes=api.routes)
        _, definitions = models_json_schema(
            [(errors.Problem, "serialization")], ref_template="#/components/schemas/{model}"
        )
        schema.setdefault("components", {}).setdefault("schemas", {}).update(definitions["$defs"])
        api.openapi_schema = schema
    return api.openapi_schema
