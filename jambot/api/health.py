"""Whether the process lives, whether it can serve, and its figures for a collector."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from jambot.access import Action, require
from jambot.api.deps import MaybeMe, Parts
from jambot.api.metrics import ours
from jambot.errors import NotSignedIn, Unavailable
from jambot.meter import meter
from jambot.settings import Settings

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
    """The process takes requests and its database answers.

    Degraded, and serving all the same: without Redis it hears no other process, with a key that is not the one of
    before it cannot read what was sealed, and with a session store that does not answer nobody's sign-in is known.
    While keys of before are given, `under_older_keys` counts what they still seal: at 0 they may go.
    """
    if readiness.is_stopping:
        return JSONResponse({"status": "stopping"}, status_code=503)
    try:
        await parts.work.read(lambda db: db.execute(text("SELECT 1")))
        is_whole = parts.bus.is_whole and not parts.sessions.is_store_away and await parts.key_check.is_right()
        older = await parts.key_check.under_older()
    except Unavailable:
        return JSONResponse({"status": "unavailable"}, status_code=503)
    waiting = {} if older is None else {"under_older_keys": older.total}
    return JSONResponse({"status": "ok" if is_whole else "degraded", **waiting})


@router.get("/metrics")
async def metrics(request: Request, parts: Parts, me: MaybeMe) -> Response:
    """The figures of this process and of the sessions all share, for whoever has the token.

    Where no token is set: for collectors on this machine and for admins.
    """
    if not _has_token(request, parts.settings):
        if me is None:
            raise NotSignedIn
        require(me, Action.ADMINISTER)
    figures = generate_latest() + await ours(parts.sessions, meter)
    return Response(figures, media_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request, settings: Settings) -> bool:
    """Whether the call shows the token that is set; where none is, whether it comes from this machine."""
    if settings.metrics_token is None:
        return _is_local(request)
    shown = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(shown, f"Bearer {settings.metrics_token.get_secret_value()}".encode())


def _is_local(request: Request) -> bool:
    """Asked from this machine itself and by its own name, and not by a proxy on behalf of somebody else."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return _is_loopback(request.client.host) and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
