"""Who calls, from where, and with which parts: what routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from jambot.access import Action, Principal, may_reach, require
from jambot.api.headers import UNSAFE, client_address, cookie_header, headers
from jambot.auth.api_keys import is_key
from jambot.auth.cookies import device_in, login_in
from jambot.auth.devices import Device
from jambot.errors import BadRequest, InvalidToken, NotSignedIn, ScopeMissing, SessionExpired
from jambot.services import Services, services


class AmbiguousCredentials(BadRequest):
    """The cookie and the access token of this request belong to different people."""

    code = "ambiguous_credentials"


async def parts() -> Services:
    """The parts of this process."""
    return services()


async def principal(request: Request) -> Principal:
    """Who calls, noted for the figures of their session."""
    me = await _principal(request)
    request.state.login_id = me.login_id
    return me


async def _principal(request: Request) -> Principal:
    """Who calls, by API key, access token or cookie, in this order.

    Raises:
        NotSignedIn, SessionExpired, InvalidToken, AmbiguousCredentials
        ScopeMissing: a key that may not do this.
    """
    bearers = headers(request.scope, b"authorization")
    by_cookie = await _by_cookie(request)
    if key := _api_key(request, bearers):
        by_key = await services().auth.keys.principal(key, await device(request))
        if by_cookie is not None and by_cookie.user_id != by_key.user_id:
            raise AmbiguousCredentials
        _require_reach(request, by_key)
        return by_key
    if bearers:
        by_token = await services().auth.principal_of_bearer(_token(bearers), await device(request))
        if by_cookie is not None and by_cookie.user_id != by_token.user_id:
            raise AmbiguousCredentials
        return by_token
    if by_cookie is not None:
        return by_cookie
    raise SessionExpired if await login_cookie(request) else NotSignedIn


async def maybe_principal(request: Request) -> Principal | None:
    """Who calls; None when nobody is signed in."""
    try:
        return await principal(request)
    except NotSignedIn:
        return None


async def admin(me: Me) -> Principal:
    """The caller, who may administer; `Forbidden` otherwise."""
    require(me, Action.ADMINISTER)
    return me


async def device(request: Request) -> Device:
    """From where the call comes."""
    return Device(
        ip_address=client_address(request.scope, services().settings),
        user_agent=request.headers.get("user-agent", ""),
        device_id=device_in(cookie_header(request.scope)),
    )


async def login_cookie(request: Request) -> str | None:
    """The login cookie as the browser sent it, whether or not it is any good."""
    return login_in(cookie_header(request.scope), is_https=services().settings.is_https)


Parts = Annotated[Services, Depends(parts)]
Me = Annotated[Principal, Depends(principal)]
MaybeMe = Annotated[Principal | None, Depends(maybe_principal)]
Admin = Annotated[Principal, Depends(admin)]
From = Annotated[Device, Depends(device)]
LoginCookie = Annotated[str | None, Depends(login_cookie)]


async def _by_cookie(request: Request) -> Principal | None:
    return await services().auth.principal_of_cookie_header(cookie_header(request.scope), await device(request))


def _api_key(request: Request, bearers: list[str]) -> str:
    """The API key of a request, in a header of its own or as a bearer; empty when there is none."""
    own = headers(request.scope, b"x-api-key")
    if len(own) > 1 or (own and bearers):
        raise AmbiguousCredentials
    if own:
        return own[0]
    scheme, _, token = bearers[0].partition(" ") if len(bearers) == 1 else ("", "", "")
    return token if scheme.lower() == "bearer" and is_key(token) else ""


_RESOURCES = {
    "metrics": "admin",
    "place": "sessions",
    "chats": "chat",
    "proposals": "missions",
    "approvals": "missions",
    "tool-steps": "missions",
}


def _require_reach(request: Request, me: Principal) -> None:
    """Raise `ScopeMissing` unless the key may reach this address."""
    name, *rest = request.url.path.removeprefix("/api").lstrip("/").split("/")
    if [name, *rest] == ["auth", "me"]:
        name = "me"
    elif rest[:1] == ["admin"]:
        name = "admin"
    if not may_reach(me, _RESOURCES.get(name, name), to_change=request.method in UNSAFE):
        raise ScopeMissing


def _token(values: list[str]) -> str:
    scheme, _, token = values[0].partition(" ")
    if len(values) != 1 or scheme.lower() != "bearer":
        raise InvalidToken
    return token
