"""Who calls, from where, and with which parts: what routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from jambot.access import Action, Principal, require
from jambot.api.headers import client_address, cookie_header, headers
from jambot.auth.cookies import device_in, login_in
from jambot.auth.devices import Device
from jambot.errors import BadRequest, InvalidToken, NotSignedIn, SessionExpired
from jambot.services import Services, services


class AmbiguousCredentials(BadRequest):
    """The cookie and the access token of this request belong to different people."""

    code = "ambiguous_credentials"


async def parts() -> Services:
    """The parts of this process."""
    return services()


async def principal(request: Request) -> Principal:
    """Who calls, by access token or by cookie.

    Raises:
        NotSignedIn, SessionExpired, InvalidToken, AmbiguousCredentials
    """
    bearers = headers(request.scope, b"authorization")
    by_cookie = await _by_cookie(request)
    if bearers:
        by_token = await services().auth.principal_of_bearer(_token(bearers))
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


def _token(values: list[str]) -> str:
    scheme, _, token = values[0].partition(" ")
    if len(values) != 1 or scheme.lower() != "bearer":
        raise InvalidToken
    return token
