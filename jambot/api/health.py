"""Whether the process lives, whether it can serve, and its figures for a collector."""

from __future__ import annotations

import ipaddress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from jambot.access import Action, require
from jambot.api.deps import MaybeMe, Parts
from jambot.errors import NotSignedIn, Unavailable

router = APIRouter(include_in_schema=False)


class Readiness:
    """Whether this process takes new work. Whoever stops it says so first, so that proxies look elsewhere."""

    def __init__(self) -> None:
        self.is_stopping = False

    def stop(self) -> None:
        self.is_stopping = True


readiness = Readiness()


@router.get("/livez")
async def livez() -> JSONResponse:
    """The process answers; it says nothing about its parts."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(parts: Parts) -> JSONResponse:
    """The process takes requests and its database answers. Without Redis it does too, but hears no other process."""
    if readiness.is_stopping:
        return JSONResponse({"status": "stopping"}, status_code=503)
    try:
        await parts.work.read(lambda db: db.execute(text("SELECT 1")))
    except Unavailable:
        return JSONResponse({"status": "unavailable"}, status_code=503)
    return JSONResponse({"status": "ok" if parts.bus.is_whole else "degraded"})


@router.get("/metrics")
async def metrics(request: Request, me: MaybeMe) -> Response:
    """The figures of this process, for collectors on this machine and for admins."""
    if not _is_local(request):
        if me is None:
            raise NotSignedIn
        require(me, Action.ADMINISTER)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    """Asked from this machine itself, and not by a proxy on behalf of somebody else."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
