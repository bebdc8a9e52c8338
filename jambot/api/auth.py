"""/api/auth: becoming a user, signing in and out, one's own account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import IO, Annotated

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from jambot.api.deps import From, LoginCookie, MaybeMe, Me, Parts
from jambot.api.headers import cookie_header
from jambot.api.schemas import (
    Accepted,
    Body,
    Email,
    LoginOut,
    MeOut,
    Name,
    Password,
    PersonOut,
    Secret,
    SignedInOut,
    TokensOut,
)
from jambot.auth.cookies import clear_login_cookie, set_device_cookie, set_login_cookie
from jambot.auth.devices import Device
from jambot.auth.service import SignedIn
from jambot.errors import NotSignedIn, Unavailable
from jambot.ids import DeviceId, new_id
from jambot.services import Services

router = APIRouter(prefix="/auth", tags=["auth"])
_CHUNK = 256 * 1024


class SetUp(Body):
    token: Secret
    email: Email
    password: Password
    name: Name = ""


class Register(Body):
    email: Email
    password: Password
    name: Name = ""
    invite: Secret | None = None


class SignIn(Body):
    """`instead_of` names one of the person's devices, which is signed out if there is no room for this one."""

    email: Email
    password: Password
    remember: bool = False
    instead_of: Annotated[str, StringConstraints(max_length=36)] | None = None


class ChangePassword(Body):
    old_password: Password
    new_password: Password


class Reset(Body):
    token: Secret
    password: Password


class RequestReset(Body):
    email: Email


class Refresh(Body):
    refresh_token: Secret


class Proof(Body):
    password: Password


class Profile(Body):
    name: Name


@router.post("/setup", status_code=201)
async def set_up(body: SetUp, response: Response, parts: Parts, at: From) -> SignedInOut:
    """Make the first admin with the one-time address from the terminal, and sign in."""
    at = _known(at)
    signed_in = await parts.auth.set_up(
        token=body.token, email=body.email, password=body.password, name=body.name, device=at
    )
    return _answer(signed_in, response, parts, at)


@router.post("/register", status_code=201)
async def register(body: Register, response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Join, as the policy of this installation allows, and sign in."""
    at = _known(at)
    signed_in = await parts.auth.register(
        email=body.email,
        password=body.password,
        name=body.name,
        invite=body.invite,
        device=at,
        former_cookie=cookie,
    )
    return _answer(signed_in, response, parts, at)


@router.post("/guest", status_code=201)
async def start_guest(response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Try without an account, where that is open. What is made is kept for a day, and for good after signing up."""
    at = _known(at)
    return _answer(await parts.auth.start_guest(device=at, former_cookie=cookie), response, parts, at)


@router.post("/login")
async def sign_in(body: SignIn, response: Response, parts: Parts, at: From, cookie: LoginCookie) -> SignedInOut:
    """Sign in. Sets the login cookie for browsers and answers with tokens for programs."""
    at = _known(at)
    signed_in = await parts.auth.sign_in(
        email=body.email,
        password=body.password,
        remember=body.remember,
        device=at,
        former_cookie=cookie,
        instead_of=body.instead_of,
    )
    answer = _answer(signed_in, response, parts, at)
    with suppress(Unavailable):  # Whoever is signed in is not refused for want of a place to go to.
        answer.workspace_id = await parts.recovery.last_id(signed_in.person.id, at.device_id)
    return answer


@router.post("/logout", status_code=204)
async def sign_out(parts: Parts, me: MaybeMe, forget: bool = False) -> Response:
    """End this login. With `forget`, the browser is also asked to drop what it keeps of us, unsent text included."""
    if me is not None:
        await parts.auth.sign_out(me)
    response = Response(status_code=204)
    response.headers.append("set-cookie", clear_login_cookie(is_https=parts.settings.is_https))
    if forget:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@router.get("/me")
async def read_me(parts: Parts, me: Me) -> MeOut:
    """Who is signed in, and until when. Does not count as activity."""
    found = await parts.auth.me(me)
    login = LoginOut.of(found.login, current_id=me.login_id) if found.login else None
    scopes = sorted(me.scopes) if me.scopes is not None else None
    return MeOut(user=PersonOut.of(found.person), login=login, scopes=scopes)


@router.put("/me", status_code=204)
async def rename(body: Profile, parts: Parts, me: Me) -> None:
    """Change one's own name."""
    await parts.auth.rename(me, name=body.name)


@router.post("/activity", status_code=204)
async def activity(parts: Parts, me: Me) -> None:
    """Report that the person did something: the only thing that keeps a login from becoming idle."""
    await parts.auth.touch(me)


@router.post("/renew", status_code=204)
async def renew(parts: Parts, me: Me, cookie: LoginCookie) -> Response:
    """Replace the cookie of a login whose owner's role changed since it was given; otherwise nothing happens."""
    response = Response(status_code=204)
    renewed = await parts.auth.renew(me, cookie)
    if renewed is not None:
        _set_cookie(renewed, response, parts)
    return response


@router.put("/password")
async def change_password(
    body: ChangePassword, response: Response, parts: Parts, me: Me, at: From, cookie: LoginCookie
) -> SignedInOut:
    """Choose a new password. Signs out everywhere else, and replaces the cookie and the tokens here."""
    signed_in = await parts.auth.change_password(
        me, old=body.old_password, new=body.new_password, device=at, cookie=cookie
    )
    return _answer(signed_in, response, parts, at)


@router.post("/reauth")
async def prove(body: Proof, response: Response, parts: Parts, me: Me, at: From, cookie: LoginCookie) -> SignedInOut:
    """Give the password once more; for ten minutes sensitive actions ask no further."""
    signed_in = await parts.auth.prove(me, password=body.password, device=at, cookie=cookie)
    return _answer(signed_in, response, parts, at)


@router.post("/reset-request", status_code=202)
async def request_reset(body: RequestReset, parts: Parts, at: From) -> Accepted:
    """Ask the admins for a reset link. The answer is the same whether or not there is such an account."""
    await parts.auth.request_reset(email=body.email, device=at)
    return Accepted()


@router.post("/reset", status_code=204)
async def reset(body: Reset, parts: Parts, at: From) -> Response:
    """Choose a new password by a reset link. Signs out everywhere."""
    await parts.auth.reset(token=body.token, password=body.password, device=at)
    response = Response(status_code=204)
    response.headers.append("set-cookie", clear_login_cookie(is_https=parts.settings.is_https))
    return response


@router.post("/refresh")
async def refresh(request: Request, parts: Parts, at: From, body: Refresh | None = None) -> TokensOut:
    """A fresh access token: for a refresh token, which is used up by it, or for whoever is signed in by cookie."""
    if body is not None:
        return TokensOut.of(await parts.auth.refresh(body.refresh_token))
    # An access token does not do: whoever stole one could keep it fresh for as long as the login lives.
    me = await parts.auth.principal_of_cookie_header(cookie_header(request.scope), at)
    if me is None:
        raise NotSignedIn
    return TokensOut.of(await parts.auth.access_token(me))


@router.get("/export", response_class=StreamingResponse)
async def export(parts: Parts, me: Me) -> StreamingResponse:
    """Everything kept about the caller, as a zip."""
    file = await parts.auth.export_my_data(me)
    headers = {"Content-Disposition": 'attachment; filename="jambot-export.zip"'}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


@router.delete("/account", status_code=204)
async def delete_account(body: Proof, parts: Parts, me: Me, at: From) -> Response:
    """Delete the caller and everything that is theirs, at once and for good."""
    await parts.auth.delete_account(me, password=body.password, device=at)
    response = Response(status_code=204)
    response.headers.append("set-cookie", clear_login_cookie(is_https=parts.settings.is_https))
    return response


def _known(at: Device) -> Device:
    """The device under an id of its own, a new one at its first visit."""
    device_id = at.device_id or DeviceId(new_id())
    return Device(ip_address=at.ip_address, user_agent=at.user_agent, device_id=device_id)


def _answer(signed_in: SignedIn, response: Response, parts: Services, at: Device) -> SignedInOut:
    _set_cookie(signed_in, response, parts)
    if at.device_id:
        response.headers.append("set-cookie", set_device_cookie(at.device_id, is_https=parts.settings.is_https))
    return SignedInOut.of_sign_in(signed_in)


def _set_cookie(signed_in: SignedIn, response: Response, parts: Services) -> None:
    opened = signed_in.opened
    if not opened.cookie:
        return
    ends_in = opened.login.ends_at - parts.clock.now()
    max_age_s = int(ends_in.total_seconds()) if opened.login.is_remembered else None
    cookie = set_login_cookie(opened.cookie, is_https=parts.settings.is_https, max_age_s=max_age_s)
    response.headers.append("set-cookie", cookie)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await anyio.to_thread.run_sync(file.read, _CHUNK):
            yield chunk
